// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.value.Collations;
import com.workersql.server.Gateway;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions that share one connection to a shard each see only what they have set themselves. */
class SessionStateIT {
    private static final String COLLATION = "SELECT @@collation_connection";

    private static final int SHORT_WAIT_MILLIS = 1_000;

    private static Fleet fleet;
    /** One where statements do not wait so long for a connection. */
    private static Gateway hurried;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(SessionStateIT::withOneConnectionToEachShard);
        var wait = PoolConfig.of(Map.of(PoolConfig.WAIT_MILLIS, (long) SHORT_WAIT_MILLIS));
        hurried = Gateway.start(fleet.config().toBuilder().pool(wait).build());
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(acme, "DROP TABLE IF EXISTS keyed, plain");
            run(acme, "CREATE TABLE keyed (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(20))");
            run(acme, "CREATE TABLE plain (id INT PRIMARY KEY)");
        }
    }

    private static GatewayConfig withOneConnectionToEachShard(GatewayConfig config) {
        return Fleet.withConnections(config, 1);
    }

    @AfterAll
    static void stop() {
        if (hurried != null) {
            hurried.close();
        }
        if (fleet != null) {
            fleet.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void variablesTravelWithTheirSession(Driver driver) throws SQLException {
        try (var one = fleet.connect(driver, "acme");
                var two = fleet.connect(driver, "acme")) {
            run(one, "SET sql_mode = 'ANSI_QUOTES', time_zone = '+05:00'");
            // MariaDB's driver hears of it, and closes connections of other character sets.
            run(two, "SET NAMES utf8mb3");
            run(two, "SET group_concat_max_len = 2048");
            for (int i = 0; i < 3; i++) {
                assertThat(row(one, "SELECT @@sql_mode, @@time_zone")).containsExactly("ANSI_QUOTES", "+05:00");
                assertThat(row(two, "SELECT @@group_concat_max_len, @@character_set_client"))
                        .containsExactly("2048", "utf8mb3");
                assertThat(row(two, "SELECT @@time_zone")).doesNotContain("+05:00");
            }
            run(one, "SET sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT')");
            run(two, "DO 1");
            assertThat(row(one, "SELECT \"a\" || 'b' FROM (SELECT 'x' AS \"a\") AS t"))
                    .containsExactly("xb");
        }
    }

    /** COM_CHANGE_USER has room for every id. */
    @Test
    void aSessionBeginsInACollationThatNoHandshakeCanCarry() throws Exception {
        var wide = Fleet.isMySql()
                ? Collations.mySql().byName("utf8mb4_nb_0900_ai_ci")
                : Collations.mariaDb().byName("utf8mb4_uca1400_ai_ci");
        var password = fleet.password("acme");
        try (var client = raw();
                var other = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            assertThat(client.changeUser("acme", password, "acme", wide.id()).isError())
                    .isFalse();
            for (int i = 0; i < 2; i++) {
                assertThat(client.query(COLLATION).value()).isEqualTo(wide.name());
                assertThat(row(other, COLLATION)).doesNotContain(wide.name());
            }
            // One that no shard has is the gateway's own.
            client.changeUser("acme", password, "acme", 65_535);
            assertThat(client.query(COLLATION).value()).isEqualTo("utf8mb4_general_ci");
        }
    }

    /** As the shards would; it is the client's fault, and so opens nobody's breaker. */
    @Test
    void aCharacterSetThatNoClientCanSpeakIsRefused() throws Exception {
        int utf32 = Collations.mySql().byName("utf32_general_ci").id();
        for (int i = 0; i < 10; i++) {
            try (var client = raw()) {
                assertThat(client.changeUser("acme", fleet.password("acme"), "acme", utf32)
                                .errno())
                        .isEqualTo(1231);
            }
        }
        try (var other = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            assertThat(row(other, "SELECT 1")).containsExactly("1");
        }
    }

    private static RawClient raw() throws IOException {
        return fleet.raw("acme");
    }

    @ParameterizedTest
    @EnumSource
    void generatedKeysAndCountsAreTheSessionsOwn(Driver driver) throws SQLException {
        try (var one = fleet.connect(driver, "acme");
                var two = fleet.connect(driver, "acme")) {
            run(one, "DELETE FROM keyed");
            run(one, "INSERT INTO keyed (v) VALUES ('a')");
            String first = row(one, "SELECT MAX(id) FROM keyed").get(0);
            run(two, "INSERT INTO keyed (v) VALUES ('b'), ('c')");
            assertThat(row(one, "SELECT LAST_INSERT_ID()")).containsExactly(first);
            run(two, "DO 1");
            assertThat(row(one, "SELECT v FROM keyed WHERE id = LAST_INSERT_ID()"))
                    .containsExactly("a");
            run(two, "UPDATE keyed SET v = 'd' WHERE v IN ('b', 'c')");
            run(one, "DO 1");
            assertThat(row(two, "SELECT LAST_INSERT_ID() - " + first)).containsExactly("1");
            row(one, "SELECT id FROM keyed");
            run(two, "DO 1");
            assertThat(row(one, "SELECT FOUND_ROWS()")).containsExactly("3");
        }
    }

    @ParameterizedTest
    @EnumSource
    void warningsAreReadableAlsoAfterTheConnectionWasGivenBack(Driver driver) throws SQLException {
        try (var one = fleet.connect(driver, "acme");
                var two = fleet.connect(driver, "acme")) {
            run(one, "DROP TABLE IF EXISTS no_such_table");
            // The other session gets the one connection only after the first has let go of it.
            assertThat(row(two, "SELECT 1")).containsExactly("1");
            if (!Fleet.isMySql()) { // There, DO forgets the warnings of the statement before it.
                assertThat(row(one, "SHOW WARNINGS").get(1)).isEqualTo("1051");
            }
            assertThat(row(two, "SHOW COUNT(*) WARNINGS")).containsExactly("0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void isolationAppliesToTheNextTransactionOnly(Driver driver) throws SQLException {
        try (var one = fleet.connect(driver, "acme")) {
            run(one, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY");
            run(one, "START TRANSACTION");
            assertThatThrownBy(() -> run(one, "INSERT INTO plain VALUES (1)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1792));
            run(one, "ROLLBACK");
            run(one, "INSERT INTO plain VALUES (1)");
            run(one, "DELETE FROM plain");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTransactionWhoseFirstStatementFailsIsStillOpen(Driver driver) throws SQLException {
        try (var one = fleet.connect(driver, "acme")) {
            run(one, "BEGIN");
            assertThatThrownBy(() -> run(one, "INSERT INTO no_such_table VALUES (1)"))
                    .isInstanceOf(SQLException.class);
            run(one, "INSERT INTO plain VALUES (3)");
            run(one, "ROLLBACK");
            assertThat(row(one, "SELECT COUNT(*) FROM plain")).containsExactly("0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anOpenTransactionKeepsItsConnectionAndOthersWait(Driver driver) throws Exception {
        try (var one = fleet.connect(driver, "acme", hurried);
                var two = fleet.connect(driver, "acme", hurried)) {
            run(one, "BEGIN");
            assertThat(row(two, "SELECT 1")).as("BEGIN alone holds nothing").containsExactly("1");
            run(one, "INSERT INTO plain VALUES (7)");
            var waiting = new ArrayList<SQLException>();
            long start = System.nanoTime();
            try {
                run(two, "DO 1");
            } catch (SQLException e) {
                waiting.add(e);
            }
            assertThat(waiting).hasSize(1);
            assertThat(waiting.get(0).getErrorCode()).isEqualTo(1203);
            assertThat(System.nanoTime() - start)
                    .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(SHORT_WAIT_MILLIS) * 4 / 5);
            run(one, "ROLLBACK");
            assertThat(row(two, "SELECT COUNT(*) FROM plain")).containsExactly("0");
        }
    }

    @Test
    void theSessionsIsolationIsSetAlsoWhereUnreadWarningsKeepTheConnection() throws SQLException {
        try (var one = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(one, "DROP TABLE IF EXISTS no_such_table");
            run(one, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
            assertThat(row(one, "SELECT @@transaction_isolation")).containsExactly("READ-COMMITTED");
        }
    }

    @Test
    void releasedLocksDoNotKeepAConnectionBesideWarningsThatNobodyReads() throws SQLException {
        try (var one = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var two = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(one, "DO GET_LOCK('mine', 1)");
            run(one, "DROP TABLE IF EXISTS no_such_table");
            run(one, "DO RELEASE_LOCK('mine')");
            assertThat(row(two, "SELECT 1")).containsExactly("1");
            if (!Fleet.isMySql()) { // There, DO forgets the warnings of the statement before it.
                assertThat(row(one, "SHOW WARNINGS").get(1)).isEqualTo("1051");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aSavepointAheadOfAllReadsAndWritesIsKept(Driver driver) throws Exception {
        try (var one = fleet.connect(driver, "acme");
                var two = fleet.connect(driver, "acme")) {
            run(one, "SET autocommit = 0");
            run(one, "SAVEPOINT first");
            run(one, "DO 1");
            assertThat(rows(one, "SHOW GATEWAY PINS").toString()).containsIgnoringCase("transaction");
            run(one, "INSERT INTO plain VALUES (4)");
            run(one, "ROLLBACK TO SAVEPOINT first");
            run(one, "COMMIT");
            assertThat(row(two, "SELECT COUNT(*) FROM plain")).containsExactly("0");
            run(one, "SAVEPOINT second");
            run(one, "ROLLBACK");
            run(two, "DO 1");
            run(one, "SAVEPOINT third");
            run(one, "SET autocommit = 1");
            run(two, "DO 1");
        }
    }

    @Test
    void aClientThatLeavesInATransactionHasItRolledBack() throws Exception {
        try (var two = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            var one = fleet.connect(Driver.MARIADB_TEXT, "acme");
            run(one, "BEGIN");
            run(one, "INSERT INTO plain VALUES (9)");
            one.abort(Runnable::run);
            assertThat(row(two, "SELECT COUNT(*) FROM plain")).containsExactly("0");
            run(two, "INSERT INTO plain VALUES (9)");
            run(two, "DELETE FROM plain");
        }
    }

    @Test
    void killReachesOnlySessionsOfTheSameTenant() throws SQLException {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var globex = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            String id = row(acme, "SELECT CONNECTION_ID()").get(0);
            assertThatThrownBy(() -> run(globex, "KILL " + id))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1094));
            assertThat(row(acme, "SELECT 1")).containsExactly("1");
        }
    }

    @Test
    void explainsTheRouteWithoutRunningIt() throws SQLException {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            assertThat(rows(acme, "EXPLAIN ROUTE DELETE FROM plain"))
                    .anySatisfy(row -> assertThat(row).containsExactly("shards", "shard_0"));
        }
    }

    private static List<String> row(Connection connection, String sql) throws SQLException {
        return rows(connection, sql).get(0);
    }

    private static List<List<String>> rows(Connection connection, String sql) throws SQLException {
        var found = new ArrayList<List<String>>();
        try (var statement = connection.prepareStatement(sql);
                var rows = statement.executeQuery()) {
            while (rows.next()) {
                var row = new ArrayList<String>();
                for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                    row.add(rows.getString(i));
                }
                found.add(row);
            }
        }
        return found;
    }
}
