// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.LocalAction;
import com.workersql.router.ServerFlavor;
import com.workersql.router.Statement;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Begins and ends transactions: here, as long as no connection has anything of them, and otherwise there. */
final class LocalTransactions {
    private final StatementExecutor executor;

    LocalTransactions(StatementExecutor executor) {
        this.executor = executor;
    }

    /** BEGIN. */
    void begin(
            ClientSession session,
            LocalAction.Begin begin,
            String shard,
            Statement statement,
            Work work,
            ReplyTarget target) {
        var held = session.held();
        if (session.isBound()) {
            executor.runOn(session, held.shard(), false, work, target);
        } else if (begin.consistentSnapshot()) {
            if (shard == null) {
                work.drop();
                target.failed(GatewayError.refused(
                        1235, "42000", "WITH CONSISTENT SNAPSHOT needs one shard, and this session has several"));
            } else {
                session.transaction().forgetPendingBegin();
                executor.runOn(session, shard, false, work, target);
            }
        } else if (session.tracking().tellsOfTransactions() && shard != null) {
            // What is told of a transaction is the server's word, which is not waited for.
            executor.runOn(session, shard, false, work, target);
        } else {
            work.drop();
            var transaction = session.transaction();
            if (transaction.beginPending()) {
                transaction.forgetPendingBegin();
            }
            boolean readOnly =
                    begin.readOnly() || (!begin.readWrite() && transaction.beginsReadOnly(session.variables()));
            transaction.beginLater(text(statement), readOnly);
            LocalOk.answer(executor, session, work.info(), target, List.of());
        }
    }

    /** COMMIT and ROLLBACK. */
    void end(ClientSession session, boolean chain, boolean release, String shard, Work work, ReplyTarget target) {
        var held = session.held();
        if (release) {
            session.closeAfterReply();
        }
        if (session.isBound()) {
            executor.runOn(session, held.shard(), false, work, target);
            return;
        }
        var transaction = session.transaction();
        // Behind an error the connection still has to tell what the ERR had no place for.
        String told =
                held != null ? held.shard() : chain || !transaction.ahead().isEmpty() ? shard : null;
        if (told != null && session.tracking().tellsOfTransactions()) {
            executor.runOn(session, told, false, work, target);
            return;
        }
        work.drop();
        if (!chain) {
            // With the BEGIN that was never sent goes what SET TRANSACTION has said of it.
            transaction.forgetPendingBegin();
        } else if (!transaction.beginPending()) {
            transaction.beginLater("BEGIN", transaction.beginsReadOnly(session.variables()));
        }
        LocalOk.answer(executor, session, work.info(), target, List.of());
    }

    /** SET TRANSACTION, and SET SESSION TRANSACTION. */
    void characterize(
            ClientSession session,
            LocalAction.SetTransaction set,
            String shard,
            Statement statement,
            Work work,
            ReplyTarget target) {
        var held = session.held();
        // A connection that only unread warnings keep is not given the session's state again before its next
        // statement, and what a client is told of its variables is the server's word.
        boolean toldByServer = set.session() && session.tracking().isUnderstood() && shard != null;
        if (session.isBound() || (held != null && set.session()) || toldByServer) {
            executor.runOn(
                    session,
                    held != null ? held.shard() : shard,
                    false,
                    work,
                    target,
                    (same, connection, info, status) -> {
                        if (set.session() && !status.isError()) {
                            remember(same, set, statement.context().flavor());
                            Setup.note(connection, same.variables());
                        }
                    });
            return;
        }
        work.drop();
        if (set.session()) {
            remember(session, set, statement.context().flavor());
        } else {
            // It counts for the next transaction only, and that one has not chosen its shard.
            session.transaction().nextTransaction(set.readOnly(), set.readWrite());
            session.transaction().ahead().add(text(statement));
        }
        LocalOk.answer(executor, session, work.info(), target, TrackingAssignments.ofNextTransaction(session));
    }

    private static void remember(ClientSession session, LocalAction.SetTransaction set, ServerFlavor flavor) {
        String prefix = flavor == ServerFlavor.MARIADB ? "tx_" : "transaction_";
        var variables = session.variables();
        if (set.isolation() != null) {
            variables = variables.with(
                    prefix + "isolation", "'" + set.isolation().name().replace('_', '-') + "'");
        }
        if (set.readOnly() || set.readWrite()) {
            variables = variables.with(prefix + "read_only", set.readOnly() ? "1" : "0");
        }
        session.variables(variables);
    }

    private static String text(Statement statement) {
        return new String(statement.bytes(), statement.offset(), statement.length(), StandardCharsets.UTF_8);
    }
}
