// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.pool.Entry.State;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Decides who gets what when it is not to be had at once: waiting, opening, lending over loops, making room. One thread runs it at
 * a time: whoever has news for it leaves a note, and runs it if nobody does. So its decisions are made one after the other without
 * anybody waiting for a lock.
 *
 * @param <C> the connection
 */
final class Matcher<C> {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Matcher.class);

    /** What the matcher decides and the core carries out, after the decisions of the round. */
    interface Decisions<C> {
        void open(Waiter<C> waiter, ConnectGate.Pass pass);

        void deliver(Entry<C> entry, Waiter<C> waiter);

        void validate(Entry<C> entry);

        /** The entry is in state CLOSING already. */
        void close(Entry<C> entry, CloseReason reason);

        void refuse(Waiter<C> waiter);

        /** Asks to open a connection; null for no. */
        ConnectGate.Pass tryPass();

        /** No connection may be opened, and none is there for it. */
        void notTried(Waiter<C> waiter);

        /** The waiter's place in the queue is free. */
        void left(Waiter<C> waiter);

        boolean isClosed();

        /** How many requests wait. */
        int waiting();
    }

    private final Places<C> places;
    private final PoolConfig config;
    private final Decisions<C> core;
    private final ConcurrentLinkedQueue<Waiter<C>> incoming = new ConcurrentLinkedQueue<>();
    private final WaiterQueue<C> waiting = new WaiterQueue<>();
    private final AtomicInteger notes = new AtomicInteger();

    /** What was decided and is carried out at the end of the round; confined to whoever runs the matcher. */
    private final List<Runnable> decisions = new ArrayList<>();

    /** A connection was left idle for a request of another key. Confined, as what follows. */
    private boolean withheld;

    private boolean obliging = true;

    /** A connection would have been opened in this round, and may not be. */
    private boolean shut;

    Matcher(Places<C> places, PoolConfig config, Decisions<C> core) {
        this.places = places;
        this.config = config;
        this.core = core;
    }

    /** Queues a request; {@link #run} is due. */
    void add(Waiter<C> waiter) {
        incoming.add(waiter);
    }

    /** Lets the matcher look at what there is, now or by the thread that runs it already. */
    void run() {
        if (notes.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            try {
                round();
            } catch (RuntimeException | Error e) {
                failed(e);
            }
            for (int i = 0; i < decisions.size(); i++) {
                carryOut(decisions.get(i));
            }
            decisions.clear();
            seen = notes.addAndGet(-seen);
        } while (seen != 0);
    }

    /** A failure here may not stop the matcher, on which everybody depends. */
    private void carryOut(Runnable decision) {
        try {
            decision.run();
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private void failed(Throwable cause) {
        try {
            LOGGER.warn("A decision of pool {} failed", config.name(), cause);
        } catch (RuntimeException | Error e) {
            // No memory to say so in: those who wait for the pool have to be served all the same.
        }
    }

    private void round() {
        for (var waiter = incoming.poll(); waiter != null; waiter = incoming.poll()) {
            waiting.add(waiter);
        }
        if (core.isClosed()) {
            waiting.drain(waiter -> refuse(waiter, core::refuse));
            closeIdle();
            return;
        }
        if (waiting.isEmpty()) {
            return;
        }
        places.countBusy();
        shut = false;
        do {
            serveIdle();
            openWherePermitted();
            // Again, because those that could not open one take one of another event loop.
            serveIdle();
        } while (makeRoom());
        if (withheld) {
            // Those in whose favour it was gave up meanwhile.
            obliging = false;
            serveIdle();
            obliging = true;
        }
        if (shut) {
            waiting.unopenedExceptOf(places.keys()).forEach(waiter -> refuse(waiter, core::notTried));
        }
        waiting.compact(core.waiting());
    }

    /** Gives idle connections to the oldest waiter of their key, those on the waiter's own event loop first. */
    private void serveIdle() {
        serveIdle(true);
        serveIdle(false);
    }

    private void serveIdle(boolean ownLoopOnly) {
        withheld = false;
        if (waiting.isEmpty()) {
            return;
        }
        for (var entry : places) {
            if (!entry.isIdle()) {
                continue;
            }
            var waiter = candidate(entry);
            if (waiter == null) {
                continue;
            }
            if ((waiter.loop == entry.loop || (!ownLoopOnly && mayHop(entry, waiter)))
                    && !overtakesAnotherKey(waiter)
                    && entry.tryMove(State.IDLE, State.LENT)) {
                serve(entry, waiter);
            }
        }
    }

    /** The oldest waiter of the key; but when that one has its own on the way, a new connection goes where it was opened for. */
    private Waiter<C> candidate(Entry<C> entry) {
        var oldest = waiting.oldest(entry.key);
        return oldest != null && oldest.opening && !entry.wasLent && entry.opener.isWaiting() ? entry.opener : oldest;
    }

    /** Hops cost, so a waiter opens its own where it may; yet what is freed while it opens is taken. */
    private boolean mayHop(Entry<C> entry, Waiter<C> waiter) {
        return shut
                || places.isFull()
                || places.isAtItsLimit(waiter.share)
                || (entry.wasLent && entry.idleSinceNanos - waiter.startNanos > 0);
    }

    /**
     * True when the connection is better closed in favour of a request of another key: one of the same tenant that has waited for so
     * much longer, or one of a tenant whose turn it is, since it has less. A login is the price, so that a short wait is no reason.
     */
    private boolean overtakesAnotherKey(Waiter<C> waiter) {
        boolean full = places.isFull();
        if (!obliging || (!full && !places.isAtItsLimit(waiter.share))) {
            return false;
        }
        var rival = waiting.nextUnopened(share -> share == waiter.share || (full && isBelowItsLimit(share)));
        if (rival == null || rival.key.equals(waiter.key)) {
            return false;
        }
        boolean overtakes = rival.share == waiter.share
                ? waiter.startNanos - rival.startNanos > keySwitchNanos()
                : rival.share.before(waiter.share) && now() - rival.startNanos > keySwitchNanos();
        withheld |= overtakes;
        return overtakes;
    }

    private boolean isBelowItsLimit(TenantShare share) {
        return !places.isAtItsLimit(share);
    }

    private void serve(Entry<C> entry, Waiter<C> waiter) {
        if (now() - entry.idleSinceNanos > config.validateAfterIdleMillis() * 1_000_000L) {
            if (waiter.tryCheck()) {
                entry.validatingFor = waiter;
                granted(waiter);
                decisions.add(() -> core.validate(entry));
                reopenForOpener(entry, waiter);
                return;
            }
        } else if (waiter.tryServe()) {
            core.left(waiter);
            granted(waiter);
            decisions.add(() -> core.deliver(entry, waiter));
            reopenForOpener(entry, waiter);
            return;
        }
        // The waiter gave up at this very moment.
        entry.move(State.IDLE);
    }

    private static void granted(Waiter<?> waiter) {
        waiter.share.busy++;
        waiter.share.served();
    }

    /** The waiter for which it was opened, when another one gets it, needs a new one. */
    private void reopenForOpener(Entry<C> entry, Waiter<C> served) {
        if (!entry.wasLent && entry.opener != served && entry.opener.isWaiting()) {
            waiting.reopen(entry.opener);
        }
    }

    private void openWherePermitted() {
        var waiter = places.isFull() ? null : waiting.nextUnopened(this::isBelowItsLimit);
        while (waiter != null) {
            var pass = places.tryPermit(waiter.share, this::tryPass);
            if (pass == null) {
                return;
            }
            waiter.opening = true;
            waiter.share.busy++;
            var opener = waiter;
            decisions.add(() -> core.open(opener, pass));
            waiter = waiting.nextUnopened(this::isBelowItsLimit);
        }
    }

    /** Closes idle connections of other keys for those that cannot have one otherwise; true when there was one. */
    private boolean makeRoom() {
        boolean made = false;
        var stuck = new HashSet<TenantShare>();
        ConnectGate.Pass pass = null;
        var waiter = waiting.nextUnopened(share -> true);
        while (waiter != null) {
            // At its own limit a tenant gives up one of its own.
            var victim = places.leastRecentlyUsed(waiter.key, places.isAtItsLimit(waiter.share) ? waiter.share : null);
            pass = victim == null || pass != null ? pass : tryPass();
            if (victim == null) {
                stuck.add(waiter.share);
            } else if (pass == null) {
                return made;
            } else if (victim.tryMove(State.IDLE, State.CLOSING)) {
                waiter.opening = true;
                waiter.share.busy++;
                victim.successor = waiter;
                victim.successorsPass = pass;
                pass = null;
                decisions.add(() -> core.close(victim, CloseReason.MAKE_ROOM));
                made = true;
            }
            waiter = waiting.nextUnopened(share -> !stuck.contains(share));
        }
        if (pass != null) {
            // The victim was borrowed at this very moment, and there is no other.
            pass.unused();
        }
        return made;
    }

    private ConnectGate.Pass tryPass() {
        var pass = core.tryPass();
        shut = pass == null;
        return pass;
    }

    private void refuse(Waiter<C> waiter, Consumer<Waiter<C>> refusal) {
        if (waiter.tryServe()) {
            core.left(waiter);
            decisions.add(() -> refusal.accept(waiter));
        }
    }

    private void closeIdle() {
        for (var entry : places) {
            if (entry.tryMove(State.IDLE, State.CLOSING)) {
                decisions.add(() -> core.close(entry, CloseReason.POOL_CLOSED));
            }
        }
    }

    private long keySwitchNanos() {
        return config.keySwitchMillis() * 1_000_000L;
    }

    private long now() {
        return config.nanoClock().getAsLong();
    }
}
