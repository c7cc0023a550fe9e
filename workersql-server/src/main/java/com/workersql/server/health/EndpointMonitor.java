// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import com.workersql.breaker.FailureClass;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Watches one server: pings on a connection that is held for them, a second ping at once after one that got no answer, and a
 * check with a new connection now and then, on suspicion, and at each ping for as long as the server is down or refuses. Confined to its event loop.
 *
 * <p>A held connection that breaks is only a suspicion: the check that follows at once says whether the server is gone. A server
 * that refuses new connections while it answers pings is up.
 */
final class EndpointMonitor implements EndpointProbe.Listener {
    /** A deadline that comes so late tells more of this process than of the server. */
    private static final long STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    /** Between a check that found no reason for a suspicion and the next one for that sake; doubled by each, up to the interval of pings. */
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final EndpointProbe probe;
    private final EventLoop loop;
    private final LongSupplier nanoClock;
    private final Random random;
    private final HealthSettings settings;
    private final Observer observer;
    private EndpointHealth health;
    private long checkedNanos;
    private boolean checking;
    private boolean checkAgain;
    private boolean heldBroke;
    private boolean checksForSuspicion;
    private long pauseNanos;
    /** A look that waits for the end of the pause. */
    private Future<?> suspicion;
    /** The latest check got no connection, although pings are answered. */
    private boolean refuses;

    private int pings;
    private long pingedNanos;
    private boolean stalled;
    private Future<?> timer;
    private Future<?> deadline;
    private boolean closed;

    /** Hears what a monitor finds, on its event loop. */
    interface Observer {
        /** Something changed, be it a figure; {@code health.state()} says whether the server answers. */
        void changed(EndpointHealth health);

        /** The server is up, after it was down or its held connection broke. */
        void returned(EndpointHealth health);

        /** The server does not answer any more, or still not. */
        void down(EndpointHealth health);

        /** Whether a check is wanted at every ping, because the shard looks for its primary. */
        boolean isUrgent();

        /** The server takes no new connections, but serves those that it has. */
        void refusesConnections(String why);
    }

    EndpointMonitor(
            EndpointHealth health,
            EndpointProbe probe,
            EventLoop loop,
            LongSupplier nanoClock,
            Random random,
            HealthSettings settings,
            Observer observer) {
        this.health = health;
        this.probe = probe;
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.random = random;
        this.settings = settings;
        this.observer = observer;
    }

    void start() {
        check();
        next();
    }

    private void next() {
        double factor = 1 + settings.jitter() * (2 * random.nextDouble() - 1);
        timer = loop.schedule(
                this::tick, (long) (settings.pingIntervalMillis() * 1_000 * factor), TimeUnit.MICROSECONDS);
    }

    private void tick() {
        next();
        long sinceCheck = nanoClock.getAsLong() - checkedNanos;
        if (!health.isUp()
                || !probe.isHeld()
                || refuses
                || observer.isUrgent()
                || sinceCheck >= TimeUnit.MILLISECONDS.toNanos(settings.checkIntervalMillis())) {
            check();
        }
        if (probe.isHeld() && pings == 0) {
            ping();
        }
    }

    private void ping() {
        pings++;
        pingedNanos = nanoClock.getAsLong();
        long timeoutNanos = TimeUnit.MILLISECONDS.toNanos(settings.pingTimeoutMillis());
        deadline = loop.schedule(() -> missed(timeoutNanos), timeoutNanos, TimeUnit.NANOSECONDS);
        probe.ping();
    }

    private void missed(long timeoutNanos) {
        boolean late = nanoClock.getAsLong() - pingedNanos - timeoutNanos > STALL_NANOS;
        if (late && !stalled) {
            stalled = true;
            // The answer may be lying in the socket, unread.
            ping();
        } else if (pings == 1 || (stalled && pings == 2)) {
            ping();
        } else {
            down("it does not answer pings");
        }
    }

    @Override
    public void pong() {
        deadline.cancel(false);
        pings = 0;
        stalled = false;
        health = health.roundTrip(nanoClock.getAsLong() - pingedNanos);
        if (health.isUp()) {
            observer.changed(health);
        } else {
            // It runs again; a check that is under way may have been lost all the same.
            up(null);
            check();
        }
    }

    @Override
    public void heldClosed() {
        if (deadline != null) {
            deadline.cancel(false);
        }
        pings = 0;
        stalled = false;
        heldBroke = true;
        pauseNanos = 0;
        check();
    }

    /** Looks at the server now, with a new connection. */
    void check() {
        check(false);
    }

    /**
     * Looks at the server because a statement or a connection gave a reason to: now, or where such looks have found nothing, when a pause is
     * over, once for all reasons until then. A server that loses reply after reply, or refuses write after write, is not to be asked by a
     * new connection for each.
     */
    void suspected() {
        long left = checkedNanos + pauseNanos - nanoClock.getAsLong();
        if (checking) {
            // What it finds says how long the pause is.
            checkAgain = true;
        } else if (left <= 0 || !health.isUp()) {
            check(true);
        } else if (suspicion == null && !closed) {
            suspicion = loop.schedule(
                    () -> {
                        suspicion = null;
                        check(true);
                    },
                    left,
                    TimeUnit.NANOSECONDS);
        }
    }

    private void check(boolean forSuspicion) {
        if (closed) {
            return;
        }
        if (checking) {
            checkAgain = true;
            return;
        }
        checking = true;
        checkAgain = false;
        checksForSuspicion = forSuspicion;
        checkedNanos = nanoClock.getAsLong();
        probe.check(this);
    }

    @Override
    public void checked(ServerReport report) {
        try {
            up(report);
        } finally {
            checkEnded();
        }
    }

    /**
     * A server that is down by its pings, and answers on a new connection, may never answer on the old one: what stood between has forgotten
     * it. Unless it is left, its pings are awaited for ever, and nothing tells of the next illness.
     */
    private void leaveMuteConnection() {
        if (!health.isUp() && probe.isHeld() && pings > 0 && deadline.isDone()) {
            pings = 0;
            stalled = false;
            probe.forsake();
        }
    }

    private void up(ServerReport report) {
        leaveMuteConnection();
        boolean back = !health.isUp() || heldBroke;
        heldBroke = false;
        if (back || !checksForSuspicion || isNews(report)) {
            pauseNanos = 0;
        } else {
            pauseNanos = Math.min(
                    Math.max(2 * pauseNanos, FIRST_PAUSE_NANOS),
                    TimeUnit.MILLISECONDS.toNanos(settings.pingIntervalMillis()));
        }
        refuses &= report == null;
        health = health.up(report, nanoClock.getAsLong());
        observer.changed(health);
        if (back) {
            observer.returned(health);
        }
    }

    /** Whether the server says something else of itself than before. */
    private boolean isNews(ServerReport report) {
        var before = health.report();
        return report != null
                && (before == null
                        || report.readOnly() != before.readOnly()
                        || !report.identity().equals(before.identity()));
    }

    @Override
    public void checkFailed(FailureClass outcome, String why) {
        try {
            if (outcome == FailureClass.NEUTRAL) {
                up(null);
                return;
            }
            pauseNanos = 0;
            if (probe.isHeld() && health.isUp() && pings == 0) {
                refuses = true;
                observer.refusesConnections(why);
            } else if (!probe.isHeld() || !health.isUp()) {
                down(why);
            }
        } finally {
            checkEnded();
        }
    }

    private void checkEnded() {
        checking = false;
        if (checkAgain && health.isUp()) {
            suspected();
        }
        checkAgain = false;
    }

    private void down(String why) {
        health = health.down(why);
        observer.changed(health);
        observer.down(health);
    }

    EndpointHealth health() {
        return health;
    }

    void close() {
        closed = true;
        if (timer != null) {
            timer.cancel(false);
        }
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (suspicion != null) {
            suspicion.cancel(false);
        }
        probe.close();
    }
}
