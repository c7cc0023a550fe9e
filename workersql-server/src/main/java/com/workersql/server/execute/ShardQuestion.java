// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.AcquireRequest;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * A statement of the gateway's own to a shard's primary, by the account of users without a tenant and on a connection that no session
 * uses: what it does is not part of anybody's transaction.
 */
public final class ShardQuestion {
    private final LongSupplier nanoClock;
    private final long timeoutNanos;

    /**
     * A way to ask.
     *
     * @param nanoClock a monotonic clock
     * @param timeoutNanos how long a shard may take to give a connection, and then to answer
     */
    public ShardQuestion(LongSupplier nanoClock, long timeoutNanos) {
        this.nanoClock = nanoClock;
        this.timeoutNanos = timeoutNanos;
    }

    /**
     * What a shard has answered.
     *
     * @param rows the rows, null for NULL; empty after an error or when there is no result
     * @param status how the statement ended
     */
    public record Answer(List<String[]> rows, ReplyStatus status) {}

    /**
     * Asks a shard.
     *
     * @param shard has an account for users without a tenant
     * @param loop carries the question
     * @param sql the statement
     * @return fails when the shard gives no connection, breaks it, or does not answer in time; completed on the loop
     */
    public CompletableFuture<Answer> ask(Shard shard, EventLoop loop, String sql) {
        var done = new CompletableFuture<Answer>();
        var key = OwnKeys.of(shard.primary(), shard.account(), shard.tls());
        shard.pool()
                .acquire(AcquireRequest.of(key, loop, nanoClock.getAsLong() + timeoutNanos))
                .addListener((Future<PooledConnection> future) -> {
                    if (!future.isSuccess()) {
                        done.completeExceptionally(future.cause());
                        return;
                    }
                    var connection = future.getNow();
                    connection.onFault(done::completeExceptionally);
                    try {
                        ask(connection, sql, done);
                    } catch (RuntimeException | Error e) {
                        connection.fault(e);
                    }
                    // A server that has stopped answering holds nobody up; its connection stays away until it does.
                    var patience = loop.schedule(
                            () -> done.completeExceptionally(new TimeoutException("no answer in time")),
                            timeoutNanos,
                            TimeUnit.NANOSECONDS);
                    done.whenComplete((answer, error) -> patience.cancel(false));
                });
        return done;
    }

    private static void ask(PooledConnection connection, String sql, CompletableFuture<Answer> done) {
        new TextRows() {
            @Override
            protected void completed(List<String[]> rows, ReplyStatus status) {
                if (status.inTransaction()) {
                    connection.discard("a transaction is open where none was begun");
                } else {
                    connection.release();
                }
                done.complete(new Answer(rows, status));
            }

            @Override
            public void onBroken(BrokenConnectionException e) {
                connection.discard("broken");
                done.completeExceptionally(e);
            }
        }.ask(connection, sql);
    }
}
