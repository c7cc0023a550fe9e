// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import com.workersql.breaker.BreakerState;
import com.workersql.pool.AcquireRequest;
import com.workersql.pool.AcquireTimeoutException;
import com.workersql.pool.BackendAccount;
import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PoolExhaustedException;
import com.workersql.pool.PoolKey;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.TextRows;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks shards who they are, once at the start and whenever one was away: a whole login and a query, since a frozen server
 * still accepts connections. A shard that answers has its gates opened again at once, long before their time is over.
 */
public final class ShardMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardMonitor.class);
    private static final byte[] QUESTION =
            "SELECT @@version, @@global.sql_mode, @@global.max_connections".getBytes(StandardCharsets.US_ASCII);
    private static final int UTF8MB4_GENERAL_CI = 45;

    private final EventLoop loop;
    private final LongSupplier nanoClock;
    private final long timeoutNanos;
    private final BiConsumer<Shard, ShardIdentity> learned;
    private final Map<String, Boolean> reachable = new ConcurrentHashMap<>();
    private final Map<String, Boolean> asking = new ConcurrentHashMap<>();
    private final Map<String, Boolean> changed = new ConcurrentHashMap<>();
    private Future<?> timer;

    /**
     * A monitor.
     *
     * @param loop where it works
     * @param nanoClock a monotonic clock
     * @param timeoutMillis how long a shard may take to answer
     * @param learned takes what a shard says it is, on the monitor's loop
     */
    public ShardMonitor(
            EventLoop loop, LongSupplier nanoClock, int timeoutMillis, BiConsumer<Shard, ShardIdentity> learned) {
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        this.learned = learned;
    }

    /**
     * Asks all shards, and from then on those again that were away.
     *
     * @param shards the shards
     * @param intervalMillis the time between two looks at what is away
     * @return done when every shard has answered or failed to
     */
    public CompletionStage<Void> start(List<Shard> shards, int intervalMillis) {
        var first =
                shards.stream().map(shard -> ask(shard).toCompletableFuture()).toArray(CompletableFuture<?>[]::new);
        timer = loop.scheduleWithFixedDelay(
                () -> shards.stream().filter(this::isSuspect).forEach(this::ask),
                intervalMillis,
                intervalMillis,
                TimeUnit.MILLISECONDS);
        return CompletableFuture.allOf(first);
    }

    /**
     * Has a shard asked again at the next look, because its server is another one than before. Any thread.
     *
     * @param shard its name
     */
    public void askAgain(String shard) {
        changed.put(shard, true);
    }

    private boolean isSuspect(Shard shard) {
        return changed.remove(shard.name()) != null
                || !isReachable(shard.name())
                || shard.calls().state() != BreakerState.CLOSED
                || shard.connects().state() != BreakerState.CLOSED;
    }

    /**
     * Whether a shard answered when it was last asked.
     *
     * @param shard its name
     * @return false also before it was asked
     */
    public boolean isReachable(String shard) {
        return reachable.getOrDefault(shard, false);
    }

    private CompletionStage<Void> ask(Shard shard) {
        var done = new CompletableFuture<Void>();
        var account = anyAccount(shard);
        if (account == null || asking.putIfAbsent(shard.name(), true) != null) {
            done.complete(null);
            return done;
        }
        var capabilities = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
                | CapabilityFlags.CLIENT_SECURE_CONNECTION
                | CapabilityFlags.CLIENT_PLUGIN_AUTH
                | CapabilityFlags.CLIENT_TRANSACTIONS
                | CapabilityFlags.CLIENT_SESSION_TRACK
                | CapabilityFlags.CLIENT_DEPRECATE_EOF);
        var key = new PoolKey(shard.primary(), account, null, capabilities, shard.tls(), UTF8MB4_GENERAL_CI);
        shard.pool()
                .acquire(AcquireRequest.of(key, loop, nanoClock.getAsLong() + timeoutNanos))
                .addListener((Future<PooledConnection> future) -> {
                    if (future.isSuccess()) {
                        question(shard, future.getNow(), done);
                    } else {
                        failed(shard, future.cause(), done);
                    }
                });
        return done;
    }

    private void question(Shard shard, PooledConnection connection, CompletableFuture<Void> done) {
        var deadline = loop.schedule(
                () -> {
                    connection.discard("no answer");
                    failed(shard, new TimeoutException("no answer in time"), done);
                },
                timeoutNanos,
                TimeUnit.NANOSECONDS);
        connection.executePayload(
                ReplyKind.QUERY,
                Unpooled.buffer(1 + QUESTION.length).writeByte(0x03).writeBytes(QUESTION),
                new TextRows() {
                    @Override
                    protected void completed(List<String[]> rows, ReplyStatus status) {
                        if (!deadline.cancel(false)) {
                            return;
                        }
                        connection.release();
                        if (status.isError() || rows.isEmpty()) {
                            failed(shard, new IllegalStateException(status.message()), done);
                        } else {
                            answered(shard, ShardIdentity.parse(rows.get(0)[0], rows.get(0)[1], rows.get(0)[2]), done);
                        }
                    }

                    @Override
                    public void onBroken(BrokenConnectionException e) {
                        if (deadline.cancel(false)) {
                            connection.discard("broken");
                            failed(shard, e, done);
                        }
                    }
                });
    }

    private void answered(Shard shard, ShardIdentity identity, CompletableFuture<Void> done) {
        asking.remove(shard.name());
        if (!isReachable(shard.name())) {
            LOG.info("Shard {} at {} is {}", shard.name(), shard.primary(), identity.versionText());
        }
        reachable.put(shard.name(), true);
        shard.connects().reportHealthy();
        shard.calls().reportHealthy();
        learned.accept(shard, identity);
        done.complete(null);
    }

    private void failed(Shard shard, Throwable cause, CompletableFuture<Void> done) {
        asking.remove(shard.name());
        if (cause instanceof AcquireTimeoutException || cause instanceof PoolExhaustedException) {
            // All its connections are busy, which says nothing against it.
            done.complete(null);
            return;
        }
        if (!Boolean.FALSE.equals(reachable.put(shard.name(), false))) {
            LOG.warn("Shard {} does not answer: {}", shard.name(), cause.getMessage());
        }
        shard.connects().reportDown();
        shard.calls().reportDown();
        done.complete(null);
    }

    private static BackendAccount anyAccount(Shard shard) {
        return shard.account() != null
                ? shard.account()
                : shard.tenantAccounts().values().stream().findFirst().orElse(null);
    }

    @Override
    public void close() {
        if (timer != null) {
            timer.cancel(false);
        }
    }
}
