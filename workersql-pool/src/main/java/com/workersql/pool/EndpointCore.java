// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.pool.Entry.State;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/**
 * Who has which connection of one endpoint, without any I/O. No method blocks or takes a lock.
 *
 * <p>Borrowing from and returning to the own event loop touches that loop's list and one compare-and-set. Everything else - waiting,
 * opening, lending over loops, making room - is decided by the {@link Matcher}.
 *
 * <p>No waiter is forgotten between a return and a request that cross each other: the one first publishes the idle entry and then
 * looks for waiters, the other first publishes the waiter and then looks for idle entries; one of them sees the other.
 *
 * @param <C> the connection
 */
final class EndpointCore<C> implements Matcher.Decisions<C> {
    private final Endpoint endpoint;
    private final PoolConfig config;
    private final Connector<C> connector;
    private final PoolListener listener;
    private final Runnable onTerminated;
    private final EndpointCounters counters = new EndpointCounters();

    private final ConcurrentMap<Object, LoopIdle<C>> idleByLoop = new ConcurrentHashMap<>();
    private final Places<C> places;
    private final Matcher<C> matcher;
    private final WarmKeys<C> warmKeys;
    private final Incarnation incarnation = new Incarnation();
    private final AtomicInteger waiterCount = new AtomicInteger();
    private final AtomicInteger terminated = new AtomicInteger();
    private volatile boolean closed;

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
        this.places = new Places<>(config);
        this.matcher = new Matcher<>(places, config, this);
        this.warmKeys = new WarmKeys<>(places, config);
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
            try {
                entry.wasLent = true;
                counters.acquired(AcquireSource.LOCAL);
                listener.acquired(endpoint, AcquireSource.LOCAL, 0);
            } catch (RuntimeException | Error e) {
                close(entry, CloseReason.DISCARDED);
                throw e;
            }
        }
        return entry;
    }

    /** Serves a request by whatever comes first. May be called on any thread. */
    void submit(Waiter<C> waiter) {
        waiter.share = places.shareOf(waiter.key);
        int ofTenant = waiter.share.waiting.incrementAndGet();
        int ofAll = waiterCount.incrementAndGet();
        boolean tooMany = ofAll > config.maxWaitersPerEndpoint();
        boolean tooManyOfTenant = waiter.share.tenant != null && ofTenant > config.maxWaitersPerTenant();
        if ((tooMany || tooManyOfTenant) && !closed) {
            left(waiter);
            counters.rejected.increment();
            fail(
                    waiter,
                    tooManyOfTenant
                            ? PoolExhaustedException.ofTenant(config, endpoint, waiter.share.tenant)
                            : PoolExhaustedException.ofAll(config, endpoint));
            return;
        }
        matcher.add(waiter);
        matcher.run();
    }

    /** Ends a request whose deadline has come; false when it was answered before. */
    boolean expire(Waiter<C> waiter) {
        if (!waiter.tryAbandon()) {
            return false;
        }
        left(waiter);
        counters.timeouts.increment();
        boolean ofTenant = places.isAtItsLimit(waiter.share);
        fail(
                waiter,
                new AcquireTimeoutException(
                        config.name(),
                        endpoint,
                        now() - waiter.startNanos,
                        ofTenant ? places.limitOf(waiter.share) : places.limit(),
                        waiterCount.get(),
                        ofTenant ? "maxConnectionsPerTenant" : "maxConnectionsPerEndpoint"));
        return true;
    }

    /** Takes a request back; false when it was answered before. */
    boolean cancel(Waiter<C> waiter) {
        if (!waiter.tryAbandon()) {
            return false;
        }
        left(waiter);
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
            matcher.run();
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

    // ---- pins, by the borrower

    /** Counts a lent connection as pinned; false when its tenant has as many as it may. */
    boolean tryPin(Entry<C> entry) {
        return TenantShare.tryTake(entry.share.pinned, places.pinLimitOf(entry.share));
    }

    /** Counts a lent connection as pinned, also above the limit. */
    void pin(Entry<C> entry) {
        entry.share.pinned.incrementAndGet();
    }

    void unpin(Entry<C> entry) {
        entry.share.pinned.decrementAndGet();
    }

    // ---- answers of the connector, on the entry's event loop

    void opened(Entry<C> entry, C connection, long threadId, ServerIdentity identity) {
        counters.opened.increment();
        entry.connection = connection;
        long now = now();
        entry.pass.opened(now - entry.openingNanos);
        entry.idleTimeoutNanos = jittered(config.idleTimeoutMillis());
        entry.expiresNanos = now + jittered(config.maxLifetimeMillis());
        if (config.detectRestarts() && incarnation.isAnother(entry, threadId, identity)) {
            listener.restartDetected(endpoint);
            sweepIdle();
        }
        warmKeys.opened(entry, now);
        entry.move(State.LENT);
        release(entry);
    }

    void openFailed(Entry<C> entry, BackendUnavailableException cause) {
        counters.connectFailures.increment();
        // First, so that whoever asks the gate because of what follows finds that it knows.
        entry.pass.failed(cause);
        warmKeys.failed(entry, now());
        boolean heard = entry.opener.tryServe();
        if (heard) {
            left(entry.opener);
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
                left(waiter);
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
        var successor = entry.successor;
        if (places.remove(entry, successor != null && successor.isWaiting() && !closed ? successor : null)) {
            open(successor, entry.successorsPass);
        } else if (successor != null) {
            entry.successorsPass.unused();
            if (successor.tryCheck()) {
                sendBack(successor);
            }
        }
        if (!entry.wasLent && entry.opener.tryCheck()) {
            // Closed before anybody had it: another one must be opened.
            sendBack(entry.opener);
        }
        if (waiterCount.get() != 0) {
            matcher.run();
        }
        terminateWhenEmpty();
    }

    // ---- upkeep, on any thread

    /** Closes idle connections that are not fit any more, and opens what is missing of those kept warm. */
    void sweep() {
        warmKeys.noticeUse(now());
        sweepIdle();
        if (!closed) {
            for (var opener : warmKeys.missing(now(), waiterCount.get() == 0)) {
                var pass = places.tryPermit(opener.share, this::tryPass);
                if (pass != null) {
                    open(opener, pass);
                }
            }
        }
    }

    /** Keeps a key's connections warm from now on. */
    void warmUp(PoolKey key, Object loop) {
        warmKeys.add(key, loop, now());
        sweep();
    }

    /** Closes idle connections that are too old, idle for too long, of an earlier generation, or above the limit. */
    private void sweepIdle() {
        long now = now();
        for (var entry : places) {
            if (entry.isIdle()) {
                var reason = unfit(entry);
                // Compared by difference, since the clock may wrap.
                if (reason == null && now - entry.idleSinceNanos >= entry.idleTimeoutNanos && !warmKeys.needs(entry)) {
                    reason = CloseReason.IDLE_TIMEOUT;
                }
                if (reason != null && entry.tryMove(State.IDLE, State.LENT)) {
                    close(entry, reason);
                }
            }
        }
    }

    void invalidate() {
        incarnation.flush();
        sweepIdle();
    }

    /** The connections of this moment, whatever they do; none that is still being opened. */
    List<C> connections() {
        var found = new ArrayList<C>();
        places.iterator().forEachRemaining(entry -> {
            var connection = entry.connection;
            if (connection != null) {
                found.add(connection);
            }
        });
        return found;
    }

    void limit(int maxConnections) {
        places.limit(maxConnections);
        while (places.permitsTaken() - places.closing() > maxConnections) {
            var victim = places.leastRecentlyUsed(null, null);
            if (victim == null) {
                break;
            }
            if (victim.tryMove(State.IDLE, State.LENT)) {
                close(victim, CloseReason.OVER_LIMIT);
            }
        }
        matcher.run();
    }

    void close() {
        closed = true;
        matcher.run();
        terminateWhenEmpty();
    }

    EndpointStats stats(int controlConnections) {
        return counters.stats(endpoint, places, waiterCount.get(), controlConnections);
    }

    EndpointCounters counters() {
        return counters;
    }

    int permitsTaken() {
        return places.permitsTaken();
    }

    // ---- what the matcher decided

    @Override
    public void open(Waiter<C> waiter, ConnectGate.Pass pass) {
        connector.open(places.add(waiter, pass, incarnation, now()));
    }

    @Override
    public void deliver(Entry<C> entry, Waiter<C> waiter) {
        AcquireSource source;
        try {
            source = source(entry, waiter);
            entry.wasLent = true;
            counters.acquired(source);
            listener.acquired(endpoint, source, now() - waiter.startNanos);
        } catch (RuntimeException | Error e) {
            // Nobody has it, and nobody else would tell who waits.
            close(entry, CloseReason.DISCARDED);
            waiter.failed(e);
            return;
        }
        waiter.acquired(entry, source);
    }

    @Override
    public void validate(Entry<C> entry) {
        connector.validate(entry);
    }

    @Override
    public void refuse(Waiter<C> waiter) {
        fail(waiter, new PoolClosedException());
    }

    @Override
    public ConnectGate.Pass tryPass() {
        return GuardedPass.ask(config.connectGate(), endpoint);
    }

    @Override
    public void notTried(Waiter<C> waiter) {
        fail(waiter, BackendUnavailableException.notTried(endpoint));
    }

    @Override
    public void left(Waiter<C> waiter) {
        waiterCount.decrementAndGet();
        waiter.share.waiting.decrementAndGet();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public int waiting() {
        return waiterCount.get();
    }

    @Override
    public void close(Entry<C> entry, CloseReason reason) {
        entry.move(State.CLOSING);
        counters.closed(reason);
        if (reason != CloseReason.BROKEN) {
            listener.connectionClosed(endpoint, reason);
        }
        connector.close(entry, reason);
    }

    // ---- steps

    private void sendBack(Waiter<C> waiter) {
        waiter.again = true;
        if (waiter.tryWaitAgain()) {
            matcher.add(waiter);
            matcher.run();
        }
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
        if (entry.generation != incarnation.generation()) {
            return CloseReason.STALE_GENERATION;
        }
        if (now() - entry.expiresNanos >= 0) {
            return CloseReason.MAX_LIFETIME;
        }
        return places.isOverLimit() ? CloseReason.OVER_LIMIT : null;
    }

    private void terminateWhenEmpty() {
        if (closed && places.permitsTaken() == 0 && terminated.compareAndSet(0, 1)) {
            onTerminated.run();
        }
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
