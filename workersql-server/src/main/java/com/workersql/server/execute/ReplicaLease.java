// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.ReplyStatus;
import com.workersql.router.ServerFlavor;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.replicas.SessionWrites;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** What is special about a session's connection to a replica: what has to be there first, and that it is left before a write. */
final class ReplicaLease {
    private ReplicaLease() {}

    /**
     * Waits on the replica until a write has arrived there.
     *
     * @param ready runs when it has
     * @param failed takes the reason why the read has to go elsewhere; the connection is given back then
     */
    static void await(
            ShardLease lease,
            SessionWrites.Write write,
            ServerFlavor flavor,
            long waitNanos,
            Runnable ready,
            Consumer<GatewayError> failed) {
        double seconds = waitNanos / (double) TimeUnit.SECONDS.toNanos(1);
        String function = flavor == ServerFlavor.MARIADB ? "MASTER_GTID_WAIT" : "WAIT_FOR_EXECUTED_GTID_SET";
        String sql = String.format(Locale.ROOT, "SELECT %s('%s', %.3f)", function, write.gtid(), seconds);
        var connection = lease.connection();
        new TextRows() {
            @Override
            protected void completed(List<String[]> rows, ReplyStatus status) {
                if (!rows.isEmpty() && "0".equals(rows.get(0)[0])) {
                    ready.run();
                    return;
                }
                lease.released();
                connection.release();
                failed.accept(GatewayError.notExecuted(
                        "replica " + lease.node() + " does not have the session's last write in time"));
            }

            @Override
            public void onBroken(BrokenConnectionException e) {
                lease.ended(FailureClass.CALL_FAILURE, lease.startNanos());
                connection.discard("broken");
                failed.accept(GatewayError.notExecuted("replica " + lease.node() + ": " + e.getMessage()));
            }
        }.ask(connection, sql);
    }

    /**
     * Whether the session keeps a connection to a replica, for warnings that nobody has read yet, which the next statement must not
     * run on.
     */
    static boolean isToBeLeft(ClientSession session, Shard shard, StatementInfo next) {
        var held = session.held();
        if (held == null
                || !held.shard().equals(shard.name())
                || held.connection().key().endpoint().equals(shard.primary())
                || next.kind() == StatementKind.SHOW_DIAGNOSTICS
                || next.kind() == StatementKind.DIAGNOSTICS) {
            return false;
        }
        return session.pins().isEmpty() || session.pins().isOnly(HoldReason.UNREAD_WARNINGS);
    }

    /** Gives the session's connection back, when what only it knows was asked for, and goes on. */
    static void leave(ShardConnections connections, ClientSession session, Runnable then) {
        var held = session.held();
        if (!session.pins().has(HoldReason.UNREAD_WARNINGS) && !Inquiry.isDue(session)) {
            Aftermath.giveBack(session, held.connection());
            then.run();
            return;
        }
        connections.inquire(session, held, () -> {
            if (session.held() != null) {
                Aftermath.giveBack(session, held.connection());
            }
            then.run();
        });
    }
}
