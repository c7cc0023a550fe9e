// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.router.StatementInfo;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a statement on every shard in order: DDL, and writes to reference tables. The last shard's reply is the client's; a
 * failure on the way names the shards on which the statement did run and those on which it did not. All have one time together.
 */
final class Broadcast {
    private final StatementExecutor executor;
    private final ClientSession session;
    private final List<String> shards;
    private final Work work;
    private final ReplyTarget target;
    private final StatementDeadline deadline;
    private final List<String> done = new ArrayList<>();

    Broadcast(StatementExecutor executor, ClientSession session, List<String> shards, Work work, ReplyTarget target) {
        this.executor = executor;
        this.session = session;
        this.shards = shards;
        this.work = work;
        this.target = target;
        this.deadline = executor.deadline(session);
    }

    void start() {
        boolean spans = session.transaction().isOpen() || session.pins().holdUnreplayableState() || opensTransaction();
        if (shards.size() > 1 && spans) {
            fail(GatewayError.refused(
                    1235,
                    "42000",
                    "The statement runs on shards " + shards
                            + ", which no open transaction and no state of this session may span; COMMIT first"
                            + (opensTransaction() ? ", and SET autocommit = 1" : "")));
            return;
        }
        session.activity().cancelled(false);
        next();
    }

    /** Without autocommit each shard would leave its part open, and only the last one's is the session's to commit. */
    private boolean opensTransaction() {
        return !session.transaction().autocommit() && !work.info().isDdl();
    }

    private void next() {
        String shard = shards.get(done.size());
        if (done.size() == shards.size() - 1) {
            executor.runOn(session, shard, false, work, new LastReply(target, this::told), null, deadline);
        } else {
            executor.runOn(session, shard, false, work.again(), new Part(), new OthersFollow(), deadline);
        }
    }

    /** What the statement has left on the session's connection is the last shard's to keep. */
    private void leave() {
        if (session.pins().holdUnreplayableState()) {
            SessionEnd.letGo(session, "of a part of a statement");
        }
        next();
    }

    /** The reply of a shard behind which there are others. */
    private final class Part extends Silent {
        @Override
        public void completed(ReplyStatus status) {
            if (status.isError()) {
                fail(Outcomes.answer(status));
                return;
            }
            done.add(shards.get(done.size()));
            if (session.activity().isCancelled()) {
                // It came too late for this shard, whose part was done.
                fail(GatewayError.interrupted());
                return;
            }
            session.activity().whenIdle(Broadcast.this::leave);
        }

        @Override
        public void failed(GatewayError error) {
            fail(error);
        }

        @Override
        protected void ended() {
            throw new IllegalStateException("a shard's reply is never the gateway's own");
        }
    }

    /** What the statement has changed, its end tells of. */
    private static final class OthersFollow implements Aftermath.Learner {
        @Override
        public void learn(ClientSession session, PooledConnection connection, StatementInfo info, ReplyStatus status) {}

        @Override
        public boolean isLast() {
            return false;
        }
    }

    private void fail(GatewayError error) {
        work.drop();
        executor.cachedWrites().ended(session, true);
        target.failed(told(error));
    }

    /** An error with the account of where the statement ran. Untouched when it ran nowhere. */
    private GatewayError told(GatewayError error) {
        if (done.isEmpty()) {
            return error;
        }
        String account = " [on shard " + shards.get(done.size()) + "; done on " + done + ", not on "
                + shards.subList(done.size(), shards.size()) + "]";
        var errorClass = error.errorClass() == ErrorClass.UNAVAILABLE ? ErrorClass.SHARD_DIED : error.errorClass();
        return new GatewayError(
                error.errno(), error.sqlState(), error.message() + account, errorClass, Outcome.UNKNOWN);
    }
}
