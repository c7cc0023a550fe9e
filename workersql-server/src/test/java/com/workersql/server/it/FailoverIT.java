// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.errorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.server.Gateway;
import com.workersql.server.config.PoolConfig;
import com.workersql.server.config.StatementsConfig;
import com.workersql.server.embedded.EmbeddedShard;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard of a primary and a replica that change places: who is what, the gateway learns from the servers themselves. */
class FailoverIT {
    private static final long WAIT_MILLIS = 400;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(Fleet.isMySql(), "servers that exist beside the build are not to be hurt");
        fleet = Fleet.start(ReplicaPair::asPair);
        ReplicaPair.replicate(fleet);
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @BeforeEach
    void firstIsThePrimary() throws SQLException {
        try (var one = admin(0);
                var two = admin(1)) {
            ShardFixture.run(two, "SET GLOBAL read_only = 1");
            ShardFixture.run(one, "SET GLOBAL read_only = 0");
        }
        assertThat(awaitWrite()).isEqualTo(serverId(0));
    }

    @Test
    void aStatementWaitsForTheNewPrimaryAndRunsThereOnce() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var one = admin(0);
                var two = admin(1)) {
            ShardFixture.run(acme, "CREATE OR REPLACE TABLE moved (id INT)");
            ShardFixture.run(acme, "INSERT INTO moved VALUES (1)");
            awaitReplicated("SELECT COUNT(*) FROM acme.moved", "1");
            ShardFixture.run(two, "STOP SLAVE");
            ShardFixture.run(one, "SET GLOBAL read_only = 1");

            var writing = InThread.inThread(() -> {
                ShardFixture.run(acme, "INSERT INTO moved VALUES (2)");
                return Duration.ZERO;
            });
            assertThat(writing.completeOnTimeout(Duration.ofDays(1), 1, TimeUnit.SECONDS)
                            .get())
                    .as("it waits while nobody takes writes")
                    .isEqualTo(Duration.ofDays(1));
            ShardFixture.run(two, "SET GLOBAL read_only = 0");
            assertThat(awaitWrite()).isEqualTo(serverId(1));
            assertThat(awaitText(two, "SELECT COUNT(*) FROM acme.moved WHERE id = 2", "1"))
                    .isEqualTo("1");
            assertThat(ShardFixture.text(one, "SELECT COUNT(*) FROM acme.moved WHERE id = 2"))
                    .isEqualTo("0");
            ShardFixture.run(two, "DELETE FROM acme.moved WHERE id = 2");
            ShardFixture.run(two, "SET GLOBAL read_only = 1");
            ShardFixture.run(two, "START SLAVE");
        }
    }

    @Test
    void forAPrimaryNoMoreWaitThanMayAndNoneForLongerThanItsTime() throws Exception {
        try (var gateway = impatientGateway();
                var first = fleet.connect(Driver.MARIADB_TEXT, "acme", gateway);
                var second = fleet.connect(Driver.MARIADB_TEXT, "acme", gateway);
                var one = admin(0)) {
            ShardFixture.run(first, "CREATE TABLE IF NOT EXISTS probe (id INT)");
            ShardFixture.run(one, "SET GLOBAL read_only = 1");
            long before = System.nanoTime();
            var late = errorOf(first, "INSERT INTO probe VALUES (3)");
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(WAIT_MILLIS));
            // The first one is told what the former primary said, those behind it that there is none.
            assertThat(late.getErrorCode()).as("%s", late).isIn(1290, 1429);
            assertThat(errorOf(first, "INSERT INTO probe VALUES (3)").getMessage())
                    .contains("[GW-NOT-EXECUTED]")
                    .contains("waited " + WAIT_MILLIS + " ms (statements.failover_wait_millis)");

            String refused = "";
            while (!refused.contains("1 statements wait for it already (pool.queue_length)")) {
                var waiting = InThread.inThread(() -> errorOf(first, "INSERT INTO probe VALUES (4)"));
                while (!waiting.isDone() && !refused.contains("pool.queue_length")) {
                    refused = errorOf(second, "INSERT INTO probe VALUES (5)").getMessage();
                }
                waiting.get(20, TimeUnit.SECONDS);
                assertThat(System.nanoTime() - before)
                        .as("never refused: %s", refused)
                        .isLessThan(TimeUnit.SECONDS.toNanos(30));
            }
            ShardFixture.run(one, "SET GLOBAL read_only = 0");
        }
    }

    /** One that has a statement wait for a primary for a short time, and no more than one. */
    private static Gateway impatientGateway() {
        return Gateway.start(fleet.config().toBuilder()
                .pool(PoolConfig.of(Map.of(PoolConfig.QUEUE_LENGTH, 1L)))
                .statements(StatementsConfig.of(Map.of(StatementsConfig.FAILOVER_WAIT_MILLIS, WAIT_MILLIS)))
                .build());
    }

    @Test
    void ofTwoServersThatTakeWritesNoneGetsAny() throws Exception {
        try (var gateway = impatientGateway();
                var acme = fleet.connect(Driver.MARIADB_TEXT, "acme", gateway);
                var two = admin(1)) {
            ShardFixture.run(two, "STOP SLAVE");
            ShardFixture.run(two, "SET GLOBAL read_only = 0");
            var refused = awaitRefusal(acme);
            assertThat(refused.getMessage()).contains("[GW-NOT-EXECUTED]").contains("two servers take writes");
            ShardFixture.run(two, "SET GLOBAL read_only = 1");
            ShardFixture.run(two, "START SLAVE");
        }
    }

    @Test
    void whoFollowsByAConnectionWithANameIsNoPrimary() throws Exception {
        try (var two = admin(1)) {
            ShardFixture.run(two, "STOP SLAVE");
            ShardFixture.run(two, "RESET SLAVE ALL");
            ShardFixture.run(
                    two, "GRANT SLAVE MONITOR ON *.* TO '" + shard(1).gateway().user() + "'@'127.0.0.1'");
            ReplicaPair.replicate(fleet.embedded(), "'feed'");
            ShardFixture.run(two, "SET GLOBAL read_only = 0");
            try (var gateway = impatientGateway();
                    var acme = fleet.connect(Driver.MARIADB_TEXT, "acme", gateway)) {
                assertThat(ShardFixture.text(acme, "SELECT @@server_id")).isEqualTo(serverId(0));
                ShardFixture.run(acme, "INSERT INTO probe VALUES (3)");
            } finally {
                ShardFixture.run(two, "STOP SLAVE 'feed'");
                ShardFixture.run(two, "RESET SLAVE 'feed' ALL");
                ReplicaPair.replicate(fleet.embedded());
            }
        }
    }

    @Test
    void aTransactionWhosePrimaryDiesIsRolledBackAndMustBeEnded() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            ShardFixture.run(acme, "CREATE OR REPLACE TABLE half (id INT)");
            ShardFixture.run(acme, "BEGIN");
            ShardFixture.run(acme, "INSERT INTO half VALUES (1)");
            var http = new Http(fleet, "acme");
            ShardFixture.kill(fleet.embedded(), "shard_0");
            try {
                awaitReadiness(http, 503);
                var lost = errorOf(acme, "INSERT INTO half VALUES (2)");
                assertThat(lost.getErrorCode()).isEqualTo(3101);
                assertThat(lost.getSQLState()).isEqualTo("40000");
                assertThat(errorOf(acme, "INSERT INTO half VALUES (3)").getErrorCode())
                        .isEqualTo(3101);
                ShardFixture.run(acme, "ROLLBACK");
                // Outside of a transaction it waits, and here nobody takes over while it does.
                var waiting = InThread.inThread(() -> {
                    ShardFixture.run(acme, "INSERT INTO half VALUES (4)");
                    return Duration.ZERO;
                });
                ShardFixture.restart(fleet.embedded(), "shard_0");
                assertThat(waiting.get(20, TimeUnit.SECONDS)).isEqualTo(Duration.ZERO);
            } finally {
                if (!ShardFixture.process(fleet.embedded(), "shard_0").isAlive()) {
                    ShardFixture.restart(fleet.embedded(), "shard_0");
                }
            }
            assertThat(ShardFixture.text(acme, "SELECT GROUP_CONCAT(id) FROM half"))
                    .isEqualTo("4");
            awaitReadiness(http, 200);
        }
    }

    // ---- what they need

    /** Asks whether the gateway can do its work until the answer is this one. */
    private static void awaitReadiness(Http http, int status) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (http.get("/readyz").statusCode() != status) {
            assertThat(System.nanoTime()).as("/readyz never says %d", status).isLessThan(end);
        }
    }

    private static EmbeddedShard shard(int number) {
        return fleet.embedded().shards().get(number);
    }

    private static Connection admin(int number) throws SQLException {
        return ShardFixture.admin(shard(number));
    }

    private static String serverId(int number) throws SQLException {
        try (var admin = admin(number)) {
            return ShardFixture.text(admin, "SELECT @@server_id");
        }
    }

    /** Writes through the gateway until it succeeds, and tells on which server. */
    private static String awaitWrite() throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
                ShardFixture.run(acme, "CREATE TABLE IF NOT EXISTS probe (id INT)");
                ShardFixture.run(acme, "INSERT INTO probe VALUES (1)");
                return ShardFixture.text(acme, "SELECT @@server_id");
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    private static SQLException awaitRefusal(Connection connection) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < end) {
            try {
                ShardFixture.run(connection, "INSERT INTO probe VALUES (2)");
            } catch (SQLException e) {
                return e;
            }
        }
        throw new AssertionError("nothing was refused");
    }

    private static void awaitReplicated(String sql, String expected) throws SQLException {
        try (var replica = admin(1)) {
            assertThat(awaitText(replica, sql, expected))
                    .as(ShardFixture.text(replica, "SHOW SLAVE STATUS"))
                    .isEqualTo(expected);
        }
    }

    private static String awaitText(Connection connection, String sql, String expected) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            String found;
            try {
                found = ShardFixture.text(connection, sql);
            } catch (SQLException e) {
                found = e.getMessage();
            }
            if (found.equals(expected) || System.nanoTime() > end) {
                return found;
            }
        }
    }
}
