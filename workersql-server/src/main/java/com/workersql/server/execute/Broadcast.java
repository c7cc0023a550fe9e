// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.ReplyStatus;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a statement on every shard in order: DDL, and writes to reference tables. The last shard's reply is the client's; a
 * failure on the way names the shards on which the statement did run and those on which it did not.
 */
final class Broadcast {
    private final StatementExecutor executor;
    private final ClientSession session;
    private final List<String> shards;
    private final Work work;
    private final ReplyTarget target;
    private final List<String> done = new ArrayList<>();

    Broadcast(StatementExecutor executor, ClientSession session, List<String> shards, Work work, ReplyTarget target) {
        this.executor = executor;
        this.session = session;
        this.shards = shards;
        this.work = work;
        this.target = target;
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
        next();
    }

    /** Without autocommit each shard would leave its part open, and only the last one's is the session's to commit. */
    private boolean opensTransaction() {
        return !session.transaction().autocommit() && !work.info().isDdl();
    }

    private void next() {
        String shard = shards.get(done.size());
        if (done.size() == shards.size() - 1) {
            executor.runOn(session, shard, false, work, new LastReply(target, this::told));
            return;
        }
        executor.lease(session, shard, this::runOn, this::fail);
    }

    private void runOn(ShardLease lease) {
        var connection = lease.connection();
        session.activity().running(connection);
        work.again()
                .send(
                        connection,
                        new StatusListener((status, broken) -> {
                            session.activity().running(null);
                            if (broken != null) {
                                lease.failed(executor.nanoClock().getAsLong());
                                Written.perhaps(session, lease.shard().name(), work.info(), executor.nanoClock());
                                session.held(null);
                                connection.discard("broken");
                                fail(lostOn(broken));
                            } else {
                                lease.answered(status, executor.nanoClock().getAsLong());
                                Written.learn(session, lease.shard().name(), work.info(), status, executor.nanoClock());
                                Aftermath.giveBack(session, connection);
                                advance(status);
                            }
                        }),
                        error -> {
                            session.activity().running(null);
                            lease.released();
                            Aftermath.giveBack(session, connection);
                            fail(error);
                        });
    }

    private void advance(ReplyStatus status) {
        if (status.isError()) {
            fail(GatewayError.ofServer(status.errno(), status.sqlState(), status.message()));
        } else {
            done.add(shards.get(done.size()));
            next();
        }
    }

    private static GatewayError lostOn(BrokenConnectionException broken) {
        return broken.phase() == BrokenConnectionException.Phase.NOT_SENT
                ? GatewayError.notExecuted(broken.getMessage())
                : GatewayError.outcomeUnknown(broken.getMessage());
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
