// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.workersql.pool.BackendAccount;
import com.workersql.pool.Endpoint;
import com.workersql.protocol.session.TlsMode;
import com.workersql.server.config.ChangesConfig;
import com.workersql.server.embedded.ShardFixture;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * A subscriber that has heard of transactions which MySQL does not count as executed yet. On the first of the servers that
 * {@code workersql.mysql.ports} names, each with a root account without password.
 */
class UnsettledPositionIT {
    private static final String PORTS = System.getProperty("workersql.mysql.ports");
    private static final Interest TABLE = new Interest("unsettled", "unsettled", "t", null, List.of("shard_0"));
    private static final byte[] NO_PASSWORD = {};

    private static int port() {
        return Integer.parseInt(PORTS.split(",", -1)[0].strip());
    }

    private static LogSource source() {
        return new LogSource(
                "shard_0",
                () -> new Endpoint("127.0.0.1", port()),
                new BackendAccount("root", NO_PASSWORD, null),
                TlsMode.DISABLED,
                null,
                true,
                0,
                NioSocketChannel::new,
                false);
    }

    /** Behind what the server has executed, and behind so many transactions that it is to execute next. */
    private static String ahead(Connection admin, int transactions) throws SQLException {
        var position = LogPosition.parse(false, ShardFixture.text(admin, "SELECT @@global.gtid_executed"));
        var server = ShardFixture.text(admin, "SELECT @@server_uuid");
        long next = 1;
        while (position.contains(new TransactionId(server, 0, next))) {
            next++;
        }
        for (int i = 0; i < transactions; i++) {
            position = position.plus(new TransactionId(server, 0, next + i));
        }
        return new PositionSeal("root", NO_PASSWORD)
                .seal(TABLE.scope(), Map.of("shard_0", ResumePoint.Part.behind(position)));
    }

    private static boolean looksAgain(Connection admin, GatewayChanges changes) {
        try {
            // One connection reads at the log's end, the other waits to ask again.
            return changes.readers() == 2
                    && !ShardFixture.text(
                                    admin,
                                    "SELECT COUNT(*) FROM information_schema.processlist WHERE command = 'Sleep'"
                                            + " AND time = 0")
                            .equals("0");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void isNotLostBeforeTheServerHasCaughtUp() throws Exception {
        assumeTrue(PORTS != null, "needs a MySQL server beside the build");
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (var admin = DriverManager.getConnection(
                "jdbc:mysql://127.0.0.1:" + port() + "/?sslMode=DISABLED&allowPublicKeyRetrieval=true", "root", "")) {
            assumeTrue(ShardFixture.text(admin, "SELECT @@gtid_mode").equals("ON"), "gtid_mode is not ON there");
            assumeTrue(
                    ShardFixture.text(admin, "SELECT @@binlog_row_metadata").equals("FULL"),
                    "binlog_row_metadata is not FULL there");
            ShardFixture.run(admin, "DROP DATABASE IF EXISTS unsettled");
            ShardFixture.run(admin, "CREATE DATABASE unsettled");
            ShardFixture.run(admin, "CREATE TABLE unsettled.t (id INT PRIMARY KEY)");
            try (var changes = new GatewayChanges(
                    ChangesConfig.of(Map.of(ChangesConfig.FIRST_SERVER_ID, 940_000L)),
                    List.of(source()),
                    loops::next,
                    WriteListener.NONE)) {
                var hearer = new Hearer(loops.next(), changes, TABLE, ahead(admin, 2), 100).begun();
                FeedFixture.await("it asks again", () -> looksAgain(admin, changes));
                for (int id = 1; id <= 3; id++) {
                    ShardFixture.run(admin, "INSERT INTO unsettled.t VALUES (" + id + ")");
                }

                assertThat(hearer.next()).isEqualTo("INSERT 3");
                assertThat(hearer.rest()).isEmpty();
            }
            ShardFixture.run(admin, "DROP DATABASE unsettled");
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }
}
