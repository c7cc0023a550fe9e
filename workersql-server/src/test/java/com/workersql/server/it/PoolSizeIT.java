// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import com.workersql.server.config.ShardConfig;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code max_connections: auto}: a pool that is as large as its server allows, by the shard's weight, and what is told when it is full. */
class PoolSizeIT {
    private static final int WEIGHT = 50;
    private static final int ALLOWED = 24;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(PoolSizeIT::withServersSizes);
    }

    private static GatewayConfig withServersSizes(GatewayConfig config) {
        var shards =
                new ArrayList<>(Fleet.withConnections(config, ShardConfig.AUTO).shards());
        var first = shards.get(0);
        shards.set(
                0,
                new ShardConfig(
                        first.name(),
                        first.endpoints(),
                        first.account(),
                        first.tls(),
                        ShardConfig.AUTO,
                        first.allowPublicKeyRetrieval(),
                        WEIGHT,
                        first.admin(),
                        first.wire()));
        return config.toBuilder()
                .shards(shards)
                // Longer than a busy machine takes to open a connection.
                .pool(PoolConfig.of(Map.of(PoolConfig.WAIT_MILLIS, 2_000L)))
                .build();
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @Test
    void thePoolFollowsTheServersMaxConnectionsAndIsNamedWhenItIsFull() throws Exception {
        try (var first = admin(0);
                var second = admin(1)) {
            long before = number(first, "SELECT @@global.max_connections");
            awaitLimit("shard_0", before * WEIGHT / 100);
            awaitLimit("shard_1", number(second, "SELECT @@global.max_connections") * 80 / 100);

            run(first, "SET GLOBAL max_connections = " + ALLOWED);
            try {
                awaitLimit("shard_0", ALLOWED * WEIGHT / 100);
                isFullBehind(ALLOWED * WEIGHT / 100);
            } finally {
                run(first, "SET GLOBAL max_connections = " + before);
            }
        }
    }

    private static void isFullBehind(int connections) throws SQLException {
        var holders = new ArrayList<Connection>();
        try (var another = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            for (int i = 0; i < connections; i++) {
                holders.add(fleet.connect(Driver.MARIADB_TEXT, "acme"));
                run(holders.get(i), "START TRANSACTION WITH CONSISTENT SNAPSHOT");
            }

            assertThatThrownBy(() -> number(another, "SELECT 1")).isInstanceOfSatisfying(SQLException.class, e -> {
                assertThat(e.getErrorCode()).isEqualTo(1203);
                assertThat(e.getMessage()).contains("Pool shard_0: ", "all of " + connections + " are in use");
            });

            run(holders.get(0), "ROLLBACK");
            assertThat(number(another, "SELECT 1")).isEqualTo(1);
        } finally {
            for (var holder : holders) {
                holder.close();
            }
        }
    }

    private static Connection admin(int shard) throws SQLException {
        return Fleet.isMySql()
                ? Driver.MYSQL_TEXT.connect(fleet.port(shard), "root", "", "mysql")
                : ShardFixture.admin(fleet.embedded().shards().get(shard));
    }

    private static void awaitLimit(String shard, long limit) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (new Http(fleet, "acme")
                        .metric("workersql_pool_connections", "shard=\"" + shard + "\"", "state=\"limit\"")
                != limit) {
            assertThat(System.nanoTime())
                    .as("waiting for a limit of %d for %s", limit, shard)
                    .isLessThan(end);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
