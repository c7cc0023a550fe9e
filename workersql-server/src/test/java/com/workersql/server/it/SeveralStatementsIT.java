// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several statements in one text: what a client gets is what a server would have answered. */
class SeveralStatementsIT {
    private static final String MARIADB =
            "jdbc:mariadb://127.0.0.1:%d/acme?sslMode=disable&allowPublicKeyRetrieval=true";
    private static final String MYSQL = "jdbc:mysql://127.0.0.1:%d/acme?sslMode=DISABLED&allowPublicKeyRetrieval=true";
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
        try (var acme = connect(MARIADB, true)) {
            results(acme, "DROP TABLE IF EXISTS several; CREATE TABLE several (id INT PRIMARY KEY, v VARCHAR(40))");
        }
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static Connection connect(String url, boolean several) throws SQLException {
        String text = String.format(url, fleet.gateway().mysqlAddress().getPort()) + "&allowMultiQueries=" + several;
        return DriverManager.getConnection(text, "acme", fleet.password("acme"));
    }

    /** Each result as text: its rows, or the number of rows that were changed. */
    private static List<String> results(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            List<String> results = new ArrayList<>();
            boolean rows = statement.execute(sql);
            while (rows || statement.getUpdateCount() >= 0) {
                results.add(rows ? text(statement) : "changed " + statement.getUpdateCount());
                rows = statement.getMoreResults();
            }
            return results;
        }
    }

    private static String text(Statement statement) throws SQLException {
        StringBuilder text = new StringBuilder();
        try (var set = statement.getResultSet()) {
            while (set.next()) {
                for (int i = 1; i <= set.getMetaData().getColumnCount(); i++) {
                    text.append(text.isEmpty() ? "" : ",").append(set.getString(i));
                }
            }
        }
        return text.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {MARIADB, MYSQL})
    void resultsComeOneBehindTheOther(String url) throws SQLException {
        try (var acme = connect(url, true)) {
            assertThat(results(
                            acme,
                            "DELETE FROM several; INSERT INTO several VALUES (1, 'a;b'), (2, 'c');"
                                    + " SELECT id, v FROM several ORDER BY id; UPDATE several SET v = 'd' WHERE id = 2;"
                                    + " SELECT v FROM several WHERE id = 2 -- the end"))
                    .hasSize(5)
                    .endsWith("changed 2", "1,a;b,2,c", "changed 1", "d");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {MARIADB, MYSQL})
    void whatOneStatementSetsHoldsForTheNext(String url) throws SQLException {
        try (var acme = connect(url, true)) {
            assertThat(results(
                            acme,
                            "SET @a = 5, sql_mode = 'ANSI_QUOTES'; SELECT @a, \"v\" FROM (SELECT 7 AS \"v\") AS x;"
                                    + " SET sql_mode = DEFAULT; SELECT \"v\"; SELECT CONNECTION_ID() > 0"))
                    .containsExactly("changed 0", "5,7", "changed 0", "v", "1");
            assertThat(
                            results(
                                    acme,
                                    "BEGIN; DELETE FROM several; INSERT INTO several VALUES (9, 'x'); ROLLBACK; SELECT COUNT(*) FROM several WHERE id = 9"))
                    .endsWith("changed 0", "0");
            assertThat(results(
                            acme,
                            "CREATE TEMPORARY TABLE mine (a INT); INSERT INTO mine VALUES (3); SELECT a FROM mine"))
                    .containsExactly("changed 0", "changed 1", "3");
            assertThat(results(acme, "SELECT a FROM mine")).containsExactly("3");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {MARIADB, MYSQL})
    void behindAnErrorNothingIsRun(String url) throws SQLException {
        for (String sql : List.of(
                "INSERT INTO several VALUES (50, 'one'); SELECT * FROM no_such_table; INSERT INTO several VALUES (51, 'x')",
                "COMMIT; INSERT INTO several VALUES (50, 'one'); SELECT * FROM no_such_table; INSERT INTO several VALUES (51, 'x')",
                "COMMIT; INSERT INTO several VALUES (50, 'one'); SELECT * FROM globex.t; INSERT INTO several VALUES (51, 'x')")) {
            try (var acme = connect(url, true)) {
                results(acme, "DELETE FROM several WHERE id IN (50, 51)");
                assertThatThrownBy(() -> results(acme, sql)).isInstanceOf(SQLException.class);
                assertThat(results(acme, "SELECT id FROM several WHERE id IN (50, 51)"))
                        .containsExactly("50");
            }
        }
    }

    @Test
    void anotherTenantsTableIsDeniedAtAnyPlace() throws SQLException {
        try (var acme = connect(MARIADB, true)) {
            for (String sql : List.of(
                    "SELECT * FROM globex.t; SELECT 1",
                    "SELECT 1; SELECT * FROM globex.t",
                    "SET @a = 1; SELECT * FROM globex.t",
                    "SET sql_mode = 'NO_BACKSLASH_ESCAPES'; SELECT '\\'; SELECT * FROM globex.t -- '")) {
                assertThatThrownBy(() -> results(acme, sql))
                        .as(sql)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getErrorCode()).isEqualTo(1142));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {MARIADB, MYSQL})
    void aClientThatDidNotAskForItHasASyntaxError(String url) throws SQLException {
        try (var acme = connect(url, false)) {
            assertThatThrownBy(() -> results(acme, "SELECT 1; SELECT 2"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1064));
            assertThat(results(acme, "SELECT 1;")).containsExactly("1");
        }
    }

    @Test
    void aDriverThatTogglesTheOptionIsUnderstood() throws SQLException {
        String url = MYSQL + "&rewriteBatchedStatements=true";
        try (var acme = connect(url, false);
                var statement = acme.createStatement()) {
            statement.execute("DELETE FROM several");
            for (int i = 0; i < 10; i++) {
                statement.addBatch("INSERT INTO several VALUES (" + i + ", 'batch')");
            }
            statement.executeBatch();
            assertThat(results(acme, "SELECT COUNT(*) FROM several")).containsExactly("10");
            assertThatThrownBy(() -> results(acme, "SELECT 1; SELECT 2")).isInstanceOf(SQLException.class);
        }
    }

    @Test
    void thousandsOfStatementsAndAMegabyteOfRowsPass() throws SQLException {
        try (var acme = connect(MARIADB, true)) {
            assertThat(results(acme, "COMMIT;".repeat(3_000) + "SELECT REPEAT('x', 1000000); COMMIT; SELECT 1"))
                    .hasSize(3_003)
                    .endsWith("changed 0", "1");
        }
    }
}
