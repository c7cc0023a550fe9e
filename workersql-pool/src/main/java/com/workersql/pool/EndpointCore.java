// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.pool.Entry.State;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToIntFunction;

/**
 * Who has which connection of one endpoint, without any I/O. No method blocks or takes a lock.
 *
 * <p>Borrowing from and returning to the own event loop touches that loop's list and one compare-and-set. Everything else - waiting,
 * opening, lending over loops, making room - is decided by the matcher, which one thread runs at a time: whoever has news for it
 * leaves a note, and runs it if nobody does. So its decisions are made one after the other without anybody waiting for a lock.
 *
 * <p>No waiter is forgotten between a return and a request that cross each other: the one first publishes the idle entry and then
 * looks for waiters, the other first publishes the waiter and then looks for idle entries; one of them sees the other.
 *
 * @param <C> the connection
 */
final class EndpointCore<C> {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(EndpointCore.class);

    private final Endpoint endpoint;
    private final PoolConfig config;
    private final Connector<C> connector;
    private final PoolListener listener;
    private final Runnable onTerminated;
    private final EndpointCounters counters = new EndpointCounters();

    private final ConcurrentMap<Object, LoopIdle<C>> idleByLoop = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Entry<C>> entries = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<Waiter<C>> incoming = new ConcurrentLinkedQueue<>();
    private final WaiterQueue<C> waiting = new WaiterQueue<>();
    private final AtomicInteger matcherNotes = new AtomicInteger();
    private final AtomicInteger permitsTaken = new AtomicInteger();
    private final AtomicInteger waiterCount = new AtomicInteger();
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicLong highestThreadId = new AtomicLong();
    private final AtomicInteger terminated = new AtomicInteger();
    private volatile int limit;
    private volatile boolean closed;

    /** What the matcher decided and its thread carries out when it is done; confined to the matcher. */
    private final List<Runnable> decisions = new ArrayList<>();

    EndpointCore(
            Endpoint endpoint,
            PoolConfig config,
            Connector<C> connector,
            PoolListener listener,
            Runnable onTerminated) {
        this.endpoint = endpoint;
        this.config = config;
        this.connector = connector;
        this.listener = listener;
        this.onTerminated = onTerminated;
        this.limit = config.maxConnectionsPerEndpoint();
    }

    // ---- borrowing

    /**
     * Takes an idle connection of the caller's own event loop, on that loop; null when there is none that needs no check, or
     * when others wait: nobody overtakes them.
     */
    Entry<C> acquireNow(PoolKey key, Object loop, ToIntFunction<C> preference) {
        if (waiterCount.get() != 0 || closed) {
            return null;
        }
        var idle = idleByLoop.get(loop);
        if (idle == null) {
            return null;
        }
        var entry = idle.take(key, preference, now() - millis(config.validateAfterIdleMillis()));
        if (entry != null) {
            entry.wasLent = true;
            counters.acquired(AcquireSource.LOCAL);
            listener.acquired(endpoint, AcquireSource.LOCAL, 0);
        }
        return entry;
    }

    /** Serves a request by whatever comes first. May be called on any thread. */
    void submit(Waiter<C> waiter) {
        if (waiterCount.incrementAndGet() > config.maxWaitersPerEndpoint() && !closed) {
            waiterCount.decrementAndGet();
            counters.rejected.increment();
            fail(waiter, new PoolExhaustedException(endpoint, "maxWaitersPerEndpoint", config.maxWaitersPerEndpoint()));
            return;
        }
        incoming.add(waiter);
        match();
    }

    /** Ends a request whose deadline has come; false when it was answered before. */
    boolean expire(Waiter<C> waiter) {
        if (!waiter.tryAbandon()) {
            return false;
        }
        int others = waiterCount.decrementAndGet();
        counters.timeouts.increment();
        fail(waiter, new AcquireTimeoutException(endpoint, now() - waiter.startNanos, limit, others));
        return true;
    }

    /** Takes a request back; false when it was answered before. */
    boolean cancel(Waiter<C> waiter) {
        if (!waiter.tryAbandon()) {
            return false;
        }
        waiterCount.decrementAndGet();
        return true;
    }

    // ---- giving back, on the entry's event loop

    void release(Entry<C> entry) {
        var reason = unfit(entry);
        if (reason != null) {
            close(entry, reason);
            return;
        }
        entry.idleSinceNanos = now();
        entry.move(State.IDLE);
        idleByLoop.computeIfAbsent(entry.loop, l -> new LoopIdle<>()).add(entry);
        if (waiterCount.get() != 0 || closed) {
            match();
        }
    }

    /** Closes a lent connection instead of taking it back. */
    void discard(Entry<C> entry, CloseReason reason) {
        close(entry, reason);
    }

    /** The channel closed by itself: an idle connection goes at once, a lent one when it is given back. */
    void broken(Entry<C> entry) {
        entry.broken = true;
        if (entry.tryMove(State.IDLE, State.LENT)) {
            close(entry, CloseReason.BROKEN);
        }
    }

    // ---- answers of the connector, on the entry's event loop

    void opened(Entry<C> entry, C connection, long threadId) {
        counters.opened.increment();
        entry.connection = connection;
        long now = now();
        entry.idleTimeoutNanos = jittered(config.idleTimeoutMillis());
        entry.expiresNanos = now + jittered(config.maxLifetimeMillis());
        noticeRestart(entry, threadId);
        entry.move(State.LENT);
        release(entry);
    }

    void openFailed(Entry<C> entry, BackendUnavailableException cause) {
        counters.connectFailures.increment();
        boolean heard = entry.opener.tryServe();
        if (heard) {
            waiterCount.decrementAndGet();
        }
        entry.move(State.CLOSING);
        closed(entry);
        // Last, so that whoever hears of it finds the place free.
        if (heard) {
            fail(entry.opener, cause);
        }
    }

    void validated(Entry<C> entry, boolean alive) {
        var waiter = entry.validatingFor;
        entry.validatingFor = null;
        var reason = alive ? unfit(entry) : CloseReason.VALIDATION_FAILED;
        if (reason == null) {
            if (waiter.tryServeChecked()) {
                waiterCount.decrementAndGet();
                deliver(entry, waiter);
            } else {
                release(entry);
            }
            return;
        }
        close(entry, reason);
        sendBack(waiter);
    }

    void closed(Entry<C> entry) {
        if (!entry.tryMove(State.CLOSING, State.GONE)) {
            return;
        }
        entries.remove(entry);
        var successor = entry.successor;
        if (successor != null && successor.isWaiting() && !closed && permitsTaken.get() <= limit) {
            connector.open(newEntry(successor));
        } else {
            permitsTaken.decrementAndGet();
            if (successor != null && successor.tryCheck()) {
                sendBack(successor);
            }
        }
        if (!entry.wasLent && entry.opener.tryCheck()) {
            // Closed before anybody had it: another one must be opened.
            sendBack(entry.opener);
        }
        if (waiterCount.get() != 0) {
            match();
        }
        terminateWhenEmpty();
    }

    // ---- upkeep, on any thread

    /** Closes idle connections that are too old, idle for too long, of an earlier generation, or above the limit. */
    void sweep() {
        long now = now();
        for (var entry : entries) {
            if (entry.isIdle()) {
                var reason = unfit(entry);
                // Compared by difference, since the clock may wrap.
                if (reason == null && now - entry.idleSinceNanos >= entry.idleTimeoutNanos) {
                    reason = CloseReason.IDLE_TIMEOUT;
                }
                if (reason != null && entry.tryMove(State.IDLE, State.LENT)) {
                    close(entry, reason);
                }
            }
        }
    }

    void invalidate() {
        generation.incrementAndGet();
        sweep();
    }

    void limit(int maxConnections) {
        limit = maxConnections;
        while (permitsTaken.get() - closing() > maxConnections) {
            var victim = leastRecentlyUsed(null);
            if (victim == null) {
                break;
            }
            if (victim.tryMove(State.IDLE, State.LENT)) {
                close(victim, CloseReason.OVER_LIMIT);
            }
        }
        match();
    }

    void close() {
        closed = true;
        match();
        terminateWhenEmpty();
    }

    EndpointStats stats(int controlConnections) {
        int idle = 0;
        int lent = 0;
        int connecting = 0;
        for (var entry : entries) {
            switch (entry.state()) {
                case CONNECTING -> connecting++;
                case IDLE -> idle++;
                case LENT, CLOSING -> lent++;
                case GONE -> {}
            }
        }
        return new EndpointStats(
                endpoint,
                limit,
                idle + lent,
                idle,
                lent,
                connecting,
                waiterCount.get(),
                counters.acquired(),
                counters.timeouts.sum(),
                counters.rejected.sum(),
                counters.opened.sum(),
                counters.connectFailures.sum(),
                counters.closed(),
                counters.resets.sum(),
                controlConnections);
    }

    EndpointCounters counters() {
        return counters;
    }

    int permitsTaken() {
        return permitsTaken.get();
    }

    // ---- the matcher

    private void match() {
        if (matcherNotes.getAndIncrement() != 0) {
            return;
        }
        int notes = 1;
        do {
            pass();
            for (int i = 0; i < decisions.size(); i++) {
                carryOut(decisions.get(i));
            }
            decisions.clear();
            notes = matcherNotes.addAndGet(-notes);
        } while (notes != 0);
    }

    /** A failure here may not stop the matcher, on which everybody depends. */
    private void carryOut(Runnable decision) {
        try {
            decision.run();
        } catch (RuntimeException e) {
            LOGGER.warn("A decision about connections to {} failed", endpoint, e);
        }
    }

    private void pass() {
        for (var waiter = incoming.poll(); waiter != null; waiter = incoming.poll()) {
            waiting.add(waiter);
        }
        if (closed) {
            waiting.drain(this::refuse);
            closeIdle();
            return;
        }
        do {
            serveIdle();
            openWherePermitted();
            // Again, because those that could not open one take one of another event loop.
            serveIdle();
        } while (makeRoom());
        waiting.compact(waiterCount.get());
    }

    /** Gives idle connections to the oldest waiter of their key, those on the waiter's own event loop first. */
    private void serveIdle() {
        serveIdle(true);
        serveIdle(false);
    }

    private void serveIdle(boolean ownLoopOnly) {
        if (waiting.isEmpty()) {
            return;
        }
        for (var entry : entries) {
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

    /** Hops cost, so a waiter opens its own where the limit allows; yet what is freed while it opens is taken. */
    private boolean mayHop(Entry<C> entry, Waiter<C> waiter) {
        return permitsTaken.get() >= limit || (entry.wasLent && entry.idleSinceNanos - waiter.startNanos > 0);
    }

    /** True when a request of another key has waited for so much longer that the connection is closed in its favour. */
    private boolean overtakesAnotherKey(Waiter<C> waiter) {
        if (permitsTaken.get() < limit) {
            return false;
        }
        var oldest = waiting.oldestUnopened();
        return oldest != null
                && !oldest.key.equals(waiter.key)
                && waiter.startNanos - oldest.startNanos > millis(config.keySwitchMillis());
    }

    private void serve(Entry<C> entry, Waiter<C> waiter) {
        if (now() - entry.idleSinceNanos > millis(config.validateAfterIdleMillis())) {
            if (waiter.tryCheck()) {
                entry.validatingFor = waiter;
                decisions.add(() -> connector.validate(entry));
                reopenForOpener(entry, waiter);
                return;
            }
        } else if (waiter.tryServe()) {
            waiterCount.decrementAndGet();
            decisions.add(() -> deliver(entry, waiter));
            reopenForOpener(entry, waiter);
            return;
        }
        // The waiter gave up at this very moment.
        entry.move(State.IDLE);
    }

    /** The waiter for which it was opened, when another one gets it, needs a new one. */
    private void reopenForOpener(Entry<C> entry, Waiter<C> served) {
        if (!entry.wasLent && entry.opener != served && entry.opener.isWaiting()) {
            waiting.reopen(entry.opener);
        }
    }

    private void openWherePermitted() {
        for (var waiter = waiting.oldestUnopened(); waiter != null; waiter = waiting.oldestUnopened()) {
            if (!tryPermit()) {
                return;
            }
            waiter.opening = true;
            var entry = newEntry(waiter);
            decisions.add(() -> connector.open(entry));
        }
    }

    /** Closes idle connections of other keys for those that cannot have one otherwise; true when there was one. */
    private boolean makeRoom() {
        boolean made = false;
        for (var waiter = waiting.oldestUnopened(); waiter != null; waiter = waiting.oldestUnopened()) {
            var victim = leastRecentlyUsed(waiter.key);
            if (victim == null) {
                return made;
            }
            if (victim.tryMove(State.IDLE, State.LENT)) {
                waiter.opening = true;
                victim.successor = waiter;
                beginClose(victim, CloseReason.MAKE_ROOM);
                decisions.add(() -> connector.close(victim, CloseReason.MAKE_ROOM));
                made = true;
            }
        }
        return made;
    }

    private Entry<C> leastRecentlyUsed(PoolKey otherThan) {
        Entry<C> oldest = null;
        for (var entry : entries) {
            if (entry.isIdle()
                    && !entry.key.equals(otherThan)
                    && (oldest == null || entry.idleSinceNanos - oldest.idleSinceNanos < 0)) {
                oldest = entry;
            }
        }
        return oldest;
    }

    private void refuse(Waiter<C> waiter) {
        if (waiter.tryServe()) {
            waiterCount.decrementAndGet();
            decisions.add(() -> fail(waiter, new PoolClosedException()));
        }
    }

    private void closeIdle() {
        for (var entry : entries) {
            if (entry.tryMove(State.IDLE, State.LENT)) {
                beginClose(entry, CloseReason.POOL_CLOSED);
                decisions.add(() -> connector.close(entry, CloseReason.POOL_CLOSED));
            }
        }
    }

    // ---- steps

    private boolean tryPermit() {
        int taken;
        do {
            taken = permitsTaken.get();
            if (taken >= limit) {
                return false;
            }
        } while (!permitsTaken.compareAndSet(taken, taken + 1));
        return true;
    }

    /** A connection to be opened with a permit that is already taken. */
    private Entry<C> newEntry(Waiter<C> waiter) {
        var entry = new Entry<>(waiter.key, waiter.loop, waiter, generation.get());
        entry.threadIdBefore = highestThreadId.get();
        entries.add(entry);
        return entry;
    }

    private void close(Entry<C> entry, CloseReason reason) {
        beginClose(entry, reason);
        connector.close(entry, reason);
    }

    private void beginClose(Entry<C> entry, CloseReason reason) {
        entry.move(State.CLOSING);
        counters.closed(reason);
        if (reason != CloseReason.BROKEN) {
            listener.connectionClosed(endpoint, reason);
        }
    }

    private void sendBack(Waiter<C> waiter) {
        waiter.again = true;
        if (waiter.tryWaitAgain()) {
            incoming.add(waiter);
            match();
        }
    }

    private void deliver(Entry<C> entry, Waiter<C> waiter) {
        var source = source(entry, waiter);
        entry.wasLent = true;
        counters.acquired(source);
        listener.acquired(endpoint, source, now() - waiter.startNanos);
        waiter.acquired(entry, source);
    }

    private void fail(Waiter<C> waiter, PoolException cause) {
        listener.acquireFailed(endpoint, cause);
        waiter.failed(cause);
    }

    private AcquireSource source(Entry<C> entry, Waiter<C> waiter) {
        if (!entry.wasLent) {
            return AcquireSource.OPENED;
        }
        if (entry.idleSinceNanos - waiter.startNanos > 0) {
            return AcquireSource.WAITED;
        }
        return entry.loop == waiter.loop ? AcquireSource.LOCAL : AcquireSource.FOREIGN;
    }

    private CloseReason unfit(Entry<C> entry) {
        if (entry.broken) {
            return CloseReason.BROKEN;
        }
        if (closed) {
            return CloseReason.POOL_CLOSED;
        }
        if (entry.generation != generation.get()) {
            return CloseReason.STALE_GENERATION;
        }
        if (now() - entry.expiresNanos >= 0) {
            return CloseReason.MAX_LIFETIME;
        }
        return permitsTaken.get() > limit ? CloseReason.OVER_LIMIT : null;
    }

    /**
     * Servers number their connections upwards from their start. A connection whose opening began after the highest known number had
     * been given, and whose own number is not higher, is therefore of another start.
     */
    private void noticeRestart(Entry<C> entry, long threadId) {
        if (!config.detectRestarts()) {
            return;
        }
        if (threadId <= entry.threadIdBefore && entry.generation == generation.get()) {
            highestThreadId.set(threadId);
            entry.generation = generation.incrementAndGet();
            listener.restartDetected(endpoint);
            sweep();
        } else if (entry.generation == generation.get()) {
            highestThreadId.accumulateAndGet(threadId, Math::max);
        }
    }

    private void terminateWhenEmpty() {
        if (closed && permitsTaken.get() == 0 && terminated.compareAndSet(0, 1)) {
            onTerminated.run();
        }
    }

    private int closing() {
        int closing = 0;
        for (var entry : entries) {
            if (entry.state() == State.CLOSING) {
                closing++;
            }
        }
        return closing;
    }

    private long jittered(int durationMillis) {
        double share = 1 - config.random().getAsDouble() * config.jitterPercent() / 100;
        return (long) (millis(durationMillis) * share);
    }

    private long now() {
        return config.nanoClock().getAsLong();
    }

    private static long millis(int durationMillis) {
        return durationMillis * 1_000_000L;
    }
}
