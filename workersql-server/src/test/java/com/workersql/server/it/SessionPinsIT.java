// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions that keep their connection: who may, why they do, where it shows. */
class SessionPinsIT {
    private static final int CONNECTIONS = 8;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(SessionPinsIT::withFewConnections);
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(acme, "CREATE TABLE IF NOT EXISTS pinned (id INT PRIMARY KEY)");
        }
    }

    private static GatewayConfig withFewConnections(GatewayConfig config) {
        return Fleet.withConnections(config, CONNECTIONS).toBuilder()
                .pool(PoolConfig.of(Map.of(PoolConfig.PINNED_PERCENT_PER_TENANT, 25L)))
                .build();
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TEMPORARY_TABLE | CREATE TEMPORARY TABLE tmp_pin (id INT) | DROP TABLE tmp_pin",
                "USER_LOCK | DO GET_LOCK('pin', 1) | DO RELEASE_ALL_LOCKS()",
                "LOCK_TABLES | LOCK TABLES pinned READ | UNLOCK TABLES",
                "HANDLER | HANDLER pinned OPEN | HANDLER pinned CLOSE",
                "TEXT_PREPARE | PREPARE pin FROM 'SELECT 1' | DEALLOCATE PREPARE pin",
                "USER_VARIABLE | SET @pin = 1 + 1 | SET @pin = 1",
                "TRANSACTION | START TRANSACTION WITH CONSISTENT SNAPSHOT | ROLLBACK"
            })
    void eachReasonIsShownAndCountedAndGoesAway(String reason, String statement, String end) throws Exception {
        double before = counted(reason);
        try (var session = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var watcher = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var stranger = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            run(session, statement);

            var pins = rows(watcher, "SHOW GATEWAY PINS").stream()
                    .filter(pin -> pin.get(3).equals(reason))
                    .toList();
            assertThat(pins).hasSize(1);
            assertThat(pins.get(0).get(0))
                    .isEqualTo(rows(session, "SELECT CONNECTION_ID()").get(0).get(0));
            assertThat(pins.get(0).get(2)).isEqualTo("shard_0");
            assertThat(pins.get(0).get(4))
                    .as("the statement without its values")
                    .isNotBlank()
                    .doesNotContain("'pin'");
            assertThat(Long.parseLong(pins.get(0).get(5))).as("age").isBetween(0L, 60_000L);
            assertThat(rows(watcher, "SHOW GATEWAY SESSIONS").toString()).contains(reason);
            assertThat(rows(stranger, "SHOW GATEWAY SESSIONS").toString()).doesNotContain("acme");
            assertThat(rows(stranger, "SHOW GATEWAY PINS")).isEmpty();

            run(session, end);
            // Behind a question to the connection, if there is one: the next statement waits for its answer.
            run(session, "DO 1");
            assertThat(rows(watcher, "SHOW GATEWAY PINS").toString()).doesNotContain(reason);
        }
        assertThat(counted(reason)).isEqualTo(before + 1);
    }

    @Test
    void aTenantMayNotKeepMoreThanItsShareAndMayStillDoAllElse() throws Exception {
        try (var one = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var two = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var three = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var other = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            run(one, "CREATE TEMPORARY TABLE tmp_share (id INT)");
            run(two, "DO GET_LOCK('share', 1)");

            for (String statement : List.of(
                    "CREATE TEMPORARY TABLE tmp_share (id INT)",
                    "DO GET_LOCK('more', 1)",
                    "LOCK TABLES pinned READ",
                    "SET @more = 1 + 1",
                    "PREPARE more FROM 'SELECT 1'")) {
                assertThatThrownBy(() -> run(three, statement))
                        .as(statement)
                        .isInstanceOfSatisfying(SQLException.class, e -> {
                            assertThat(e.getErrorCode()).isEqualTo(1203);
                            assertThat(e.getSQLState()).isEqualTo("42000");
                            assertThat(e.getMessage()).contains("pool.pinned_percent_per_tenant");
                        });
            }
            run(three, "SET @literal = 5");
            run(three, "BEGIN");
            assertThat(rows(three, "SELECT @literal, COUNT(*) FROM pinned")).hasSize(1);
            run(three, "COMMIT");
            run(one, "SET @more_of_the_same_session = 1 + 1");
            run(other, "DO GET_LOCK('share of another tenant', 1)");

            run(two, "DO RELEASE_LOCK('share')");
            run(two, "DO 1");
            run(three, "DO GET_LOCK('more', 1)");
        }
    }

    private static double counted(String reason) throws Exception {
        return new Http(fleet, "acme")
                .metric("workersql_session_pins_total", "reason=\"" + reason.toLowerCase(Locale.ROOT) + "\"");
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<List<String>> rows(Connection connection, String sql) throws SQLException {
        var rows = new ArrayList<List<String>>();
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            while (result.next()) {
                var row = new ArrayList<String>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }
}
