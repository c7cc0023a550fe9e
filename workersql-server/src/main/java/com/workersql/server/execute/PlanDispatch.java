// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.RoutePlan;
import com.workersql.router.Statement;
import com.workersql.router.StatementKind;
import com.workersql.server.session.ClientSession;

/** Hands each plan to what carries out its kind: a shard, several, or the gateway itself. */
final class PlanDispatch {
    private final StatementExecutor executor;
    private final LocalStatements locals;
    private final CachedReads cached;
    private final CachedWrites writes;

    PlanDispatch(StatementExecutor executor, LocalStatements locals, CachedReads cached, CachedWrites writes) {
        this.executor = executor;
        this.locals = locals;
        this.cached = cached;
        this.writes = writes;
    }

    /** Carries a plan out, behind what the connection is asked meanwhile: its answers are those of the statement before. */
    void dispatch(ClientSession session, RoutePlan plan, Statement statement, Work work, ReplyTarget target) {
        if (session.activity().running() == null) {
            carryOut(session, plan, statement, work, target);
            return;
        }
        session.activity().waitForAnswers(() -> carryOut(session, plan, statement, work, target), error -> {
            work.drop();
            target.failed(error);
        });
    }

    private void carryOut(ClientSession session, RoutePlan plan, Statement statement, Work work, ReplyTarget target) {
        var refusal = Refusals.of(session, plan.statement());
        if (refusal == null
                && plan.statement().kind() == StatementKind.LOAD_DATA
                && !(plan instanceof RoutePlan.Refused)) {
            refusal = Refusals.ofFile(session, work);
        }
        if (refusal != null) {
            work.drop();
            target.failed(refusal);
            return;
        }
        boolean keeps = cached.isOn();
        if (keeps) {
            writes.begin(session, plan, statement);
        }
        if (plan instanceof RoutePlan.SingleShard single) {
            var sent = single.rewritten() == null
                    ? work
                    : work.rewritten(single.rewritten().sql());
            String shard = single.shard();
            boolean discards = single.discardConnectionAfterwards();
            if (keeps) {
                var deadline = executor.deadline(session);
                cached.answer(session, shard, statement, sent, target, deadline, to -> {
                    // What is gathered has to be whole.
                    sent.mayOpenCursor(to == target);
                    executor.runOn(session, shard, discards, sent, to, null, deadline);
                });
            } else {
                sent.mayOpenCursor(true);
                executor.runOn(session, shard, discards, sent, target);
            }
        } else if (plan instanceof RoutePlan.Local local) {
            locals.run(session, local, statement, work, target);
        } else if (plan instanceof RoutePlan.Broadcast broadcast) {
            new Broadcast(executor, session, broadcast.shards(), work, target).start();
        } else if (plan instanceof RoutePlan.Refused refused) {
            work.drop();
            target.failed(Refusals.ofRouter(session, refused));
        } else {
            // The router was told what is carried out here, and plans nothing else.
            new Concatenation(executor, session, (RoutePlan.MultiShard) plan, statement, work, target).start();
        }
    }
}
