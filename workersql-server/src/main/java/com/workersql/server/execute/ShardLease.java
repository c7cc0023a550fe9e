// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.FailureClass;
import com.workersql.breaker.Permit;
import com.workersql.breaker.classify.FailureClassifier;
import com.workersql.breaker.classify.TransportFailure;
import com.workersql.breaker.endpoint.EndpointGates;
import com.workersql.breaker.endpoint.Gate;
import com.workersql.breaker.endpoint.Role;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.server.replicas.ServerLoad;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A connection that is ready for the statement.
 *
 * @param connection the connection
 * @param shard the shard
 * @param node which of its servers
 * @param gates that server's, in the role in which it is used
 * @param permit whose outcome is still open; null when the session held its connection while the gate was shut
 * @param answered whether the permit was answered; what comes later does not count
 * @param startNanos when the server got to work
 * @param running what the choice among servers knows of it; null where there is no choice
 * @param setup what is still to be sent ahead of the statement, in the same write
 */
record ShardLease(
        PooledConnection connection,
        Shard shard,
        ShardNode node,
        EndpointGates gates,
        Permit permit,
        AtomicBoolean answered,
        long startNanos,
        ServerLoad.Running running,
        Setup setup) {
    Role role() {
        return gates.key().role();
    }

    void ended(FailureClass outcome, long nowNanos) {
        if (running != null) {
            running.end(nowNanos, true);
        }
        if (permit != null && answered.compareAndSet(false, true)) {
            gates.finishCall(permit, outcome, nowNanos - startNanos);
        }
    }

    void released() {
        if (running != null) {
            running.end(startNanos, false);
        }
        if (permit != null && answered.compareAndSet(false, true)) {
            permit.released();
        }
    }

    ShardLease with(Setup ahead) {
        return new ShardLease(connection, shard, node, gates, permit, answered, startNanos, running, ahead);
    }

    /** Tells the breaker what the server's answer says of the server. */
    void answered(ReplyStatus status, long nowNanos) {
        var outcome = status.isError() ? classify(status) : FailureClass.NEUTRAL;
        ended(outcome, nowNanos);
        if (outcome != FailureClass.NEUTRAL && outcome != FailureClass.SLOW) {
            shard.topology().suspect(node);
        }
    }

    /** What an error says of the server. */
    FailureClass classify(ReplyStatus error) {
        return FailureClassifier.classify(Gate.CALL, role(), error.errno(), error.message());
    }

    /** Whether an error is that of a replica which another server does better than. */
    boolean isSickReplica(ReplyStatus error) {
        return role() == Role.REPLICA
                && switch (classify(error)) {
                    case CONNECT_FAILURE, CALL_FAILURE, CALL_FAILURE_IF_CONNECT_FAILS, ROLE_CHANGE -> true;
                    case NEUTRAL, SLOW, CALLER -> provesNotExecuted(error);
                };
    }

    /** Whether an error is that of a primary in whose place another one may be. */
    boolean isFormerPrimary(ReplyStatus error) {
        return shard.topology().canFailOver() && provesNotExecuted(error);
    }

    private static boolean provesNotExecuted(ReplyStatus error) {
        return FailureClassifier.provesNotExecuted(Gate.CALL, error.errno(), error.message());
    }

    /** Tells the breaker that the server was lost, or does not answer. */
    void failed(long nowNanos) {
        ended(FailureClassifier.classify(TransportFailure.STREAM_BROKEN), nowNanos);
        shard.topology().suspect(node);
    }
}
