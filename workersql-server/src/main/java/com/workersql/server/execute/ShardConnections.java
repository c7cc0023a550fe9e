// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.BreakerState;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.FailureClass;
import com.workersql.breaker.Permit;
import com.workersql.breaker.endpoint.EndpointGates;
import com.workersql.breaker.endpoint.Role;
import com.workersql.pool.AcquireRequest;
import com.workersql.pool.AcquireTimeoutException;
import com.workersql.pool.BackendAccount;
import com.workersql.pool.BackendUnavailableException;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.ConnectionPreference;
import com.workersql.pool.PoolException;
import com.workersql.pool.PoolExhaustedException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Incidents;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.SessionVariables;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Gets a session its connection: the one it holds, or one of the pool with the session's state given to it. Asks the breaker
 * first; a breaker that is open costs one comparison and an error.
 */
final class ShardConnections {
    /** Of what servers have accepted to give connections a session's state; above it, what is used least is waited for again. */
    private static final int MAX_PROVEN_CHARS = 4 * 1024 * 1024;

    private final LongSupplier nanoClock;
    private final long acquireTimeoutNanos;
    private final SessionCounters counters;
    private final Function<String, Shard> shards;
    private final ProvenSetups proven = new ProvenSetups(MAX_PROVEN_CHARS);

    /**
     * Whoever wants a connection.
     *
     * @param replica which server of the shard; null for the primary
     * @param sendsAhead whether what gives the connection its state may be left to it, where the server has accepted that before
     * @param ready hears of the connection, now or later, on the session's loop
     */
    private record Wish(
            ClientSession session,
            Shard shard,
            ShardNode replica,
            boolean sendsAhead,
            Consumer<ShardLease> ready,
            Consumer<GatewayError> failed) {}

    ShardConnections(
            LongSupplier nanoClock,
            long acquireTimeoutNanos,
            SessionCounters counters,
            Function<String, Shard> shards) {
        this.shards = shards;
        this.nanoClock = nanoClock;
        this.acquireTimeoutNanos = acquireTimeoutNanos;
        this.counters = counters;
    }

    /** What servers have accepted so far. */
    ProvenSetups proven() {
        return proven;
    }

    /** Gives the session's connection to the shard, in the session's state, now or later, on the session's loop. */
    void lease(ClientSession session, Shard shard, Consumer<ShardLease> ready, Consumer<GatewayError> failed) {
        lease(new Wish(session, shard, null, false, ready, failed));
    }

    /** As {@link #lease}, for one that sends the {@link ShardLease#setup} ahead of its first command. */
    void leaseToSendAhead(
            ClientSession session, Shard shard, Consumer<ShardLease> ready, Consumer<GatewayError> failed) {
        lease(new Wish(session, shard, null, true, ready, failed));
    }

    private void lease(Wish wish) {
        var session = wish.session();
        var shard = wish.shard();
        var held = session.held();
        if (held != null) {
            if (held.shard().equals(shard.name())) {
                deliver(wish, ofHeld(held.connection(), shard));
                return;
            }
            session.pins().remove(HoldReason.UNREAD_WARNINGS);
            if (session.pins().isEmpty() && Inquiry.isDue(session)) {
                inquire(session, held, () -> lease(wish));
                return;
            }
            if (!session.pins().isEmpty()) {
                wish.failed().accept(elsewhere(session, held.shard(), shard.name()));
                return;
            }
            Aftermath.giveBack(session, held.connection());
        }
        borrow(wish);
    }

    /**
     * Asks the held connection what only it knows, so that it can be given back, then goes on; without it where it was lost, with a
     * transaction that was open there or with state for which the session has to end. Whoever asks may be given up for its time before
     * the answer: its client's next statement waits for the same one, and goes on behind it.
     */
    void inquire(ClientSession session, ClientSession.Held held, Runnable then) {
        Inquiry.start(session, held.connection(), new Inquiry.Ending() {
            @Override
            public void answered() {
                then.run();
                session.activity().resume();
            }

            @Override
            public void broken(String why) {
                Aftermath.lost(session, held.connection(), why);
                then.run();
                session.activity().resume();
            }

            @Override
            public void suspected() {
                var shard = shards.apply(held.shard());
                if (shard != null) {
                    shard.topology().suspect(held.connection().key().endpoint());
                }
            }
        });
    }

    /** Nobody else can go on with what the session began, so no gate is asked; yet the outcome counts. */
    private ShardLease ofHeld(PooledConnection connection, Shard shard) {
        var node = shard.topology().node(connection.key().endpoint());
        var gates = shard.topology().gates(node);
        return lease(connection, shard, node, gates, gates.callGate().tryAcquire());
    }

    private ShardLease lease(
            PooledConnection connection, Shard shard, ShardNode node, EndpointGates gates, Permit permit) {
        long now = nanoClock.getAsLong();
        var running = shard.topology().canFailOver() ? node.load().begin(now) : null;
        return new ShardLease(connection, shard, node, gates, permit, new AtomicBoolean(), now, running, Setup.NONE);
    }

    /**
     * Gets the session a connection to a replica, now or later, on the session's loop. It holds none.
     *
     * @param sendsAhead whether it is for one that sends the {@link ShardLease#setup} ahead of its first command
     */
    void leaseReplica(
            ClientSession session,
            Shard shard,
            ShardNode replica,
            boolean sendsAhead,
            Consumer<ShardLease> ready,
            Consumer<GatewayError> failed) {
        borrow(new Wish(session, shard, replica, sendsAhead, ready, failed));
    }

    private static GatewayError elsewhere(ClientSession session, String heldShard, String wanted) {
        return GatewayError.refused(
                1235,
                "42000",
                "This session is bound to shard " + heldShard + " (" + session.pins()
                        + "), the statement belongs to shard " + wanted);
    }

    private void borrow(Wish wish) {
        var shard = wish.shard();
        var account = shard.accountOf(wish.session().principal().tenant());
        if (account == null) {
            wish.failed()
                    .accept(GatewayError.refused(
                            1045, "28000", "No account is configured on shard " + shard.name() + " for this user"));
            return;
        }
        long deadlineNanos = nanoClock.getAsLong() + acquireTimeoutNanos;
        borrow(wish, account, deadlineNanos, wish.replica() == null);
    }

    private void borrow(Wish wish, BackendAccount account, long deadlineNanos, boolean mayRetry) {
        var session = wish.session();
        var shard = wish.shard();
        var replica = wish.replica();
        var failed = wish.failed();
        var node = replica == null ? shard.topology().primary() : replica;
        var gates = shard.topology().gates(node);
        var permit = gates.callGate().tryAcquire();
        if (permit == null) {
            failed.accept(
                    GatewayError.notExecuted("Shard " + shard.name() + " is failing; " + nextTry(gates.callGate())));
            return;
        }
        var wanted = session.variables();
        var request = new AcquireRequest(
                ConnectionKeys.of(session, shard, node, account), session.loop(), deadlineNanos, preference(wanted));
        var acquiring = acquire(shard, request, permit);
        if (acquiring.isSuccess()) {
            borrowed(wish, acquiring.getNow(), node, permit);
            return;
        }
        var wait = session.activity().interruption(() -> acquiring.cancel(false));
        acquiring.addListener((Future<PooledConnection> future) -> {
            wait.clear();
            if (future.isSuccess()) {
                borrowed(wish, future.getNow(), node, permit);
                return;
            }
            permit.released();
            SessionFault.guarded(session, () -> {
                        if (future.isCancelled()) {
                            failed.accept(GatewayError.interrupted());
                        } else if (mayRetry
                                && isNotSent(future.cause())
                                && shard.retries().tryRetry(Retries.Proof.NOT_SENT)) {
                            borrow(wish, account, deadlineNanos, false);
                        } else {
                            failed.accept(error(shard, gates, future.cause()));
                        }
                    })
                    .run();
        });
    }

    private static Future<PooledConnection> acquire(Shard shard, AcquireRequest request, Permit permit) {
        try {
            return shard.pool().acquire(request);
        } catch (RuntimeException | Error e) {
            permit.released();
            throw e;
        }
    }

    /** From here on a fault ends the session, wherever behind the connection it is thrown: here, or in the reply to a command. */
    private void borrowed(Wish wish, PooledConnection connection, ShardNode node, Permit permit) {
        var session = wish.session();
        connection.onFault(cause -> {
            permit.released();
            SessionFault.befell(session, cause);
        });
        try {
            var lease = lease(
                    connection, wish.shard(), node, wish.shard().topology().gates(node), permit);
            connection.onFault(cause -> faulted(session, lease, cause));
            if (session.isClosed()) {
                lease.released();
                lease.connection().release();
                wish.failed().accept(GatewayError.interrupted());
            } else {
                bringToState(wish, lease);
            }
        } catch (RuntimeException | Error e) {
            connection.fault(e);
        }
    }

    private void deliver(Wish wish, ShardLease lease) {
        lease.connection().onFault(cause -> faulted(wish.session(), lease, cause));
        try {
            wish.ready().accept(lease);
        } catch (RuntimeException | Error e) {
            lease.connection().fault(e);
        }
    }

    /** The connection discards itself, unless what ran on it is being killed. */
    private static void faulted(ClientSession session, ShardLease lease, Throwable cause) {
        lease.released();
        SessionFault.befell(session, cause);
    }

    private static String nextTry(CircuitBreaker gate) {
        long nanos = gate.retryAfterNanos();
        return nanos < 0 ? "it was shut by an operator" : "next try in " + Math.max(1, nanos / 1_000_000) + " ms";
    }

    private static GatewayError error(Shard shard, EndpointGates gates, Throwable cause) {
        if (isShut(gates, cause)) {
            return GatewayError.notExecuted("Shard " + shard.name()
                    + " accepts no new connections, and no open one is free; " + nextTry(gates.connectGate()));
        }
        return cause instanceof PoolException
                ? unavailable(shard, cause)
                : Incidents.log("a connection to shard " + shard.name(), cause).withOutcome(Outcome.NOT_EXECUTED);
    }

    /** There is none that is open and free, and no new one may be opened. */
    private static boolean isShut(EndpointGates gates, Throwable cause) {
        return (cause instanceof BackendUnavailableException unavailable
                        && unavailable.reason() == BackendUnavailableException.Reason.NOT_TRIED)
                || (cause instanceof AcquireTimeoutException
                        && gates.connectGate().state() != BreakerState.CLOSED);
    }

    /** No connection for want of health: the next try may meet another one, or wait for one that is open. */
    private static boolean isNotSent(Throwable cause) {
        return cause instanceof BackendUnavailableException unavailable
                && ConnectFailures.classify(unavailable, Role.PRIMARY) == FailureClass.CONNECT_FAILURE;
    }

    private static ConnectionPreference preference(SessionVariables wanted) {
        return (state, statements) -> {
            var applied = state.assignments();
            if (wanted.areGivenBy(applied)) {
                return ConnectionPreference.PERFECT;
            }
            return applied.isEmpty() ? 1 : 0;
        };
    }

    /** Gives the connection the session's variables, or leaves that to whoever sends them ahead of its statement. */
    private void bringToState(Wish wish, ShardLease lease) {
        var connection = lease.connection();
        var setup =
                Setup.between(connection.state().assignments(), wish.session().variables());
        if (setup.isEmpty()) {
            deliver(wish, lease);
            return;
        }
        if (wish.sendsAhead() && setup.isProven(connection, proven)) {
            deliver(wish, lease.with(setup));
            return;
        }
        counters.setUp(false);
        new SetupWait(wish.session(), lease, () -> deliver(wish, lease), wish.failed(), nanoClock).run(setup, proven);
    }

    /** Runs a statement of the gateway's own whose result is of no interest. */
    static void statement(
            PooledConnection connection, String sql, BiConsumer<ReplyStatus, BrokenConnectionException> done) {
        byte[] text = sql.getBytes(StandardCharsets.UTF_8);
        var payload = Unpooled.buffer(1 + text.length).writeByte(0x03).writeBytes(text);
        connection.executePayload(ReplyKind.QUERY, payload, new StatusListener(done));
    }

    /** An error for a connection that could not be had. */
    static GatewayError unavailable(Shard shard, Throwable cause) {
        if (cause instanceof AcquireTimeoutException || cause instanceof PoolExhaustedException) {
            return GatewayError.refused(1203, "42000", "Shard " + shard.name() + ": " + cause.getMessage());
        }
        if (cause instanceof BackendUnavailableException e
                && e.reason() == BackendUnavailableException.Reason.REJECTED
                && (e.errno() == 1049 || e.errno() == 1044)) {
            return GatewayError.refused(e.errno(), e.sqlState() == null ? "42000" : e.sqlState(), e.getMessage());
        }
        return GatewayError.notExecuted("Shard " + shard.name() + ": " + cause.getMessage());
    }
}
