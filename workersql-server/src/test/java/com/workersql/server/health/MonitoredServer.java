// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.Endpoint;
import com.workersql.router.ServerFlavor;
import com.workersql.server.session.TrackingSettings;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;

/** A server that a test plays, and the monitor that looks after it, in a time that the test lets pass. */
abstract class MonitoredServer {
    static final ServerReport REPORT = new ServerReport(
            new ShardIdentity(
                    ServerFlavor.MARIADB, 110_405, "11.4.5-MariaDB", "", 151, TrackingSettings.DEFAULT, "a:3306:1"),
            false,
            "0-1-7",
            false,
            -1);

    static final ServerReport READ_ONLY = new ServerReport(REPORT.identity(), true, REPORT.gtidPosition(), false, -1);

    final EmbeddedChannel channel = new EmbeddedChannel();
    final FakeServer server = new FakeServer();
    final List<String> events = new ArrayList<>();
    long nowMillis;
    boolean urgent;
    boolean observerFails;
    final EndpointMonitor monitor = new EndpointMonitor(
            EndpointHealth.unknown(new Endpoint("db", 3306)),
            server,
            loop(),
            () -> TimeUnit.MILLISECONDS.toNanos(nowMillis),
            new Random(1),
            HealthSettings.DEFAULT,
            new EndpointMonitor.Observer() {
                @Override
                public void changed(EndpointHealth health) {
                    if (observerFails) {
                        throw new IllegalStateException("a fault of the observer");
                    }
                }

                @Override
                public void returned(EndpointHealth health) {
                    events.add("returned at " + nowMillis);
                }

                @Override
                public void down(EndpointHealth health) {
                    events.add("down at " + nowMillis);
                }

                @Override
                public boolean isUrgent() {
                    return urgent;
                }

                @Override
                public void refusesConnections(String why) {
                    events.add("refuses at " + nowMillis);
                }
            });

    private EventLoop loop() {
        channel.freezeTime();
        return channel.eventLoop();
    }

    @AfterEach
    void close() {
        monitor.close();
        channel.close();
    }

    void pass(int millis) {
        for (int i = 0; i < millis; i++) {
            nowMillis++;
            channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            channel.runPendingTasks();
        }
    }

    void passUntil(BooleanSupplier condition) {
        for (int i = 0; i < 5_000 && !condition.getAsBoolean(); i++) {
            pass(1);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    /** A server that answers, in the same step of the loop, what it is asked. */
    final class FakeServer implements EndpointProbe {
        final List<Long> pings = new ArrayList<>();
        final List<Long> checks = new ArrayList<>();
        boolean frozen;
        boolean dead;
        boolean full;
        ServerReport report = REPORT;
        boolean held;
        int unanswered;
        private Listener listener;

        @Override
        public void check(Listener hears) {
            listener = hears;
            checks.add(nowMillis);
            channel.eventLoop().schedule(this::answerCheck, 1, TimeUnit.MILLISECONDS);
        }

        private void answerCheck() {
            if (dead) {
                listener.checkFailed(FailureClass.CONNECT_FAILURE, "refused");
            } else if (frozen) {
                channel.eventLoop()
                        .schedule(
                                () -> listener.checkFailed(FailureClass.CONNECT_FAILURE, "no greeting"),
                                999,
                                TimeUnit.MILLISECONDS);
            } else if (full) {
                listener.checkFailed(FailureClass.CONNECT_FAILURE, "too many connections");
            } else {
                held = true;
                listener.checked(report);
            }
        }

        @Override
        public boolean isHeld() {
            return held;
        }

        @Override
        public void ping() {
            pings.add(nowMillis);
            if (frozen) {
                unanswered++;
            } else {
                channel.eventLoop().execute(listener::pong);
            }
        }

        @Override
        public void forsake() {
            held = false;
        }

        void thaw() {
            frozen = false;
            int late = unanswered;
            unanswered = 0;
            for (int i = 0; i < late; i++) {
                listener.pong();
            }
        }

        void kill() {
            dead = true;
            breakHeld();
        }

        void breakHeld() {
            held = false;
            unanswered = 0;
            listener.heldClosed();
        }

        @Override
        public void close() {
            held = false;
        }
    }
}
