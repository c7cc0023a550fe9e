// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Statements at random: what changes a session's state, and what shows it. */
final class SessionTexts {
    private final Random random;
    private final String table;
    private final boolean mariaDb;

    /**
     * @param table the session's own; its name begins the names of its other tables
     */
    SessionTexts(Random random, String table, boolean mariaDb) {
        this.random = random;
        this.table = table;
        this.mariaDb = mariaDb;
    }

    String look() {
        return pick(
                "SELECT @@sql_mode, @@time_zone, @@autocommit",
                "SELECT @@character_set_client, @@character_set_connection, @@character_set_results, @@collation_connection",
                mariaDb ? "SELECT @@tx_isolation, @@tx_read_only" : "SELECT @@transaction_isolation",
                "SELECT @@group_concat_max_len, @@sql_select_limit, @@foreign_key_checks, @@unique_checks",
                "SHOW VARIABLES LIKE 'sql_mode'",
                "SHOW VARIABLES LIKE 'lock_wait_timeout'",
                "SELECT @@lock_wait_timeout, @@net_write_timeout, @@div_precision_increment",
                "SELECT DATABASE()",
                "SELECT DATABASE() AS d, 1",
                "SELECT UPPER('x'), 'a' || 'b', \"c\"",
                "SELECT 'a\\\\b'",
                "SELECT CHARSET('x'), COLLATION('x')");
    }

    String assign() {
        return pick(
                "SET sql_mode = ''",
                "SET sql_mode = 'ANSI_QUOTES'",
                "SET sql_mode = 'NO_BACKSLASH_ESCAPES,STRICT_TRANS_TABLES'",
                "SET sql_mode = DEFAULT",
                "SET SESSION sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT')",
                "SET @@session.time_zone = '+0" + random.nextInt(10) + ":00'",
                "SET time_zone = 'SYSTEM'",
                "SET NAMES utf8mb4",
                "SET NAMES latin1",
                "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
                "SET CHARACTER SET latin1",
                "SET CHARACTER SET DEFAULT",
                "SET character_set_results = NULL",
                "SET collation_connection = utf8mb4_general_ci",
                "SET group_concat_max_len = " + (1000 + random.nextInt(3)),
                "SET group_concat_max_len = DEFAULT, sql_select_limit = 100",
                "SET sql_select_limit = " + pick("2", "1000", "DEFAULT"),
                "SET foreign_key_checks = " + random.nextInt(2),
                "SET unique_checks = OFF",
                "SET unique_checks = ON",
                "SET lock_wait_timeout = 50 + " + random.nextInt(5),
                "SET div_precision_increment = " + random.nextInt(6),
                "SET net_write_timeout = @@net_write_timeout + 1",
                "SET SESSION TRANSACTION ISOLATION LEVEL " + isolation(),
                "SET SESSION TRANSACTION READ " + pick("ONLY", "WRITE", "WRITE"),
                mariaDb ? "SET tx_isolation = 'READ-COMMITTED'" : "SET transaction_isolation = 'READ-COMMITTED'",
                "SET autocommit = 1");
    }

    /** What a client wants to be told of its session, once it is told anything. */
    String track() {
        return pick(
                "SET session_track_schema = " + pick("ON", "OFF"),
                "SET session_track_state_change = " + pick("1", "0"),
                "SET session_track_system_variables = 'sql_mode,time_zone,autocommit,lock_wait_timeout'",
                "SET session_track_system_variables = DEFAULT",
                "SET sql_select_limit = 50, session_track_system_variables = CONCAT(@@global.session_track_system_variables,"
                        + " ',sql_mode')",
                "SET session_track_transaction_info = " + pick("'STATE'", "'CHARACTERISTICS'", "'OFF'"),
                "SET session_track_schema = 'perhaps'",
                "USE acme");
    }

    String isolation() {
        return pick("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "READ UNCOMMITTED");
    }

    String userVariable() {
        return pick(
                "SET @a = " + random.nextInt(5),
                "SET @b = " + random.nextInt(5) + "e3",
                "SET @a = NULL",
                "SET @c = -1.5, @a = 7",
                "SET @b := TRUE",
                "SELECT @a + 1, CHARSET(@b)",
                "SELECT @never_set");
    }

    String write() {
        int n = random.nextInt(40);
        return pick(
                "INSERT INTO " + table + " (v) VALUES ('x" + n + "')",
                "INSERT INTO " + table + " (v) VALUES ('y'), ('z')",
                "INSERT INTO " + table + " (v, n) VALUES ('u', " + n + ") ON DUPLICATE KEY UPDATE v = 'dup'",
                "INSERT INTO " + table + " (v, n) VALUES ('u', " + n
                        + ") ON DUPLICATE KEY UPDATE id = LAST_INSERT_ID(id), v = 'again'",
                "INSERT INTO " + table + " (id, v) VALUES (" + (10_000 + n) + ", 'explicit')",
                "INSERT IGNORE INTO " + table + " (v, n) VALUES ('ig', " + n + ")",
                "REPLACE INTO " + table + " (v, n) VALUES ('rep', " + n + ")",
                "UPDATE " + table + " SET v = 'up" + n % 3 + "' WHERE id % 3 = " + n % 3,
                "UPDATE " + table + " SET n = n",
                "UPDATE " + table + " SET id = LAST_INSERT_ID(id) WHERE n = 1",
                "DELETE FROM " + table + " WHERE id > 10 AND id % 4 = " + n % 4,
                "DELETE FROM " + table + " WHERE id >= 10000",
                "INSERT INTO " + table + "_aux SELECT LAST_INSERT_ID() + 100000, 'l' ON DUPLICATE KEY UPDATE v = 'd'",
                "INSERT INTO " + table + "_aux VALUES (ROW_COUNT() + 5, 'r') ON DUPLICATE KEY UPDATE v = 'e'");
    }

    String figures() {
        return pick(
                "SELECT LAST_INSERT_ID()",
                "SELECT ROW_COUNT()",
                "SELECT FOUND_ROWS()",
                "SELECT LAST_INSERT_ID(), ROW_COUNT(), FOUND_ROWS()",
                "SELECT LAST_INSERT_ID() + 0, 1",
                "SELECT ROW_COUNT() + 1",
                "SELECT FOUND_ROWS() * 2 AS twice, FOUND_ROWS() + 1",
                "SELECT ROW_COUNT() AS changed",
                "SELECT v FROM " + table + " WHERE id = LAST_INSERT_ID()",
                "SELECT @@last_insert_id, @@identity",
                "SELECT LAST_INSERT_ID(" + (100 + random.nextInt(50)) + ")",
                "SELECT COUNT(*) FROM " + table + " WHERE n <= ROW_COUNT() + 3",
                "DO LAST_INSERT_ID(" + (200 + random.nextInt(50)) + ")");
    }

    String read() {
        return pick(
                "SELECT * FROM " + table + " ORDER BY id LIMIT 4",
                "SELECT id FROM " + table + " WHERE n = 1",
                "SELECT COUNT(*), MAX(id) FROM " + table,
                "SELECT 1 UNION SELECT 2",
                "SELECT v FROM " + table + " WHERE 1 = 0",
                "(SELECT 1) UNION ALL (SELECT 2) LIMIT 1",
                "SELECT v, COUNT(*) FROM " + table + " GROUP BY v ORDER BY v LIMIT 2",
                "SHOW TABLES LIKE '" + table + "'",
                "SHOW COLUMNS FROM " + table,
                "EXPLAIN SELECT 1",
                "DO 1");
    }

    String warn() {
        return pick(
                "SELECT 1 / 0",
                "SELECT CAST('abc' AS SIGNED)",
                "DROP TABLE IF EXISTS no_such_table",
                "INSERT IGNORE INTO " + table + "_aux VALUES (1, 'much too long')",
                "SELECT CAST('1x' AS SIGNED), CAST('2y' AS SIGNED)",
                "CREATE TABLE IF NOT EXISTS " + table + " (id INT)");
    }

    String diagnostics() {
        return pick(
                "SHOW WARNINGS",
                "SHOW WARNINGS LIMIT 1",
                "SHOW ERRORS",
                "SHOW COUNT(*) WARNINGS",
                "SHOW COUNT(*) ERRORS",
                "SELECT @@warning_count",
                "SELECT @@error_count + 1",
                mixture());
    }

    /** Several of what tells of the statement before, in one. */
    private String mixture() {
        var all = new ArrayList<>(List.of("ROW_COUNT()", "FOUND_ROWS()", "@@error_count", "@@warning_count"));
        Collections.shuffle(all, random);
        return "SELECT " + String.join(", ", all.subList(0, 2 + random.nextInt(3)));
    }

    String mistake() {
        return pick(
                "SELECT no_such_column FROM " + table,
                "INSERT INTO " + table + "_aux VALUES (1, 'a'), (1, 'b')",
                "SELECT * FROM no_such_table_here",
                "SET sql_mode = 'NO_SUCH_MODE'",
                "SET no_such_variable = 1",
                "INSERT INTO " + table + " (id, v) SELECT id, v FROM " + table,
                "SET group_concat_max_len = 2000, no_such_variable = 2",
                "SELECT 1 FROM",
                "SET NAMES no_such_charset");
    }

    String define() {
        return pick(
                "TRUNCATE TABLE " + table + "_aux",
                "ALTER TABLE " + table + "_aux ADD COLUMN w INT DEFAULT 5",
                "ALTER TABLE " + table + "_aux DROP COLUMN w",
                "ANALYZE TABLE " + table + "_aux",
                "DROP TABLE IF EXISTS " + table + "_more",
                "CREATE TABLE " + table + "_more (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 50",
                "INSERT INTO " + table + "_more VALUES (), ()");
    }

    String foundRows() {
        return pick(
                "SELECT id FROM " + table + " ORDER BY id LIMIT 2",
                "SELECT FOUND_ROWS()",
                "SELECT SQL_CALC_FOUND_ROWS id FROM " + table + " ORDER BY id LIMIT 1",
                "SELECT id FROM " + table + " ORDER BY id LIMIT 1, 2",
                "SELECT id FROM " + table + " LIMIT 2 OFFSET 100",
                "SELECT id FROM " + table + " UNION ALL SELECT 7 LIMIT 3",
                "DELETE a FROM " + table + "_aux a JOIN " + table + " b ON a.id = b.id WHERE b.n = 39",
                "UPDATE " + table + " SET n = n WHERE id = 1000000",
                "SELECT (SELECT id FROM " + table + " WHERE id < 4), 1",
                "SELECT id, 18446744073709551615 + id FROM " + table,
                "USE acme");
    }

    @SafeVarargs
    final <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
