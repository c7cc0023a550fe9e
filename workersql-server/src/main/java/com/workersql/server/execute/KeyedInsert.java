// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.LocalAction;
import com.workersql.router.RoutePlan;
import com.workersql.router.Statement;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import java.util.function.LongConsumer;

/** Draws the keys of an INSERT from its sequence, and runs the INSERT with them. On the session's event loop. */
final class KeyedInsert {
    private final StatementExecutor executor;
    private final SequenceRanges ranges;

    KeyedInsert(StatementExecutor executor, SequenceRanges ranges) {
        this.executor = executor;
        this.ranges = ranges;
    }

    void run(
            ClientSession session,
            RoutePlan.Local plan,
            LocalAction.GenerateKeys keys,
            Statement planned,
            Work work,
            ReplyTarget target) {
        var shard = executor.shard(plan.shard());
        if (shard == null || shard.account() == null) {
            failed(work, target, GatewayError.notExecuted("No shard with an account is named " + plan.shard()));
            return;
        }
        if (session.schema() == null) {
            failed(work, target, GatewayError.refused(1046, "3D000", "No database selected"));
            return;
        }
        // The bytes of a text are the loop's scratch space, those of what was prepared are its own.
        byte[] sql = planned.parameters() == null ? work.sql() : null;
        var lasting = sql == null ? planned : executor.texts().statement(session, sql, sql.length, null);
        ranges.take(
                shard,
                session.schema(),
                keys.sequence(),
                keys.count(),
                session.loop(),
                guarded(
                        session,
                        first -> run(session, lasting.withGeneratedKeys(keys.sequence(), first), work, target)),
                SessionFault.guarded(session, error -> failed(work, target, error)));
    }

    private static LongConsumer guarded(ClientSession session, LongConsumer step) {
        return first -> SessionFault.guarded(session, () -> step.accept(first)).run();
    }

    private void run(ClientSession session, Statement statement, Work work, ReplyTarget target) {
        var plan = executor.router().planIfCached(statement);
        if (plan != null) {
            executor.dispatch(session, plan, statement, work, target);
        } else {
            executor.plan(
                    executor.router()::plan,
                    session,
                    statement,
                    made -> executor.dispatch(session, made, statement, work, target),
                    error -> failed(work, target, error));
        }
    }

    private static void failed(Work work, ReplyTarget target, GatewayError error) {
        work.drop();
        target.failed(error);
    }
}
