// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Runs single statements on a pool's connections and keeps their results in memory, within limits. For applications that want
 * rows; a gateway that passes bytes on uses {@link BackendPool} itself.
 *
 * <p>Each statement runs on a connection of its own, outside of any transaction; state that it leaves in the session is reset as far
 * as the server reports it. What it does not report (user-level locks, variables assigned within a SELECT) must not be left.
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

    private PooledClient(Builder b) {
        pool = b.pool;
        key = b.key;
        loops = b.loops;
        acquireTimeoutNanos = b.acquireTimeoutMillis * 1_000_000L;
        maxRows = b.maxRows;
        maxResultBytes = b.maxResultBytes;
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
        requireNonNull(sql, "sql");
        return run(ConnectionPreference.ANY, run -> run.query(sql));
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
        var values = parameters.clone();
        var text = new StatementText(sql.getBytes(UTF_8), key.account().database(), null);
        return run(
                (state, statements) -> statements.contains(text) ? ConnectionPreference.PERFECT : 0,
                run -> run.execute(sql, text, values));
    }

    private interface Step {
        void on(StatementRun run);
    }

    private CompletionStage<QueryResult> run(ConnectionPreference preference, Step step) {
        var result = new CompletableFuture<QueryResult>();
        EventLoop loop = loops.next();
        loop.execute(() -> {
            long deadline = pool.config().nanoClock().getAsLong() + acquireTimeoutNanos;
            pool.acquire(new AcquireRequest(key, loop, deadline, preference))
                    .addListener((Future<PooledConnection> acquired) -> {
                        if (acquired.isSuccess()) {
                            step.on(new StatementRun(acquired.getNow(), result, maxRows, maxResultBytes));
                        } else {
                            result.completeExceptionally(acquired.cause());
                        }
                    });
        });
        return result;
    }

    /** Collects a client's limits. Each method checks its value at once. */
    public static final class Builder {
        private final BackendPool pool;
        private final PoolKey key;
        private final EventLoopGroup loops;
        private int acquireTimeoutMillis = 5_000;
        private int maxRows = 10_000;
        private int maxResultBytes = 16 << 20;

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
         * How many bytes a result's rows may have on the wire; more fail with {@link ResultTooLargeException}.
         *
         * @param value bytes, default 16 MiB, at least 1024
         * @return this
         */
        public Builder maxResultBytes(int value) {
            maxResultBytes = PoolConfig.Builder.check("maxResultBytes", value, 1024, Integer.MAX_VALUE);
            return this;
        }

        /** The client. */
        public PooledClient build() {
            return new PooledClient(this);
        }
    }
}
