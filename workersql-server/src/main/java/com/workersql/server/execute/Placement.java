// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.BreakerState;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.Activity;
import com.workersql.server.session.ClientSession;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Finds the connection for one statement, as often as it is tried: on a replica where the read may go to one, otherwise on the primary,
 * for which it waits while another server is taking its place. Confined to the session's event loop.
 */
final class Placement {
    private static final int GATE_RETRY_MILLIS = 50;

    private final StatementExecutor executor;
    private final ClientSession session;
    private final Shard shard;
    private final Run run;
    private Set<ShardNode> excluded = Set.of();
    private Long gateDeadlineNanos;

    /** The statement that looks for a connection. */
    interface Run {
        /** Whether it has ended in the meantime, so that it needs none any more. */
        boolean hasEnded();

        /** What is to be sent. */
        Work work();

        /** Whether it has to run on the primary, whatever it says of its freshness. */
        boolean needsPrimary();

        /** Whether it could be sent once more should this connection fail. */
        boolean mayBeRepeated(boolean onReplica);

        /** The connection, which may have come too late. */
        void found(ShardLease ready, boolean mayBeRepeated);

        /** There is none. */
        void notFound(GatewayError error);

        /** It was ended while it waited. */
        void interrupted();
    }

    Placement(StatementExecutor executor, ClientSession session, Shard shard, Run run) {
        this.executor = executor;
        this.session = session;
        this.shard = shard;
        this.run = run;
    }

    /** Looks for a connection, now or later. */
    void find() {
        if (run.hasEnded()) {
            return;
        }
        if (ReplicaLease.isToBeLeft(session, shard, run.work().info())) {
            ReplicaLease.leave(executor.connections(), session, this::find);
            return;
        }
        var replica = replica();
        if (replica != null) {
            boolean again = run.mayBeRepeated(true);
            executor.connections()
                    .leaseReplica(
                            session,
                            shard,
                            replica.node(),
                            replica.awaited() == null,
                            ready -> onReplica(ready, replica, again),
                            error -> notOn(replica.node(), error));
            return;
        }
        if (session.held() == null && FailoverWait.isNeeded(shard)) {
            FailoverWait.start(shard, session, executor.settings().failoverWaitNanos(), this::find, run::notFound);
            return;
        }
        if (session.held() == null && waitsForGate()) {
            var wait = session.activity().interruption(run::interrupted);
            session.loop()
                    .schedule(
                            SessionFault.guarded(session, () -> goOn(wait, this::find)),
                            GATE_RETRY_MILLIS,
                            TimeUnit.MILLISECONDS);
            return;
        }
        boolean again = run.mayBeRepeated(false);
        executor.connections().leaseToSendAhead(session, shard, ready -> run.found(ready, again), run::notFound);
    }

    /** The replica that the statement is to be sent to; null for the primary. */
    private ReadPlaces.Replica replica() {
        var work = run.work();
        if (run.needsPrimary() || !ReadPlaces.isOpen(session, shard, work)) {
            return null;
        }
        var hints = executor.texts().footprint(session, work).hints();
        return executor.places().choose(session, shard, work.info(), hints, excluded);
    }

    private void onReplica(ShardLease ready, ReadPlaces.Replica replica, boolean again) {
        ready.node().load().readHere();
        if (replica.awaited() == null) {
            run.found(ready, again);
            return;
        }
        var wait = session.activity().interruption(run::interrupted);
        ReplicaLease.await(
                ready,
                replica.awaited(),
                executor.flavor(),
                executor.places().waitNanos(),
                () -> goOn(wait, () -> run.found(ready, again)),
                error -> goOn(wait, () -> {
                    // One that has it already would have been chosen without waiting.
                    excluded = Set.copyOf(shard.topology().nodes());
                    find();
                }));
    }

    /** Behind a wait in which the statement could be ended. */
    private static void goOn(Activity.Interruption wait, Runnable next) {
        wait.clear();
        next.run();
    }

    /** Nothing was sent to this replica: another one, or the primary, may do. */
    private void notOn(ShardNode replica, GatewayError error) {
        exclude(replica);
        boolean interrupted = StatementDeadline.isInterruption(error.errno());
        if (!run.hasEnded() && !interrupted && shard.retries().tryRetry(Retries.Proof.NOT_SENT)) {
            find();
        } else {
            run.notFound(error);
        }
    }

    /** Has the statement not sent to a server any more, as long as that is a replica. */
    void exclude(ShardNode replica) {
        var all = new HashSet<>(excluded);
        all.add(replica);
        excluded = all;
    }

    /**
     * Whether the way to the primary is shut and may open soon: between the failures that shut it and the check that finds the
     * primary back, or another one in its place, nothing says that there is none. A shard of one server is not waited for.
     */
    private boolean waitsForGate() {
        var topology = shard.topology();
        if (!topology.canFailOver()
                || topology.gates(topology.primary()).callGate().state() != BreakerState.OPEN) {
            return false;
        }
        long now = executor.nanoClock().getAsLong();
        if (gateDeadlineNanos == null) {
            gateDeadlineNanos = now + executor.settings().failoverWaitNanos();
        }
        return gateDeadlineNanos - now > 0;
    }
}
