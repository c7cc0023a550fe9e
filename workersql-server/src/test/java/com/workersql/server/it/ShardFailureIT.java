// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.errorOf;
import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A shard that dies costs its own tenants a clear error at once, and nobody else anything. */
@Tag("alone")
class ShardFailureIT {
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(Fleet.isMySql(), "servers that exist beside the build are not to be killed");
        fleet = Fleet.start();
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @Test
    void answersAtOnceWhileAShardIsDeadAndWorksAgainAfterItsReturn() throws SQLException {
        try (var acme = fleet.connect(Driver.MYSQL_TEXT, "acme");
                var globex = fleet.connect(Driver.MYSQL_TEXT, "globex")) {
            run(acme, "DROP TABLE IF EXISTS kept");
            run(acme, "CREATE TABLE kept (id INT PRIMARY KEY)");
            run(acme, "INSERT INTO kept VALUES (1)");

            ShardFixture.kill(fleet.embedded(), "shard_0");
            long before = System.nanoTime();
            var error = errorOf(acme, "SELECT id FROM kept");
            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
            assertThat(error.getErrorCode()).isEqualTo(1429);
            assertThat(error.getMessage()).contains("[GW-NOT-EXECUTED]").contains("shard_0");
            assertThat(errorOf(acme, "INSERT INTO kept VALUES (2)").getErrorCode())
                    .isEqualTo(1429);
            assertThat(one(globex, "SELECT 7")).isEqualTo(7);

            ShardFixture.restart(fleet.embedded(), "shard_0");
            assertThat(awaitAnswer(acme, "SELECT COUNT(*) FROM kept")).isEqualTo(1);
        }
    }

    @Test
    void saysThatATransactionIsLostAndRefusesEverythingUntilRollback() throws SQLException {
        try (var acme = fleet.connect(Driver.MYSQL_TEXT, "acme")) {
            run(acme, "DROP TABLE IF EXISTS half");
            run(acme, "CREATE TABLE half (id INT PRIMARY KEY)");
            run(acme, "BEGIN");
            run(acme, "INSERT INTO half VALUES (1)");
            ShardFixture.kill(fleet.embedded(), "shard_0");
            var lost = errorOf(acme, "INSERT INTO half VALUES (2)");
            assertThat(lost.getErrorCode()).isEqualTo(3101);
            assertThat(lost.getSQLState()).isEqualTo("40000");
            ShardFixture.restart(fleet.embedded(), "shard_0");
            assertThat(errorOf(acme, "INSERT INTO half VALUES (3)").getErrorCode())
                    .isEqualTo(3101);
            run(acme, "ROLLBACK");
            assertThat(awaitAnswer(acme, "SELECT COUNT(*) FROM half")).isZero();
        }
    }

    @Test
    void saysThatTheOutcomeOfAWriteUnderWayIsUnknown() throws Exception {
        try (var acme = fleet.connect(Driver.MYSQL_TEXT, "acme");
                var watcher = fleet.direct(Driver.MYSQL_TEXT, "acme")) {
            run(acme, "DROP TABLE IF EXISTS slow");
            run(acme, "CREATE TABLE slow (id INT)");
            var writing = CompletableFuture.supplyAsync(() -> errorOf(acme, "INSERT INTO slow SELECT SLEEP(30)"));
            awaitAnswer(
                    watcher,
                    "SELECT 1 FROM information_schema.processlist WHERE info LIKE 'INSERT INTO slow%' LIMIT 1");
            ShardFixture.kill(fleet.embedded(), "shard_0");
            var error = writing.get(10, TimeUnit.SECONDS);
            assertThat(error.getErrorCode()).isEqualTo(1105);
            assertThat(error.getMessage()).contains("[GW-OUTCOME-UNKNOWN]");
            assertThat(error.getSQLState()).isEqualTo("HY000");
            ShardFixture.restart(fleet.embedded(), "shard_0");
            awaitAnswer(acme, "SELECT COUNT(*) FROM slow");
        }
    }

    @Test
    void startsWithAShardThatCannotBeReachedAndSaysSo() throws Exception {
        ShardFixture.kill(fleet.embedded(), "shard_1");
        try (var second = fleet.startAnotherGateway()) {
            try (var acme = fleet.connect(Driver.MYSQL_TEXT, "acme", second)) {
                assertThat(one(acme, "SELECT 5")).isEqualTo(5);
            }
            assertThatThrownBy(() -> {
                        try (var globex = fleet.connect(Driver.MYSQL_TEXT, "globex", second)) {
                            one(globex, "SELECT 1 + 1");
                        }
                    })
                    .hasMessageContaining("[GW-NOT-EXECUTED]")
                    .hasMessageContaining("shard_1");
        } finally {
            ShardFixture.restart(fleet.embedded(), "shard_1");
            awaitShard("globex");
        }
    }

    private static int one(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getInt(1) : -1;
        }
    }

    /** Asks until there is an answer: what comes back does so when its health is next looked at. */
    private static int awaitAnswer(Connection connection, String sql) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        SQLException last = null;
        while (System.nanoTime() < end) {
            try {
                int found = one(connection, sql);
                if (found >= 0) {
                    return found;
                }
            } catch (SQLException e) {
                last = e;
            }
        }
        throw last == null ? new SQLException("no row for " + sql) : last;
    }

    /** Waits until a tenant's shard is known to be back; the driver cannot even connect before. */
    private static void awaitShard(String tenant) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (var connection = fleet.connect(Driver.MYSQL_TEXT, tenant)) {
                one(connection, "SELECT 1 + 2");
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }
}
