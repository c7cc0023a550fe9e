// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A transaction of a {@link PooledClient}, on one connection. Statements run one after the other in the order of the calls. Of no use
 * after the stage that the work returned has completed. Thread-safe.
 */
public final class ClientTransaction {
    private final PooledConnection connection;
    private final EventLoop loop;
    private final PooledClient client;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private boolean running;
    private boolean lost;
    private volatile boolean ended;

    ClientTransaction(PooledConnection connection, PooledClient client) {
        this.connection = connection;
        this.loop = connection.borrower();
        this.client = client;
    }

    /**
     * Runs a statement as text.
     *
     * @param sql one statement
     * @return as {@link PooledClient#query}
     */
    public CompletionStage<QueryResult> query(String sql) {
        requireNonNull(sql, "sql");
        return ended ? afterTheEnd() : submit(sql, null, null);
    }

    /**
     * Runs a prepared statement.
     *
     * @param sql one statement with {@code ?} in place of each parameter
     * @param parameters as for {@link PooledClient#execute}
     * @return as {@link PooledClient#execute}
     */
    public CompletionStage<QueryResult> execute(String sql, Object... parameters) {
        requireNonNull(sql, "sql");
        var text = new StatementText(
                sql.getBytes(UTF_8), connection.key().account().database(), null);
        return ended ? afterTheEnd() : submit(sql, text, parameters.clone());
    }

    private static CompletionStage<QueryResult> afterTheEnd() {
        return CompletableFuture.failedFuture(new IllegalStateException("The transaction has ended"));
    }

    private CompletableFuture<QueryResult> submit(String sql, StatementText text, Object[] parameters) {
        var result = new CompletableFuture<QueryResult>();
        loop.execute(() -> {
            waiting.add(() -> start(sql, text, parameters, result));
            next();
        });
        return result;
    }

    private void next() {
        if (!running && !waiting.isEmpty()) {
            running = true;
            waiting.poll().run();
        }
    }

    private void start(String sql, StatementText text, Object[] parameters, CompletableFuture<QueryResult> result) {
        if (lost) {
            result.completeExceptionally(new IllegalStateException("The transaction's connection is lost"));
            running = false;
            next();
            return;
        }
        var run = client.statement(connection, result, usable -> {
            lost = !usable;
            running = false;
            next();
        });
        client.abortWhenCancelled(run, result, loop);
        run.run(sql, text, parameters);
    }

    /** Ends the transaction behind its statements, and gives the connection back. */
    CompletionStage<Void> end(boolean commit) {
        ended = true;
        var done = new CompletableFuture<Void>();
        submit(commit ? "COMMIT" : "ROLLBACK", null, null).whenComplete((result, cause) -> {
            if (!lost) {
                ReturnedConnection.giveBack(connection);
            }
            if (cause == null) {
                done.complete(null);
            } else {
                done.completeExceptionally(cause);
            }
        });
        return done;
    }
}
