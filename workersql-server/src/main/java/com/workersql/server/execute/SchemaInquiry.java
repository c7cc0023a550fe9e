// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.FailureClass;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.ReplyStatus;
import com.workersql.server.results.KnownSchemas;
import com.workersql.server.results.SchemaTraits;
import com.workersql.server.session.ClientSession;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks a shard, by a connection like the session's own, which tables of some schemas change with others. A shard that does not answer
 * soon holds nobody up. On the session's event loop.
 */
final class SchemaInquiry {
    private static final int PATIENCE_MILLIS = 1_000;

    private final StatementExecutor executor;
    private final ClientSession session;
    private final KnownSchemas known;
    private final String shard;
    private final Collection<String> schemas;
    private final KnownSchemas.Moment asked;
    private Runnable then;

    private SchemaInquiry(
            StatementExecutor executor,
            ClientSession session,
            KnownSchemas known,
            String shard,
            Collection<String> schemas,
            Runnable then) {
        this.executor = executor;
        this.session = session;
        this.known = known;
        this.shard = shard;
        this.schemas = schemas;
        this.then = then;
        this.asked = known.now(
                session.principal().tenant(), shard, executor.nanoClock().getAsLong());
    }

    /**
     * Asks.
     *
     * @param session has no connection
     * @param known takes the answer
     * @param then runs once, with or without an answer
     */
    static void start(
            StatementExecutor executor,
            ClientSession session,
            KnownSchemas known,
            String shard,
            Collection<String> schemas,
            Runnable then) {
        new SchemaInquiry(executor, session, known, shard, schemas, then).start();
    }

    private void start() {
        var patience = session.loop()
                .schedule(SessionFault.guarded(session, this::goOn), PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        var before = then;
        then = () -> {
            patience.cancel(false);
            before.run();
        };
        executor.lease(session, shard, this::ask, error -> goOn());
    }

    private void goOn() {
        var next = then;
        then = null;
        if (next != null) {
            next.run();
        }
    }

    private void ask(ShardLease lease) {
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
