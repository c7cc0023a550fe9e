// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/** The pool on Netty: the cores of all endpoints, and the side of them that does I/O. */
final class NettyBackendPool implements BackendPool, Connector<BackendConnection> {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(NettyBackendPool.class);

    private final PoolConfig config;
    private final PoolListener listener;
    private final ConnectionOpener opener;
    private final ControlConnections controls;
    private final ScheduledThreadPoolExecutor upkeep;
    private final ConcurrentMap<Endpoint, EndpointCore<BackendConnection>> cores = new ConcurrentHashMap<>();
    private final Promise<Void> terminated = GlobalEventExecutor.INSTANCE.newPromise();

    /** Guards the making of cores against closing. */
    private final Object making = new Object();

    private int coresLeft;
    private volatile boolean closed;

    NettyBackendPool(PoolConfig config) {
        this.config = config;
        this.listener = new GuardedListener(config.listener());
        // Two threads: a name server that does not answer may not keep idle connections open.
        this.upkeep = new ScheduledThreadPoolExecutor(2, new DefaultThreadFactory("workersql-pool", true));
        upkeep.setRemoveOnCancelPolicy(true);
        this.opener = new ConnectionOpener(config, listener, new HostResolver(upkeep));
        this.controls = new ControlConnections(opener, config);
        var unused = upkeep.scheduleWithFixedDelay(
                this::sweep, config.sweepIntervalMillis(), config.sweepIntervalMillis(), TimeUnit.MILLISECONDS);
    }

    private void sweep() {
        for (var core : cores.values()) {
            try {
                core.sweep();
            } catch (RuntimeException | Error e) {
                // What is thrown from here would end the sweeps.
                LOGGER.warn("The upkeep of pool {} failed", config.name(), e);
            }
        }
    }

    // ---- the public side

    @Override
    public Future<PooledConnection> acquire(AcquireRequest request) {
        var key = request.key();
        var borrower = request.borrower();
        var core = core(key.endpoint());
        if (core == null) {
            return borrower.newFailedFuture(new PoolClosedException());
        }
        if (borrower.inEventLoop()) {
            var entry = core.acquireNow(key, borrower, score(request.preference()));
            if (entry != null) {
                try {
                    return borrower.newSucceededFuture(new Lease(this, entry, borrower));
                } catch (RuntimeException | Error e) {
                    core.discard(entry, CloseReason.DISCARDED);
                    throw e;
                }
            }
        }
        var waiter = new LeaseWaiter(this, core, key, borrower, now(), request.deadlineNanos());
        core.submit(waiter);
        waiter.watch();
        return waiter.promise;
    }

    private static ToIntFunction<BackendConnection> score(ConnectionPreference preference) {
        return preference == ConnectionPreference.ANY
                ? NettyBackendPool::any
                : connection -> preference.score(connection.state(), connection.statements());
    }

    private static int any(BackendConnection connection) {
        return ConnectionPreference.PERFECT;
    }

    @Override
    public void limit(Endpoint endpoint, int maxConnections) {
        if (maxConnections < 1) {
            throw new IllegalArgumentException("maxConnections is " + maxConnections + ", at least 1 is needed");
        }
        var core = core(endpoint);
        if (core != null) {
            core.limit(maxConnections);
        }
    }

    @Override
    public void warmUp(PoolKey key, EventLoop loop) {
        var core = core(key.endpoint());
        if (core != null) {
            core.warmUp(key, loop);
        }
    }

    @Override
    public void invalidate(Endpoint endpoint) {
        var core = cores.get(endpoint);
        if (core != null) {
            core.invalidate();
        }
    }

    @Override
    public void sever(Endpoint endpoint, String why) {
        var core = cores.get(endpoint);
        if (core == null) {
            return;
        }
        core.invalidate();
        core.connections().forEach(connection -> onLoop(connection.loop(), () -> connection.sever(why), () -> {}));
    }

    @Override
    public EndpointStats stats(Endpoint endpoint) {
        var core = cores.get(endpoint);
        return core == null
                ? new EndpointCore<>(endpoint, config, this, listener, () -> {}).stats(0)
                : core.stats(controls.open(endpoint));
    }

    @Override
    public List<EndpointStats> stats() {
        var all = new ArrayList<EndpointStats>();
        cores.forEach((endpoint, core) -> all.add(core.stats(controls.open(endpoint))));
        return all;
    }

    @Override
    public PoolConfig config() {
        return config;
    }

    @Override
    public Future<Void> closeAsync() {
        synchronized (making) {
            if (closed) {
                return terminated;
            }
            closed = true;
            coresLeft = cores.size();
        }
        upkeep.shutdown();
        controls.close();
        if (cores.isEmpty()) {
            terminated.trySuccess(null);
        }
        cores.values().forEach(EndpointCore::close);
        return terminated;
    }

    @Override
    public void close() {
        var unused = closeAsync();
    }

    private EndpointCore<BackendConnection> core(Endpoint endpoint) {
        var core = cores.get(endpoint);
        if (core != null) {
            return core;
        }
        synchronized (making) {
            return closed
                    ? null
                    : cores.computeIfAbsent(
                            endpoint, e -> new EndpointCore<>(e, config, this, listener, this::coreTerminated));
        }
    }

    private void coreTerminated() {
        synchronized (making) {
            if (--coresLeft > 0) {
                return;
            }
        }
        terminated.trySuccess(null);
    }

    // ---- for leases, on the channel's event loop

    void release(Entry<BackendConnection> entry) {
        coreOf(entry).release(entry);
    }

    void discard(Entry<BackendConnection> entry, CloseReason reason) {
        coreOf(entry).discard(entry, reason);
    }

    /** Brings a connection into the state in which the next borrower may have it; one that does not get there is closed. */
    void restoreAndRelease(Entry<BackendConnection> entry, ReturnRecipe recipe) {
        if (recipe.discardReason() != null) {
            discard(entry, CloseReason.DISCARDED);
            return;
        }
        if (recipe.isAsItIs()) {
            release(entry);
            return;
        }
        var connection = entry.connection;
        connection
                .own()
                .restore(recipe, (status, cause) -> orDiscard(entry, () -> restored(entry, recipe, status, cause)));
    }

    /** A fault on the way into the pool costs the connection, and not its place. */
    void orDiscard(Entry<BackendConnection> entry, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException | Error e) {
            LOGGER.warn("A connection of pool {} could not be taken in", config.name(), e);
            switch (entry.state()) {
                case CONNECTING, LENT -> discard(entry, CloseReason.DISCARDED);
                case IDLE, CLOSING, GONE -> {}
            }
        }
    }

    private void restored(Entry<BackendConnection> entry, ReturnRecipe recipe, ReplyStatus status, Throwable cause) {
        if (cause != null || status.isError()) {
            discard(entry, CloseReason.RESET_FAILED);
            return;
        }
        var connection = entry.connection;
        var state = connection.state();
        if (recipe.reset()) {
            countReset(entry);
            state.wasReset(status.statusFlags());
            connection.statements().clear();
        } else if (recipe.rollback()) {
            coreOf(entry).counters().rollbacks.increment();
            state.rolledBack(status.statusFlags());
        }
        if (recipe.initDb()) {
            state.schema(entry.key.account().database());
        }
        state.optionSet(false);
        if (state.inTransaction() && recipe.reset()) {
            discard(entry, CloseReason.RESET_FAILED);
        } else if (state.inTransaction()) {
            // completion_type=CHAIN: the rollback has begun another one.
            restoreAndRelease(entry, ReturnRecipe.of(state, entry.key, true));
        } else {
            release(entry);
        }
    }

    /** A borrower's own reset failed: whatever the borrower does with the connection, nobody else gets it. */
    void discardFailedReset(Entry<BackendConnection> entry) {
        entry.broken = true;
    }

    boolean tryPin(Entry<BackendConnection> entry) {
        return coreOf(entry).tryPin(entry);
    }

    void pin(Entry<BackendConnection> entry) {
        coreOf(entry).pin(entry);
    }

    void unpin(Entry<BackendConnection> entry) {
        coreOf(entry).unpin(entry);
    }

    void countReset(Entry<BackendConnection> entry) {
        coreOf(entry).counters().resets.increment();
    }

    Future<Void> kill(BackendConnection target, boolean queryOnly, EventLoop borrower) {
        Promise<Void> promise = borrower.newPromise();
        controls.kill(target, queryOnly, promise);
        return promise;
    }

    long now() {
        return config.nanoClock().getAsLong();
    }

    private EndpointCore<BackendConnection> coreOf(Entry<BackendConnection> entry) {
        return cores.get(entry.key.endpoint());
    }

    // ---- the connector

    @Override
    public void open(Entry<BackendConnection> entry) {
        var core = coreOf(entry);
        onLoop(
                (EventLoop) entry.loop,
                () -> opener.open(entry.key, (EventLoop) entry.loop, new ConnectionOpener.Callback() {
                    @Override
                    public void opened(BackendConnection connection, ServerIdentity identity) {
                        entry.connection = connection;
                        connection.enterPool(entry, () -> core.broken(entry));
                        orDiscard(entry, () -> core.opened(entry, connection, connection.threadId(), identity));
                    }

                    @Override
                    public void failed(BackendUnavailableException cause) {
                        core.openFailed(entry, cause);
                    }
                }),
                () -> core.openFailed(
                        entry,
                        new BackendUnavailableException(
                                entry.key.endpoint(),
                                BackendUnavailableException.Reason.REFUSED,
                                0,
                                null,
                                "the borrower's event loop has ended",
                                null)));
    }

    @Override
    public void validate(Entry<BackendConnection> entry) {
        var core = coreOf(entry);
        onLoop(
                (EventLoop) entry.loop,
                () -> entry.connection
                        .own()
                        .ping((status, cause) -> core.validated(entry, cause == null && !status.isError())),
                () -> core.validated(entry, false));
    }

    @Override
    public void close(Entry<BackendConnection> entry, CloseReason reason) {
        var core = coreOf(entry);
        boolean farewell = switch (reason) {
            case IDLE_TIMEOUT, MAX_LIFETIME, STALE_GENERATION, MAKE_ROOM, OVER_LIMIT, DISMISSED, POOL_CLOSED -> true;
            case VALIDATION_FAILED, RESET_FAILED, DISCARDED, KILLED, BROKEN -> false;
        };
        onLoop(
                (EventLoop) entry.loop,
                () -> entry.connection.close(farewell, () -> core.closed(entry)),
                // With the loop its channels have ended.
                () -> core.closed(entry));
    }

    /** Runs an action on a loop, or the other one here when that has ended. */
    static void onLoop(EventLoop loop, Runnable action, Runnable rejected) {
        if (loop.inEventLoop()) {
            action.run();
            return;
        }
        try {
            loop.execute(action);
        } catch (RejectedExecutionException e) {
            rejected.run();
        }
    }
}
