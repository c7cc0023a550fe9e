// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Drivers that are not ours see through the gateway what they see on the shard itself. */
class MySqlClientsIT {
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    @ParameterizedTest
    @EnumSource
    void readsEveryColumnTypeAsADirectConnectionDoes(Driver driver) throws SQLException {
        List<String> direct;
        try (var connection = fleet.direct(driver, "acme")) {
            AllTypes.create(connection);
            direct = read(connection);
        }
        try (var connection = fleet.connect(driver, "acme")) {
            assertThat(read(connection)).isEqualTo(direct);
        }
    }

    private static List<String> read(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT * FROM all_types WHERE id > ? ORDER BY id")) {
            statement.setInt(1, 0);
            return AllTypes.describe(statement.executeQuery());
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesEveryColumnTypeAsADirectConnectionDoes(Driver driver) throws SQLException {
        try (var connection = fleet.connect(driver, "globex")) {
            AllTypes.create(connection);
            try (var statement = connection.createStatement()) {
                statement.execute("DROP TABLE IF EXISTS copied");
                statement.execute("CREATE TABLE copied LIKE all_types");
            }
            copyByParameters(connection);
            List<String> original;
            List<String> copied;
            try (var statement = connection.createStatement()) {
                original = AllTypes.describe(statement.executeQuery("SELECT * FROM all_types ORDER BY id"));
                copied = AllTypes.describe(statement.executeQuery("SELECT * FROM copied AS all_types ORDER BY id"));
            }
            assertThat(withoutTable(copied)).isEqualTo(withoutTable(original));
        }
    }

    private static List<String> withoutTable(List<String> lines) {
        return lines.stream().map(line -> line.replaceAll(" table=\\S*", "")).toList();
    }

    private static void copyByParameters(Connection connection) throws SQLException {
        try (var select = connection.createStatement();
                var rows = select.executeQuery("SELECT * FROM all_types")) {
            int columns = rows.getMetaData().getColumnCount();
            String marks = "?" + ", ?".repeat(columns - 1);
            try (var insert = connection.prepareStatement("INSERT INTO copied VALUES (" + marks + ")")) {
                while (rows.next()) {
                    for (int i = 1; i <= columns; i++) {
                        String type = rows.getMetaData().getColumnTypeName(i);
                        boolean binary = AllTypes.isBinary(rows.getMetaData(), i) || type.equals("BIT");
                        if (binary) {
                            insert.setBytes(i, rows.getBytes(i));
                        } else {
                            insert.setString(i, rows.getString(i));
                        }
                    }
                    insert.executeUpdate();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void createsReadsUpdatesAndDeletes(Driver driver) throws SQLException {
        try (var connection = fleet.connect(driver, "acme");
                var statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS notes");
            statement.execute("CREATE TABLE notes (id INT PRIMARY KEY AUTO_INCREMENT, body TEXT)");
            try (var insert = connection.prepareStatement("INSERT INTO notes (body) VALUES (?)", 1)) {
                insert.setString(1, "first");
                assertThat(insert.executeUpdate()).isEqualTo(1);
                var keys = insert.getGeneratedKeys();
                assertThat(keys.next()).isTrue();
                assertThat(keys.getInt(1)).isEqualTo(1);
                insert.setString(1, "second");
                insert.executeUpdate();
            }
            assertThat(statement.executeUpdate("UPDATE notes SET body = 'changed' WHERE id = 2"))
                    .isEqualTo(1);
            assertThat(statement.executeUpdate("DELETE FROM notes WHERE id = 1"))
                    .isEqualTo(1);
            var rows = statement.executeQuery("SELECT id, body FROM notes");
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(2);
            assertThat(rows.getString(2)).isEqualTo("changed");
            assertThat(rows.next()).isFalse();
        }
    }

    @ParameterizedTest
    @EnumSource
    void rollsBackAndCommits(Driver driver) throws SQLException {
        try (var connection = fleet.connect(driver, "acme");
                var statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS ledger");
            statement.execute("CREATE TABLE ledger (id INT PRIMARY KEY)");
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO ledger VALUES (1)");
            connection.rollback();
            statement.execute("INSERT INTO ledger VALUES (2)");
            connection.commit();
            var savepoint = connection.setSavepoint("a");
            statement.execute("INSERT INTO ledger VALUES (3)");
            connection.rollback(savepoint);
            connection.commit();
            connection.setAutoCommit(true);
            statement.execute("START TRANSACTION");
            statement.execute("INSERT INTO ledger VALUES (4)");
            statement.execute("ROLLBACK");
            assertThat(ints(connection, "SELECT id FROM ledger ORDER BY id")).containsExactly(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void keepsTenantsApart(Driver driver) throws SQLException {
        for (String tenant : Fleet.TENANTS) {
            try (var connection = fleet.connect(driver, tenant);
                    var statement = connection.createStatement()) {
                statement.execute("DROP TABLE IF EXISTS customers");
                statement.execute("CREATE TABLE customers (name VARCHAR(50))");
                statement.execute("INSERT INTO customers VALUES ('customer of " + tenant + "')");
            }
        }
        for (String tenant : Fleet.TENANTS) {
            String other = tenant.equals("acme") ? "globex" : "acme";
            try (var connection = fleet.connect(driver, tenant);
                    var statement = connection.createStatement()) {
                var rows = statement.executeQuery("SELECT name FROM customers");
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString(1)).isEqualTo("customer of " + tenant);
                assertThat(rows.next()).isFalse();
                assertError(1142, () -> statement.executeQuery("SELECT name FROM " + other + ".customers"));
                assertError(1142, () -> statement.executeQuery("SELECT name FROM " + other + ".no_such_table"));
                assertError(1044, () -> statement.execute("USE " + other));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aForeignSchemaIsDeniedInTheServersWords(Driver driver) throws SQLException {
        try (var connection = fleet.connect(driver, "acme");
                var direct = fleet.direct(driver, "acme")) {
            String account = account(direct);
            for (String schema : List.of("globex", "no_such_schema", "it's")) {
                String sql = "USE `" + schema + "`";
                String expected = plain(error(direct, sql)).replace(account, account(connection));
                assertThat(plain(error(connection, sql))).as(sql).isEqualTo(expected);
                assertThatThrownBy(() -> connection.setCatalog(schema))
                        .isInstanceOfSatisfying(
                                SQLException.class, e -> assertThat(plain(e)).isEqualTo(expected));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void passesTheServersErrorsOn(Driver driver) throws SQLException {
        try (var connection = fleet.connect(driver, "acme");
                var direct = fleet.direct(driver, "acme")) {
            try (var statement = connection.createStatement()) {
                statement.execute("DROP TABLE IF EXISTS once");
                statement.execute("CREATE TABLE once (id INT PRIMARY KEY)");
                statement.execute("INSERT INTO once VALUES (1)");
            }
            for (String sql : List.of(
                    "INSERT INTO once VALUES (1)",
                    "SELECT * FROM no_such_table",
                    "SELEKT 1",
                    "SELECT no_column FROM once")) {
                var expected = error(direct, sql);
                var found = error(connection, sql);
                assertThat(found.getErrorCode()).as(sql).isEqualTo(expected.getErrorCode());
                assertThat(found.getSQLState()).as(sql).isEqualTo(expected.getSQLState());
                assertThat(plain(found)).as(sql).isEqualTo(plain(expected));
            }
        }
    }

    /** The account of a connection, as servers write it in errors. */
    private static String account(Connection connection) throws SQLException {
        return "'" + ShardFixture.value(connection, "SELECT CURRENT_USER()").replace("@", "'@'") + "'";
    }

    /** A driver may put the connection id in front of the server's text. */
    private static String plain(SQLException e) {
        return e.getMessage().replaceAll("\\(conn=\\d+\\) ", "");
    }

    private static SQLException error(Connection connection, String sql) {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            return e;
        }
        throw new AssertionError("no error for " + sql);
    }

    @ParameterizedTest
    @EnumSource
    void answersSessionStateAsItWasSet(Driver driver) throws SQLException {
        try (var connection = fleet.connect(driver, "acme");
                var statement = connection.createStatement()) {
            statement.execute("SET @answer = 42, sql_mode = 'ANSI_QUOTES'");
            statement.execute("SET SESSION group_concat_max_len = 4096");
            var rows = statement.executeQuery("SELECT @answer, @@sql_mode, @@group_concat_max_len, DATABASE()");
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(42);
            assertThat(rows.getString(2)).isEqualTo("ANSI_QUOTES");
            assertThat(rows.getInt(3)).isEqualTo(4096);
            assertThat(rows.getString(4)).isEqualTo("acme");
        }
        try (var connection = fleet.connect(driver, "acme");
                var statement = connection.createStatement()) {
            var rows = statement.executeQuery("SELECT @answer, @@sql_mode, @@group_concat_max_len");
            assertThat(rows.next()).isTrue();
            assertThat(rows.getString(1)).isNull();
            assertThat(rows.getString(2)).isNotEqualTo("ANSI_QUOTES");
            assertThat(rows.getInt(3)).isNotEqualTo(4096);
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamsAHundredThousandRows(Driver driver) throws SQLException {
        try (var connection = fleet.connect(driver, "acme");
                var statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS digits");
            statement.execute("CREATE TABLE digits (d INT)");
            statement.execute("INSERT INTO digits VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)");
            var rows = statement.executeQuery(
                    "SELECT a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d AS n, REPEAT('x', 40)"
                            + " FROM digits a, digits b, digits c, digits d, digits e");
            long sum = 0;
            int count = 0;
            while (rows.next()) {
                sum += rows.getLong(1);
                count++;
            }
            assertThat(count).isEqualTo(100_000);
            assertThat(sum).isEqualTo(99_999L * 100_000 / 2);
        }
    }

    private static List<Integer> ints(Connection connection, String sql) throws SQLException {
        var found = new ArrayList<Integer>();
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                found.add(rows.getInt(1));
            }
        }
        return found;
    }

    private static void assertError(int errno, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .asInstanceOf(InstanceOfAssertFactories.throwable(SQLException.class))
                .extracting(SQLException::getErrorCode)
                .isEqualTo(errno);
    }

    /** A shard may lack bulk execution, or have it: clients are not offered it, and one that tries is told so. */
    @Test
    void extraNoBatchReachesAShardThroughADoorThatDoesNotOfferIt() throws Exception {
        try (var client = fleet.raw(
                "acme", CapabilityFlags.CLIENT_DEPRECATE_EOF | CapabilityFlags.MARIADB_CLIENT_STMT_BULK_OPERATIONS)) {
            assertThat(client.capabilities().has(CapabilityFlags.MARIADB_CLIENT_STMT_BULK_OPERATIONS))
                    .isFalse();
            assertThat(client.command(Command.COM_STMT_BULK_EXECUTE, new byte[] {1, 0, 0, 0, 0, 0})
                            .errno())
                    .isEqualTo(1047);
            assertThat(client.query("SELECT 1").value()).isEqualTo("1");
        }
    }
}
