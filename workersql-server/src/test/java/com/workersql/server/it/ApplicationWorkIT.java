// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What applications, their migrations and the tools of their developers ask is answered as the shard itself answers it. */
class ApplicationWorkIT {
    private static final int BLOB_BYTES = 5 << 20;

    private static final List<String> LEFT_BEHIND =
            List.of("DROP VIEW IF EXISTS app_open", "DROP TABLE IF EXISTS app_files, app_orders, app_customers");

    /** Each finds the schema as the ones before have left it. */
    private static final List<String> MIGRATIONS = List.of(
            "CREATE TABLE app_customers (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(80) NOT NULL,"
                    + " email VARCHAR(120) DEFAULT NULL, born DATE, seen TIMESTAMP NULL, UNIQUE KEY email (email))"
                    + " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci COMMENT='who buys'",
            "CREATE TABLE app_orders (id INT NOT NULL AUTO_INCREMENT, customer BIGINT UNSIGNED NOT NULL, state ENUM('open','done')"
                    + " NOT NULL DEFAULT 'open', total DECIMAL(12,2) NOT NULL DEFAULT 0, data JSON, file LONGBLOB, PRIMARY KEY (id),"
                    + " KEY by_customer (customer, state), CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES"
                    + " app_customers (id) ON DELETE CASCADE) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
            "ALTER TABLE app_orders ADD COLUMN placed DATETIME(3) NULL AFTER state, ADD INDEX by_placed (placed)",
            "ALTER TABLE app_orders MODIFY total DECIMAL(14,2) NOT NULL DEFAULT 0 COMMENT 'with tax'",
            "CREATE INDEX by_name ON app_customers (name(10))",
            "CREATE VIEW app_open AS SELECT id, customer FROM app_orders WHERE state = 'open'",
            "INSERT INTO app_customers (id, name, email) VALUES (18446744073709551615, 'the last \uD83D\uDE00', NULL)",
            "INSERT INTO app_customers (id, name, born) VALUES (1, 'Zo\u00EB', '1970-01-02'), (2, '\u65E5\u672C', NULL)",
            "INSERT INTO app_customers (id, name) VALUES (1, 'again')",
            "SELECT * FROM app_customers ORDER BY id",
            "SELECT MAX(id) + 1 FROM app_customers",
            "SET time_zone = '+05:30'",
            "UPDATE app_customers SET seen = '2024-03-01 12:00:00' WHERE id = 1",
            "SET time_zone = '-03:00'",
            "SELECT seen, UNIX_TIMESTAMP(seen) FROM app_customers WHERE id = 1",
            "SET time_zone = DEFAULT",
            "INSERT INTO app_orders (customer, data) VALUES (1, '{\"a\": [1, null]}'), (2, NULL)",
            "INSERT INTO app_orders (customer) VALUES (77)",
            "SELECT id, customer, state, placed, total, JSON_EXTRACT(data, '$.a') FROM app_orders ORDER BY id",
            "SELECT * FROM app_open ORDER BY id",
            "DELETE FROM app_customers WHERE id = 2",
            "SELECT COUNT(*) FROM app_orders",
            "SELECT no_such FROM app_orders",
            "SELECT * FROM app_no_such",
            "TRUNCATE TABLE app_customers");

    /** Of drivers when they connect, of command lines, of tools with trees of tables. */
    private static final List<String> QUESTIONS = List.of(
            "SELECT DATABASE(), SCHEMA(), @@version_comment, @@autocommit, @@tx_isolation IS NULL",
            "SELECT @@session.auto_increment_increment, @@character_set_client, @@character_set_connection,"
                    + " @@character_set_results, @@collation_connection, @@init_connect, @@interactive_timeout,"
                    + " @@lower_case_table_names, @@max_allowed_packet, @@net_write_timeout, @@wait_timeout",
            "SHOW TABLES",
            "SHOW FULL TABLES WHERE Table_type = 'VIEW'",
            "SHOW TABLES FROM acme LIKE 'app%'",
            "SHOW CREATE TABLE app_orders",
            "SHOW CREATE VIEW app_open",
            "SHOW CREATE DATABASE acme",
            "SHOW FULL COLUMNS FROM app_customers",
            "SHOW COLUMNS FROM app_orders LIKE 's%'",
            "DESCRIBE app_customers",
            "DESC app_customers name",
            "SHOW VARIABLES LIKE 'version%'",
            "SHOW VARIABLES WHERE Variable_name IN ('lower_case_table_names', 'character_set_server')",
            "SHOW SESSION VARIABLES LIKE 'collation%'",
            "SHOW GLOBAL VARIABLES LIKE 'innodb_page_size'",
            "SHOW COLLATION LIKE 'utf8mb4_gen%'",
            "SHOW COLLATION WHERE Charset = 'latin1'",
            "SHOW CHARACTER SET LIKE 'utf8%'",
            "SHOW CHARSET LIKE 'latin1'",
            "SHOW ENGINES",
            "SHOW PLUGINS",
            "SHOW DATABASES",
            "SHOW SCHEMAS LIKE 'acme'",
            "SHOW TRIGGERS",
            "SHOW EVENTS",
            "SHOW PROCEDURE STATUS WHERE Db = 'acme'",
            "SHOW FUNCTION STATUS WHERE Db = 'acme'",
            "SHOW TABLE STATUS LIKE 'app_open'",
            "SHOW WARNINGS",
            "SHOW ERRORS",
            "SHOW PRIVILEGES",
            "CHECKSUM TABLE app_orders",
            "ANALYZE TABLE app_orders",
            "SELECT SCHEMA_NAME, DEFAULT_CHARACTER_SET_NAME FROM information_schema.SCHEMATA ORDER BY 1",
            "SELECT TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COLLATION, TABLE_COMMENT FROM information_schema.TABLES"
                    + " WHERE TABLE_SCHEMA = DATABASE() ORDER BY 1",
            "SELECT TABLE_NAME, COLUMN_NAME, ORDINAL_POSITION, COLUMN_DEFAULT, IS_NULLABLE, COLUMN_TYPE, EXTRA FROM"
                    + " information_schema.COLUMNS WHERE TABLE_SCHEMA = 'acme' AND TABLE_NAME LIKE 'app%' ORDER BY 1, 3",
            "SELECT INDEX_NAME, SEQ_IN_INDEX, COLUMN_NAME, NON_UNIQUE FROM information_schema.STATISTICS"
                    + " WHERE TABLE_SCHEMA = 'acme' AND TABLE_NAME = 'app_orders' ORDER BY 1, 2",
            "SELECT CONSTRAINT_NAME, COLUMN_NAME, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM"
                    + " information_schema.KEY_COLUMN_USAGE WHERE TABLE_SCHEMA = 'acme' AND TABLE_NAME = 'app_orders' ORDER BY 1, 2",
            "SELECT CONSTRAINT_NAME, UPDATE_RULE, DELETE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS"
                    + " WHERE CONSTRAINT_SCHEMA = 'acme' ORDER BY 1",
            "SELECT CHARACTER_SET_NAME FROM information_schema.CHARACTER_SETS ORDER BY 1",
            "SELECT ENGINE, SUPPORT FROM information_schema.ENGINES ORDER BY 1",
            "SELECT ROUTINE_NAME FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'acme'",
            "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 'acme'",
            "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'mysql' AND TABLE_NAME = 'user'",
            "USE acme");

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        assumeThat(Fleet.isMySql()).as("held against MariaDB, word for word").isFalse();
        fleet = Fleet.start();
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    /** What a step gave on either side. */
    private interface Work {
        Map<String, String> on(Connection connection) throws SQLException;
    }

    private static void assertSame(Driver driver, Work work) throws SQLException {
        Map<String, String> direct;
        try (var connection = fleet.direct(driver, "acme")) {
            direct = work.on(connection);
        }
        try (var connection = fleet.connect(driver, "acme")) {
            var differing = new ArrayList<String>();
            work.on(connection).forEach((step, answer) -> {
                if (!answer.equals(direct.get(step))) {
                    differing.add(step + "\n  gateway: " + answer + "\n  server:  " + direct.get(step));
                }
            });
            assertThat(differing).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MYSQL_TEXT", "MARIADB_PREPARED"})
    void migrationsAndTheQuestionsOfToolsAreAnsweredAsByTheServer(Driver driver) throws SQLException {
        assertSame(driver, connection -> {
            var answers = new LinkedHashMap<String, String>();
            try (var statement = connection.createStatement()) {
                for (String sql : LEFT_BEHIND) {
                    statement.execute(sql);
                }
                for (String sql : MIGRATIONS) {
                    answers.put(sql, answer(statement, sql));
                }
                for (String sql : QUESTIONS) {
                    answers.put(sql, answer(statement, sql));
                }
            }
            return answers;
        });
    }

    private interface Question {
        Object ask(DatabaseMetaData metadata) throws SQLException;
    }

    @ParameterizedTest
    @EnumSource(names = {"MYSQL_TEXT", "MARIADB_PREPARED"})
    void metadataOfDriversAreThoseOfTheServer(Driver driver) throws SQLException {
        try (var connection = fleet.direct(driver, "acme");
                var statement = connection.createStatement()) {
            for (String sql : LEFT_BEHIND) {
                statement.execute(sql);
            }
            for (String sql : MIGRATIONS) {
                answer(statement, sql);
            }
        }
        var questions = new LinkedHashMap<String, Question>();
        questions.put("product", d -> d.getDatabaseProductName() + " " + d.getDatabaseMajorVersion());
        questions.put("keywords", DatabaseMetaData::getSQLKeywords);
        questions.put("functions", d -> d.getStringFunctions() + d.getNumericFunctions() + d.getTimeDateFunctions());
        questions.put("catalogs", DatabaseMetaData::getCatalogs);
        questions.put("schemas", DatabaseMetaData::getSchemas);
        questions.put("table types", DatabaseMetaData::getTableTypes);
        questions.put("type info", DatabaseMetaData::getTypeInfo);
        questions.put("tables", d -> d.getTables("acme", null, "app%", null));
        questions.put("views", d -> d.getTables("acme", null, "%", new String[] {"VIEW"}));
        questions.put("columns", d -> d.getColumns("acme", null, "app%", "%"));
        questions.put("primary keys", d -> d.getPrimaryKeys("acme", null, "app_orders"));
        questions.put("imported keys", d -> d.getImportedKeys("acme", null, "app_orders"));
        questions.put("exported keys", d -> d.getExportedKeys("acme", null, "app_customers"));
        questions.put(
                "cross reference", d -> d.getCrossReference("acme", null, "app_customers", "acme", null, "app_orders"));
        questions.put("indexes", d -> d.getIndexInfo("acme", null, "app_customers", true, true));
        questions.put("row identifier", d -> d.getBestRowIdentifier("acme", null, "app_orders", 0, true));
        questions.put("version columns", d -> d.getVersionColumns("acme", null, "app_orders"));
        questions.put("procedures", d -> d.getProcedures("acme", null, "%"));
        questions.put("routines", d -> d.getFunctions("acme", null, "%"));
        assertSame(driver, connection -> {
            var answers = new LinkedHashMap<String, String>();
            for (var question : questions.entrySet()) {
                answers.put(question.getKey(), answer(question.getValue(), connection.getMetaData()));
            }
            return answers;
        });
    }

    private static String answer(Question question, DatabaseMetaData metadata) {
        try {
            var answer = question.ask(metadata);
            // Drivers do not say in which order some of it comes.
            return answer instanceof ResultSet rows
                    ? rows(rows).lines().sorted().toList().toString()
                    : String.valueOf(answer);
        } catch (SQLException e) {
            // MySQL's driver asks some of it in a way that MariaDB does not understand.
            return error(e);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MYSQL_TEXT", "MARIADB_PREPARED"})
    void largeValuesBatchesAndKeysAreThoseOfTheServer(Driver driver) throws SQLException {
        assertSame(driver, connection -> {
            var answers = new LinkedHashMap<String, String>();
            try (var statement = connection.createStatement()) {
                statement.execute("DROP TABLE IF EXISTS app_files");
                answers.put(
                        "create",
                        answer(
                                statement,
                                "CREATE TABLE app_files (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40), body LONGBLOB,"
                                        + " big BIGINT UNSIGNED)"));
                var body = new byte[BLOB_BYTES];
                for (int i = 0; i < body.length; i++) {
                    body[i] = (byte) ((i * 31) >> 3);
                }
                connection.setAutoCommit(false);
                try (var insert = connection.prepareStatement(
                        "INSERT INTO app_files (name, body, big) VALUES (?, ?, ?)", Statement.RETURN_GENERATED_KEYS)) {
                    insert.setString(1, "large");
                    insert.setBytes(2, body);
                    insert.setString(3, "18446744073709551615");
                    answers.put("large", insert.executeUpdate() + rows(insert.getGeneratedKeys()));
                    for (int i = 0; i < 50; i++) {
                        insert.setString(1, "n\uD83D\uDE00" + i);
                        insert.setBytes(2, i % 2 == 0 ? null : new byte[] {0, (byte) i, '\\'});
                        insert.setObject(3, i % 3 == 0 ? null : (Object) (long) i);
                        insert.addBatch();
                    }
                    answers.put("batch", Arrays.toString(insert.executeBatch()) + rows(insert.getGeneratedKeys()));
                }
                connection.commit();
                connection.setAutoCommit(true);
                answers.put("md5", answer(statement, "SELECT id, MD5(body), LENGTH(body), big, name FROM app_files"));
                try (var select = connection.prepareStatement("SELECT body, big FROM app_files WHERE id = ?")) {
                    select.setInt(1, 1);
                    try (var rows = select.executeQuery()) {
                        rows.next();
                        answers.put("read", Arrays.equals(rows.getBytes(1), body) + " " + rows.getObject(2));
                    }
                }
            }
            return answers;
        });
    }

    /** Whatever a text gave: rows with their columns, counts and warnings, or the error. */
    private static String answer(Statement statement, String sql) {
        var answer = new StringBuilder();
        try {
            boolean hasRows = statement.execute(sql);
            answer.append(hasRows ? rows(statement.getResultSet()) : "count " + statement.getUpdateCount());
            for (var warning = statement.getWarnings(); warning != null; warning = warning.getNextWarning()) {
                answer.append(" warning ").append(warning.getErrorCode()).append(warning.getMessage());
            }
        } catch (SQLException e) {
            return error(e);
        }
        return answer.toString();
    }

    private static String error(SQLException e) {
        // Each connection has its own number.
        String message = e.getMessage().replaceAll("\\(conn=\\d+\\) ", "");
        return e.getErrorCode() + " " + e.getSQLState() + " " + message;
    }

    private static String rows(ResultSet rows) throws SQLException {
        var text = new StringBuilder();
        try (rows) {
            var columns = rows.getMetaData();
            for (int i = 1; i <= columns.getColumnCount(); i++) {
                text.append(columns.getColumnLabel(i))
                        .append(':')
                        .append(columns.getColumnTypeName(i))
                        .append(' ');
            }
            while (rows.next()) {
                text.append("\n    ");
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    text.append(rows.getString(i)).append(" | ");
                }
            }
        }
        return text.toString();
    }
}
