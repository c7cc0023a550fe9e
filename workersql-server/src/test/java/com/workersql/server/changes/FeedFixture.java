// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.pool.BackendAccount;
import com.workersql.pool.Endpoint;
import com.workersql.protocol.session.TlsMode;
import com.workersql.server.config.ChangesConfig;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.config.yaml.Setting;
import com.workersql.server.embedded.EmbeddedShard;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardFixture;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Two embedded servers that stand for the servers of one shard, and feeds before them. */
final class FeedFixture implements AutoCloseable {
    private static final long FIRST_SERVER_ID = 910_000;

    private final EmbeddedShards shards;
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
    private volatile int primary;

    FeedFixture(Path dir) {
        shards = ShardFixture.start(ShardFixture.config(dir));
    }

    EmbeddedShards shards() {
        return shards;
    }

    EmbeddedShard shard(int number) {
        return shards.shards().get(number);
    }

    EventLoop loop() {
        return loops.next();
    }

    /** From here on this server takes the writes. */
    void primary(int number) {
        primary = number;
    }

    Connection admin(int number) throws SQLException {
        return ShardFixture.admin(shard(number));
    }

    LogSource source(ShardAccount account) {
        return new LogSource(
                "shard_0",
                () -> new Endpoint("127.0.0.1", shard(primary).port()),
                new BackendAccount(account.user(), account.secret().bytes(), null),
                TlsMode.DISABLED,
                null,
                true,
                0,
                NioSocketChannel::new,
                true);
    }

    GatewayChanges changes(Map<Setting, Long> settings) {
        var all = new HashMap<>(settings);
        all.put(ChangesConfig.FIRST_SERVER_ID, FIRST_SERVER_ID);
        return new GatewayChanges(
                ChangesConfig.of(all), List.of(source(shard(0).gateway())), loops::next, WriteListener.NONE);
    }

    static Interest table(String name) {
        return new Interest("acme", "acme", name, null, List.of("shard_0"));
    }

    /** Inserts rows one by one. */
    void insert(int number, int from, int to) throws SQLException {
        try (var admin = admin(number)) {
            for (int id = from; id <= to; id++) {
                ShardFixture.run(admin, "INSERT INTO acme.t VALUES (" + id + ")");
            }
        }
    }

    /** What is heard of such rows. */
    static List<String> inserts(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(id -> "INSERT " + id).toList();
    }

    static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    @Override
    public void close() {
        ShardFixture.end(shards);
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
