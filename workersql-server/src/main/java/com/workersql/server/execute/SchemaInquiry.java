// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.ReplyStatus;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.results.KnownSchemas;
import com.workersql.server.results.SchemaTraits;
import com.workersql.server.session.Activity;
import com.workersql.server.session.ClientSession;
import io.netty.util.concurrent.Future;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks a shard, by a connection like the session's own, which tables of some schemas change with others, in front of a read. A shard that
 * does not answer soon holds nobody up, and the read can be ended while it waits: the question goes on without it. On the session's event
 * loop.
 */
final class SchemaInquiry {
    private static final int PATIENCE_MILLIS = 1_000;

    private final StatementExecutor executor;
    private final ClientSession session;
    private final KnownSchemas known;
    private final String shard;
    private final Collection<String> schemas;
    private final StatementDeadline deadline;
    private final KnownSchemas.Moment asked;
    private final Reader reader;
    private Future<?> patience;
    private Activity.Interruption interruption;
    private boolean over;

    /** The read that waits; hears once. */
    interface Reader {
        /** It goes on, with or without an answer. */
        void goOn();

        /** It was ended, and has not run. */
        void ended(GatewayError error);
    }

    /**
     * @param session has no connection
     * @param known takes the answer
     * @param deadline of the read
     */
    SchemaInquiry(
            StatementExecutor executor,
            ClientSession session,
            KnownSchemas known,
            String shard,
            Collection<String> schemas,
            StatementDeadline deadline,
            Reader reader) {
        this.executor = executor;
        this.session = session;
        this.known = known;
        this.shard = shard;
        this.schemas = schemas;
        this.deadline = deadline;
        this.reader = reader;
        this.asked = known.now(
                session.principal().tenant(), shard, executor.nanoClock().getAsLong());
    }

    void start() {
        patience = session.loop()
                .schedule(SessionFault.guarded(session, this::goOn), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        deadline.start(session.loop(), SessionFault.guarded(session, this::timeUp));
        executor.lease(session, shard, this::ask, error -> {
            if (StatementDeadline.isInterruption(error.errno())) {
                interrupted();
            } else {
                goOn();
            }
        });
    }

    private void goOn() {
        if (end()) {
            reader.goOn();
        }
    }

    private void timeUp() {
        // It may wait for a connection, which is not wanted any more.
        session.activity().interrupt();
        interrupted();
    }

    private void interrupted() {
        if (end()) {
            reader.ended(deadline.isOver() ? deadline.error(shard, Outcome.NOT_EXECUTED) : GatewayError.interrupted());
        }
    }

    /** True the first time. */
    private boolean end() {
        if (over) {
            return false;
        }
        over = true;
        patience.cancel(false);
        deadline.cancel();
        if (interruption != null) {
            interruption.clear();
        }
        return true;
    }

    private void ask(ShardLease lease) {
        if (!over) {
            interruption = session.activity().interruption(this::interrupted);
        }
        var connection = lease.connection();
        new TextRows() {
            @Override
            protected void completed(List<String[]> rows, ReplyStatus status) {
                lease.released();
                connection.release();
                known.learn(session.principal().tenant(), shard, asked, SchemaTraits.answers(schemas, rows));
                goOn();
            }

            @Override
            public void onBroken(BrokenConnectionException e) {
                lease.ended(FailureClass.CALL_FAILURE, executor.nanoClock().getAsLong());
                connection.discard("broken");
                goOn();
            }
        }.ask(connection, SchemaTraits.question(schemas));
    }
}
