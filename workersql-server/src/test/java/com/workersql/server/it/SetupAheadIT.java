// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions that share one connection give it their state in the write of their statement, and are told when the shard refuses it. */
class SetupAheadIT {
    private static final String ZONE = "time_zone = '+05:00'";
    private static final String NO_ZONE = "time_zone = '+95:00'";
    /** COM_RESET_CONNECTION with its header. */
    private static final String RESET = "\1\0\0\0\u001f";

    private static final String PING = "\1\0\0\0\u000e";

    private static ProxiedFleet<ListeningProxy> proxied;
    private static ListeningProxy proxy;
    private static Fleet fleet;

    private double refusedBefore;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(
                ListeningProxy::new, ListeningProxy::port, config -> Fleet.withConnections(config, 1));
        proxy = proxied.proxy();
        fleet = proxied.fleet();
        try (var acme = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            run(acme, "DROP TABLE IF EXISTS set_up");
            run(acme, "CREATE TABLE set_up (id INT)");
        }
    }

    @AfterAll
    static void stop() throws Exception {
        if (proxied != null) {
            proxied.close();
        }
    }

    @BeforeEach
    void count() throws Exception {
        refusedBefore = metric("workersql_session_setups_refused_total");
    }

    @AfterEach
    void empty() throws SQLException {
        try (var acme = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            run(acme, "DELETE FROM set_up");
        }
    }

    @Test
    void theStateLeavesInTheWriteOfItsStatement() throws Exception {
        try (var zoned = zoned(Driver.MARIADB_TEXT);
                var plain = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            prove(zoned, plain);
            double ahead = metric("workersql_session_setups_total", "sent=\"ahead\"");
            double awaited = metric("workersql_session_setups_total", "sent=\"awaited\"");
            proxy.forget();

            assertThat(value(zoned, "SELECT @@time_zone, 'with a zone'")).isEqualTo("+05:00");
            assertThat(value(plain, "SELECT @@time_zone, 'without one'")).isNotEqualTo("+05:00");

            var writes = proxy.writesBeside("'with a zone'").stream()
                    .filter(write -> !write.equals(PING))
                    .toList();
            assertThat(writes).hasSize(2);
            assertThat(writes.get(0)).contains(ZONE, "'with a zone'").doesNotContain(RESET);
            assertThat(writes.get(1))
                    .startsWith(RESET)
                    .contains("'without one'")
                    .doesNotContain(ZONE);
            assertThat(metric("workersql_session_setups_total", "sent=\"ahead\""))
                    .isEqualTo(ahead + 2);
            assertThat(metric("workersql_session_setups_total", "sent=\"awaited\""))
                    .isEqualTo(awaited);
        }
    }

    @Test
    void aStateThatNoServerHasAcceptedIsAwaited() throws Exception {
        try (var one = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var other = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(one, "SET group_concat_max_len = 4567");
            assertThat(value(other, "SELECT 1")).isEqualTo("1");
            proxy.forget();

            assertThat(value(one, "SELECT @@group_concat_max_len, 'awaited'")).isEqualTo("4567");

            assertThat(proxy.writesBeside("'awaited'"))
                    .filteredOn(write -> write.contains("group_concat_max_len = 4567"))
                    .singleElement()
                    .asString()
                    .doesNotContain("'awaited'");
        }
    }

    @Test
    void theTransactionBeginsInTheSameWrite() throws Exception {
        try (var zoned = zoned(Driver.MARIADB_TEXT);
                var plain = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            prove(zoned, plain);
            proxy.forget();

            run(zoned, "BEGIN");
            run(zoned, "INSERT INTO set_up VALUES (1)");
            run(zoned, "ROLLBACK");

            assertThat(proxy.writesBeside("INSERT INTO set_up"))
                    .filteredOn(write -> write.contains("INSERT INTO set_up"))
                    .singleElement()
                    .asString()
                    .containsSubsequence(ZONE, "BEGIN", "INSERT");
            assertThat(rows()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void everySessionFindsItsOwnState(Driver driver) throws Exception {
        try (var zoned = zoned(driver);
                var other = fleet.connect(driver, "acme");
                var plain = fleet.connect(driver, "acme")) {
            run(other, "SET time_zone = '+06:00', @mine = 7");
            for (int i = 0; i < 5; i++) {
                assertThat(prepared(zoned, "SELECT CONCAT(@@time_zone, ?)", "")).isEqualTo("+05:00");
                assertThat(prepared(other, "SELECT CONCAT(@@time_zone, ?)", "")).isEqualTo("+06:00");
                assertThat(value(other, "SELECT @mine")).isEqualTo("7");
                assertThat(prepared(plain, "SELECT CONCAT(@@time_zone = '+05:00', ?)", ""))
                        .isEqualTo("0");
                assertThat(value(plain, "SELECT @mine")).isNull();
                assertThat(http().query("SELECT @@time_zone = '+05:00'").data()).isEqualTo(List.of(List.of(0)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReadBehindARefusedStateIsRepeated(Driver driver) throws Exception {
        try (var zoned = zoned(driver);
                var plain = fleet.connect(driver, "acme")) {
            prove(zoned, plain);
            proxy.misquoteOnce(ZONE, NO_ZONE);

            assertThat(prepared(zoned, "SELECT CONCAT(@@time_zone, ?)", " here"))
                    .isEqualTo("+05:00 here");

            assertThat(proxy.isWaiting()).isFalse();
            assertThat(metric("workersql_session_setups_refused_total")).isEqualTo(refusedBefore + 1);
            assertThat(value(plain, "SELECT @@time_zone")).isNotEqualTo("+05:00");
        }
    }

    /**
     * Where the other session has no state, the connection is reset and has to prepare the statement again. Connector/J reads ahead of a
     * write, which is repeated.
     */
    @ParameterizedTest
    @EnumSource(names = {"MARIADB_TEXT", "MARIADB_PREPARED"})
    void aWriteBehindARefusedStateHasAnUnknownOutcome(Driver driver) throws Exception {
        for (boolean othersHaveState : new boolean[] {true, false}) {
            try (var zoned = zoned(driver);
                    var other = fleet.connect(driver, "acme")) {
                if (othersHaveState) {
                    run(other, "SET time_zone = '+06:00'");
                }
                prepared(zoned, "INSERT INTO set_up VALUES (?)", "1");
                prove(zoned, other);
                proxy.misquoteOnce(ZONE, NO_ZONE);

                assertThatThrownBy(() -> prepared(zoned, "INSERT INTO set_up VALUES (?)", "2"))
                        .isInstanceOfSatisfying(SQLException.class, e -> {
                            assertThat(e.getErrorCode()).isEqualTo(1105);
                            assertThat(e.getSQLState()).isEqualTo("HY000");
                            assertThat(e.getMessage()).contains("[GW-OUTCOME-UNKNOWN]", "1298");
                        });

                assertThat(proxy.isWaiting()).isFalse();
                assertThat(value(zoned, "SELECT @@time_zone")).isEqualTo("+05:00");
                prepared(zoned, "INSERT INTO set_up VALUES (?)", "3");
                assertThat(value(zoned, "SELECT COUNT(*) FROM set_up WHERE id IN (1, 3)"))
                        .isEqualTo(othersHaveState ? "2" : "4");
            }
        }
        assertThat(metric("workersql_session_setups_refused_total")).isEqualTo(refusedBefore + 2);
    }

    @Test
    void aTransactionThatBeginsBehindARefusedStateIsLost() throws Exception {
        try (var zoned = zoned(Driver.MARIADB_TEXT);
                var plain = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            prove(zoned, plain);
            proxy.misquoteOnce(ZONE, NO_ZONE);
            run(zoned, "BEGIN");

            assertThatThrownBy(() -> run(zoned, "INSERT INTO set_up VALUES (1)"))
                    .isInstanceOfSatisfying(SQLException.class, e -> {
                        assertThat(e.getErrorCode()).isEqualTo(3101);
                        assertThat(e.getSQLState()).isEqualTo("40000");
                    });

            run(zoned, "ROLLBACK");
            run(zoned, "INSERT INTO set_up VALUES (2)");
            assertThat(rows()).isEqualTo(1);
        }
    }

    @Test
    void aStateThatIsRefusedAtLastIsTheShardsError() throws Exception {
        try (var zoned = zoned(Driver.MARIADB_TEXT);
                var plain = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            prove(zoned, plain);
            proxy.misquoteOnce(ZONE, NO_ZONE);
            assertThatThrownBy(() -> run(zoned, "INSERT INTO set_up VALUES (1)"))
                    .isInstanceOf(SQLException.class);
            // From here on it has to be accepted before the statement is sent.
            proxy.misquoteOnce(ZONE, NO_ZONE);

            assertThatThrownBy(() -> run(zoned, "INSERT INTO set_up VALUES (2)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1298));

            run(zoned, "INSERT INTO set_up VALUES (3)");
            assertThat(value(plain, "SELECT COUNT(*) FROM set_up WHERE id = 2")).isEqualTo("0");
            assertThat(value(plain, "SELECT COUNT(*) FROM set_up WHERE id = 3")).isEqualTo("1");
        }
    }

    private static Connection zoned(Driver driver) throws SQLException {
        var zoned = fleet.connect(driver, "acme");
        run(zoned, "SET time_zone = '+05:00'");
        return zoned;
    }

    /** Has the shard accept all that the two sessions need, and leaves the connection in the second one's state. */
    private static void prove(Connection one, Connection other) throws SQLException {
        for (int i = 0; i < 2; i++) {
            value(one, "SELECT 1");
            value(other, "SELECT 1");
        }
    }

    private static Http http() throws Exception {
        return new Http(fleet, "acme");
    }

    private static double metric(String name, String... labels) throws Exception {
        return http().metric(name, labels);
    }

    private static int rows() throws SQLException {
        try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            return Integer.parseInt(value(direct, "SELECT COUNT(*) FROM set_up"));
        }
    }

    private static String prepared(Connection connection, String sql, String parameter) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setString(1, parameter);
            if (!statement.execute()) {
                return null;
            }
            try (var rows = statement.getResultSet()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }
}
