// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.it.CursorTwin.pins;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** MySQL's driver reads by cursors when it is told to, a few rows at a time, with other statements in between. */
class CursorDriversIT {
    private static final int ROWS = 1_000;
    private static final String OPTIONS =
            "?sslMode=DISABLED&allowPublicKeyRetrieval=true&useCursorFetch=true&defaultFetchSize=7";

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> Fleet.withConnectionsToKeep(config, 2));
        try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme");
                var statement = direct.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS fetched");
            statement.execute("CREATE TABLE fetched (id INT PRIMARY KEY, v VARCHAR(20))");
            try (var insert = direct.prepareStatement("INSERT INTO fetched VALUES (?, ?)")) {
                for (int i = 0; i < ROWS; i++) {
                    insert.setInt(1, i);
                    insert.setString(2, "v" + i);
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mysql://127.0.0.1:" + fleet.gateway().mysqlAddress().getPort() + "/acme" + OPTIONS,
                "acme",
                fleet.password("acme"));
    }

    @Test
    void readsAllRowsAndLetsGoOfTheConnectionBehindTheLast() throws Exception {
        try (var connection = connect();
                var watcher = fleet.connect(Driver.MYSQL_TEXT, "acme")) {
            try (var select = connection.prepareStatement("SELECT id, v FROM fetched WHERE id >= ? ORDER BY id")) {
                for (int from : new int[] {0, 5, ROWS - 1, ROWS}) {
                    select.setInt(1, from);
                    var ids = new ArrayList<Integer>();
                    try (var rows = select.executeQuery()) {
                        if (from == 0) {
                            assertThat(rows.next()).isTrue();
                            ids.add(rows.getInt(1));
                            assertThat(pins(watcher)).containsExactly("OPEN_CURSOR");
                            assertThat(count(connection))
                                    .as("a statement in between")
                                    .isEqualTo(ROWS);
                        }
                        while (rows.next()) {
                            ids.add(rows.getInt(1));
                            assertThat(rows.getString(2)).isEqualTo("v" + rows.getInt(1));
                        }
                    }
                    assertThat(ids).hasSize(ROWS - from);
                }
            }
            assertThat(pins(watcher)).isEmpty();
        }
    }

    @Test
    void lettingGoOfAResultHalfReadLetsGoOfTheConnection() throws Exception {
        try (var connection = connect();
                var watcher = fleet.connect(Driver.MYSQL_TEXT, "acme")) {
            try (var select = connection.prepareStatement("SELECT id FROM fetched ORDER BY id");
                    var rows = select.executeQuery()) {
                assertThat(rows.next()).isTrue();
                assertThat(pins(watcher)).containsExactly("OPEN_CURSOR");
            }
            // The driver closes its statement without waiting; it does not send the next command before.
            count(connection);
            assertThat(pins(watcher)).isEmpty();
        }
    }

    @Test
    void readsInATransactionAndBehindItsEnd() throws Exception {
        try (var connection = connect()) {
            connection.setAutoCommit(false);
            try (var select = connection.prepareStatement("SELECT id FROM fetched ORDER BY id");
                    var update = connection.prepareStatement("UPDATE fetched SET v = CONCAT(v, '') WHERE id = ?");
                    var rows = select.executeQuery()) {
                int read = 0;
                while (rows.next()) {
                    if (++read % 100 == 0) {
                        update.setInt(1, rows.getInt(1));
                        update.executeUpdate();
                        connection.commit();
                    }
                }
                assertThat(read).isEqualTo(ROWS);
            }
        }
    }

    /** MariaDB's driver asks for no cursor: it reads as the rows come, and has all of them come in front of the next statement. */
    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"MARIADB_TEXT", "MARIADB_PREPARED"})
    void mariaDbsDriverStreamsRowsWithStatementsInBetween(Driver driver) throws Exception {
        try (var connection = fleet.connect(driver, "acme");
                var select = connection.prepareStatement("SELECT id, v FROM fetched WHERE id >= ? ORDER BY id")) {
            select.setFetchSize(7);
            for (int from : new int[] {0, ROWS - 8, ROWS}) {
                select.setInt(1, from);
                int next = from;
                try (var rows = select.executeQuery()) {
                    while (rows.next()) {
                        assertThat(rows.getInt(1)).isEqualTo(next);
                        assertThat(rows.getString(2)).isEqualTo("v" + next);
                        if (next++ % 300 == 0) {
                            assertThat(count(connection)).isEqualTo(ROWS);
                        }
                    }
                }
                assertThat(next).isEqualTo(ROWS);
            }
        }
    }

    private static int count(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT COUNT(*) FROM fetched")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
