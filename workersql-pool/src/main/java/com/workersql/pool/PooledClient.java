// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs statements and transactions on a pool's connections, and keeps their results in memory, within limits, or streams them. For
 * applications that want rows; a gateway that passes bytes on uses {@link BackendPool} itself.
 *
 * <p>Each statement outside of {@link #inTransaction} runs on a connection of its own; state that it leaves in the session is reset as far
 * as the server reports it. What it does not report (user-level locks, variables assigned within a SELECT) must not be left.
 *
 * <p>A stage that is cancelled ({@code stage.toCompletableFuture().cancel(true)}), or whose statement takes longer than
 * {@link Builder#statementTimeoutMillis}, has its statement killed on the server; its connection is closed.
 *
 * <p>Thread-safe. Stages complete on an event loop: do not block there.
 */
public final class PooledClient {
    private final BackendPool pool;
    private final PoolKey key;
    private final EventLoopGroup loops;
    private final long acquireTimeoutNanos;
    private final int maxRows;
    private final int maxResultBytes;
    private final int statementTimeoutMillis;

    private PooledClient(Builder b) {
        pool = b.pool;
        key = b.key;
        loops = b.loops;
        acquireTimeoutNanos = b.acquireTimeoutMillis * 1_000_000L;
        maxRows = b.maxRows;
        maxResultBytes = b.maxResultBytes;
        statementTimeoutMillis = b.statementTimeoutMillis;
    }

    /**
     * A builder with the default limits.
     *
     * @param pool lends the connections; stays the caller's to close
     * @param key which connections
     * @param loops the event loops to work on; they fit the pool's channel factory; stay the caller's to shut down
     * @return the builder
     */
    public static Builder builder(BackendPool pool, PoolKey key, EventLoopGroup loops) {
        return new Builder(pool, key, loops);
    }

    /**
     * Runs a statement as text.
     *
     * @param sql one statement, in UTF-8 on the wire
     * @return its first result with rows, or none; fails with a {@link PoolException}, which is a {@link QueryFailedException} when
     *     the server said no
     */
    public CompletionStage<QueryResult> query(String sql) {
        return run(requireNonNull(sql, "sql"), null, null);
    }

    /**
     * Runs a prepared statement. It is prepared once per connection, and a connection that already has it is preferred.
     *
     * @param sql one statement with {@code ?} in place of each parameter
     * @param parameters null, {@link Byte}, {@link Short}, {@link Integer}, {@link Long}, {@link java.math.BigInteger},
     *     {@link Boolean}, {@link Float}, {@link Double}, {@link java.math.BigDecimal}, {@code byte[]}, or anything else, which is
     *     sent as the text of its {@code toString}
     * @return as {@link #query}; fails with {@link IllegalArgumentException} when there are more or fewer parameters than places
     */
    public CompletionStage<QueryResult> execute(String sql, Object... parameters) {
        requireNonNull(sql, "sql");
        return run(sql, text(sql), parameters.clone());
    }

    /**
     * Runs a prepared statement and gives its rows one by one, as the subscriber asks for them; nothing is read from the server
     * meanwhile. The statement runs anew for each subscriber. It is not limited by {@code maxRows} and has no time limit; cancelling
     * kills it.
     *
     * @param sql one statement with {@code ?} in place of each parameter
     * @param parameters as for {@link #execute}
     * @return the rows of its first result that has any, with values as {@link QueryResult} says; a subscriber is called on an event
     *     loop and must not block there
     */
    public Flow.Publisher<List<Object>> rows(String sql, Object... parameters) {
        requireNonNull(sql, "sql");
        var text = text(sql);
        var values = parameters.clone();
        return subscriber -> {
            var loop = loops.next();
            var stream = new RowStream(key.endpoint(), loop, requireNonNull(subscriber, "subscriber"));
            loop.execute(() -> {
                subscriber.onSubscribe(stream);
                acquire(loop, text, (connection, cause) -> {
                    if (cause != null) {
                        stream.refused(cause);
                    } else if (stream.isOver()) {
                        connection.release();
                    } else {
                        var run = new StatementRun(connection, maxResultBytes, stream);
                        stream.runOn(connection, run);
                        run.run(sql, text, values);
                    }
                });
            });
        };
    }

    /**
     * Runs several statements in one transaction. It is committed when the work's stage completes well, and rolled back when it
     * fails; then the returned stage fails by the same cause.
     *
     * @param work gets the transaction, on an event loop, and returns when it is done with it
     * @param <T> what the work makes
     * @return what the work made, once it is committed
     */
    public <T> CompletionStage<T> inTransaction(Function<ClientTransaction, CompletionStage<T>> work) {
        requireNonNull(work, "work");
        var result = new CompletableFuture<T>();
        var loop = loops.next();
        loop.execute(() -> acquire(loop, null, (connection, cause) -> {
            if (cause != null) {
                result.completeExceptionally(cause);
                return;
            }
            var transaction = new ClientTransaction(connection, this);
            transaction
                    .query("BEGIN")
                    .thenCompose(begun -> work.apply(transaction))
                    .whenComplete((made, failure) -> transaction
                            .end(failure == null)
                            .whenComplete((ended, notEnded) -> {
                                if (failure != null) {
                                    result.completeExceptionally(unwrapped(failure));
                                } else if (notEnded != null) {
                                    result.completeExceptionally(unwrapped(notEnded));
                                } else {
                                    result.complete(made);
                                }
                            }));
        }));
        return result;
    }

    private static Throwable unwrapped(Throwable cause) {
        return cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
    }

    private StatementText text(String sql) {
        return new StatementText(sql.getBytes(UTF_8), key.account().database(), null);
    }

    private CompletionStage<QueryResult> run(String sql, StatementText text, Object[] parameters) {
        var result = new CompletableFuture<QueryResult>();
        EventLoop loop = loops.next();
        loop.execute(() -> acquire(loop, text, (connection, cause) -> {
            if (cause != null) {
                result.completeExceptionally(cause);
            } else if (result.isDone()) {
                connection.release();
            } else {
                var run = statement(connection, result, usable -> {
                    if (usable) {
                        ReturnedConnection.giveBack(connection);
                    }
                });
                abortWhenCancelled(run, result, loop);
                run.run(sql, text, parameters);
            }
        }));
        return result;
    }

    /** A statement whose result goes into a future; {@code atEnd} takes whether the connection can be used further. */
    StatementRun statement(
            PooledConnection connection, CompletableFuture<QueryResult> result, Consumer<Boolean> atEnd) {
        return new StatementRun(
                        connection,
                        maxResultBytes,
                        new Collected(key.endpoint(), maxRows, maxResultBytes, result, atEnd))
                .within(statementTimeoutMillis);
    }

    void abortWhenCancelled(StatementRun run, CompletableFuture<QueryResult> result, EventLoop loop) {
        result.whenComplete((value, cause) -> {
            if (result.isCancelled()) {
                loop.execute(() -> run.abort(cause));
            }
        });
    }

    private void acquire(EventLoop loop, StatementText text, BiConsumer<PooledConnection, Throwable> then) {
        ConnectionPreference preference = text == null
                ? ConnectionPreference.ANY
                : (state, statements) -> statements.contains(text) ? ConnectionPreference.PERFECT : 0;
        long deadline = pool.config().nanoClock().getAsLong() + acquireTimeoutNanos;
        pool.acquire(new AcquireRequest(key, loop, deadline, preference))
                .addListener((Future<PooledConnection> acquired) -> {
                    if (!acquired.isSuccess()) {
                        then.accept(null, acquired.cause());
                        return;
                    }
                    var connection = acquired.getNow();
                    connection.onFault(fault -> then.accept(null, fault));
                    try {
                        then.accept(connection, null);
                    } catch (RuntimeException | Error e) {
                        connection.fault(e);
                    }
                });
    }

    /** Collects a client's limits. Each method checks its value at once. */
    public static final class Builder {
        private final BackendPool pool;
        private final PoolKey key;
        private final EventLoopGroup loops;
        private int acquireTimeoutMillis = 5_000;
        private int maxRows = 10_000;
        private int maxResultBytes = 16 << 20;
        private int statementTimeoutMillis = 60_000;

        private Builder(BackendPool pool, PoolKey key, EventLoopGroup loops) {
            this.pool = requireNonNull(pool, "pool");
            this.key = requireNonNull(key, "key");
            this.loops = requireNonNull(loops, "loops");
        }

        /**
         * How long a statement waits for a connection.
         *
         * @param value milliseconds, default 5,000, 1 to 3,600,000
         * @return this
         */
        public Builder acquireTimeoutMillis(int value) {
            acquireTimeoutMillis = PoolConfig.Builder.check("acquireTimeoutMillis", value, 1, 3_600_000);
            return this;
        }

        /**
         * How many rows a result may have; one more fails with {@link ResultTooLargeException}.
         *
         * @param value default 10,000, 1 to 100,000,000
         * @return this
         */
        public Builder maxRows(int value) {
            maxRows = PoolConfig.Builder.check("maxRows", value, 1, 100_000_000);
            return this;
        }

        /**
         * How many bytes a result's rows, or one row of a stream, may have on the wire; more fail with
         * {@link ResultTooLargeException}.
         *
         * @param value bytes, default 16 MiB, at least 1024
         * @return this
         */
        public Builder maxResultBytes(int value) {
            maxResultBytes = PoolConfig.Builder.check("maxResultBytes", value, 1024, Integer.MAX_VALUE);
            return this;
        }

        /**
         * How long a statement may run; one that takes longer is killed and fails with {@link StatementTimeoutException}.
         *
         * @param value milliseconds, default 60,000, 0 for no limit, up to 86,400,000
         * @return this
         */
        public Builder statementTimeoutMillis(int value) {
            statementTimeoutMillis = PoolConfig.Builder.check("statementTimeoutMillis", value, 0, 86_400_000);
            return this;
        }

        /** The client. */
        public PooledClient build() {
            return new PooledClient(this);
        }
    }
}
