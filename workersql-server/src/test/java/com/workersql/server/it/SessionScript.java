// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.message.client.StmtExecute;
import com.workersql.protocol.value.ParameterWriter;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * What one session says at random: statements that change its state, and statements that show it. What binds a session to its
 * connection comes in bouts that end with what unbinds it; only as many sessions may be in a bout as can be given a connection of
 * their own.
 */
final class SessionScript {
    /** One operation, said to both twins. */
    interface Step {
        void run(SessionTwin twin) throws IOException;
    }

    private final Random random;
    private final String table;
    private final String lock;
    private final boolean mariaDb;
    private final boolean tracked;
    private final Deque<Step> due = new ArrayDeque<>();
    private final Set<Integer> typed = new HashSet<>();
    private boolean bound;
    private int lastStatement;

    /**
     * @param number makes the names of its table and locks the session's own
     * @param tracked whether its client hears of the session's changes
     */
    SessionScript(long seed, int number, boolean mariaDb, boolean tracked) {
        this.tracked = tracked;
        this.random = new Random(seed * 1_000_003 + number);
        this.table = "diff_" + number;
        this.lock = "lock_" + number;
        this.mariaDb = mariaDb;
    }

    /** Makes the session's table, on both sides. */
    void begin(SessionTwin twin) throws IOException {
        twin.query("DROP TABLE IF EXISTS " + table + ", " + table + "_aux");
        twin.query("CREATE TABLE " + table
                + " (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(20), n INT, UNIQUE KEY (n)) ENGINE=InnoDB");
        twin.query("CREATE TABLE " + table + "_aux (id INT PRIMARY KEY, v VARCHAR(5))");
        twin.query("INSERT INTO " + table + " (v, n) VALUES ('a', 1), ('b', 2), ('c', 3)");
    }

    /** Whether the session is in a bout, in which it may need a connection of its own. */
    boolean isBound() {
        return bound;
    }

    /** Forgets what it was about to say. */
    void startOver() {
        due.clear();
        bound = false;
    }

    /** The next operation; begins a bout only when it may. */
    Step next(boolean mayBind) {
        if (due.isEmpty() && mayBind && random.nextInt(12) == 0) {
            bout();
        }
        var step = due.poll();
        if (step == null) {
            return free();
        }
        if (due.isEmpty()) {
            var last = step;
            return twin -> {
                last.run(twin);
                bound = false;
            };
        }
        return step;
    }

    // ---- what binds nobody

    private Step free() {
        return switch (random.nextInt(25)) {
            case 0, 1, 2, 3 -> sql(look());
            case 4, 5 -> sql(tracked && random.nextInt(8) == 0 ? track() : assign());
            case 6 -> sql(userVariable());
            case 7 -> sql("SELECT @a, @b, @c");
            case 8, 9, 10 -> sql(write());
            case 11, 12 -> sql(figures());
            case 13, 14 -> sql(read());
            case 15 -> sql(warn());
            case 16 -> sql(diagnostics());
            case 17, 18, 19 -> prepared();
            case 20 -> sql(mistake());
            case 21 -> sql(define());
            case 22 -> command();
            case 23 -> uncounted();
            default -> sql(foundRows());
        };
    }

    private String look() {
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

    private String assign() {
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
    private String track() {
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

    private String isolation() {
        return pick("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE", "READ UNCOMMITTED");
    }

    private String userVariable() {
        return pick(
                "SET @a = " + random.nextInt(5),
                "SET @b = " + random.nextInt(5) + "e3",
                "SET @a = NULL",
                "SET @c = -1.5, @a = 7",
                "SET @b := TRUE",
                "SELECT @a + 1, CHARSET(@b)",
                "SELECT @never_set");
    }

    private String write() {
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

    private String figures() {
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

    private String read() {
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

    private String warn() {
        return pick(
                "SELECT 1 / 0",
                "SELECT CAST('abc' AS SIGNED)",
                "DROP TABLE IF EXISTS no_such_table",
                "INSERT IGNORE INTO " + table + "_aux VALUES (1, 'much too long')",
                "SELECT CAST('1x' AS SIGNED), CAST('2y' AS SIGNED)",
                "CREATE TABLE IF NOT EXISTS " + table + " (id INT)");
    }

    private String diagnostics() {
        return pick(
                "SHOW WARNINGS",
                "SHOW WARNINGS LIMIT 1",
                "SHOW ERRORS",
                "SHOW COUNT(*) WARNINGS",
                "SHOW COUNT(*) ERRORS",
                "SELECT @@warning_count",
                "SELECT @@error_count + 1");
    }

    private String mistake() {
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

    private String define() {
        return pick(
                "TRUNCATE TABLE " + table + "_aux",
                "ALTER TABLE " + table + "_aux ADD COLUMN w INT DEFAULT 5",
                "ALTER TABLE " + table + "_aux DROP COLUMN w",
                "ANALYZE TABLE " + table + "_aux",
                "DROP TABLE IF EXISTS " + table + "_more",
                "CREATE TABLE " + table + "_more (id INT AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT = 50",
                "INSERT INTO " + table + "_more VALUES (), ()");
    }

    private String foundRows() {
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

    /** What was found must be the same behind a statement that finds nothing. */
    private Step uncounted() {
        add("SHOW CREATE TABLE " + table, "SELECT FOUND_ROWS()");
        return sql("SELECT id FROM " + table + " ORDER BY id LIMIT " + (2 + random.nextInt(2)));
    }

    private Step command() {
        return switch (random.nextInt(8)) {
            case 0 ->
                twin -> {
                    twin.command("COM_RESET_CONNECTION", Command.COM_RESET_CONNECTION, new byte[0]);
                    twin.statements().clear();
                };
            case 1 -> SessionTwin::changeUser;
            case 2 -> twin -> twin.command("COM_INIT_DB", Command.COM_INIT_DB, "acme".getBytes(StandardCharsets.UTF_8));
            default -> twin -> twin.command("COM_PING", Command.COM_PING, new byte[0]);
        };
    }

    // ---- prepared statements

    private Step prepared() {
        return twin -> {
            int statement = twin.statements().isEmpty() || random.nextInt(6) == 0
                    ? prepare(twin)
                    : new ArrayList<>(twin.statements().keySet())
                            .get(random.nextInt(twin.statements().size()));
            if (!twin.statements().containsKey(statement)) {
                return;
            }
            switch (random.nextInt(12)) {
                case 0 -> close(twin, statement);
                case 1 -> onStatement(twin, statement, "COM_STMT_RESET", Command.COM_STMT_RESET);
                case 2 -> longData(twin, statement);
                case 3 -> execute(twin, statement, false);
                default -> execute(twin, statement, true);
            }
        };
    }

    private int prepare(SessionTwin twin) throws IOException {
        return prepare(
                twin,
                pick(
                        "SELECT ? + 1, LENGTH(?)",
                        "SELECT v FROM " + table + " WHERE id < ? AND v <> ? ORDER BY id LIMIT 3",
                        "INSERT INTO " + table + " (n, v) VALUES (? + 1000000, ?) ON DUPLICATE KEY UPDATE v = 'again'",
                        "UPDATE " + table + " SET v = 'p' WHERE id = ? OR v = ?",
                        "SELECT * FROM " + table + "_aux WHERE id < ? OR v = ? ORDER BY id LIMIT 2",
                        "SELECT LAST_INSERT_ID(), ? + 1, LENGTH(?)",
                        "SELECT ROW_COUNT() + ?, FOUND_ROWS(), LENGTH(?)",
                        // MySQL keeps the connection for such a one: there it belongs into a bout.
                        mariaDb ? "SELECT @a, ? + 1, LENGTH(?)" : "SELECT ? + 2, LENGTH(?)",
                        "SELECT no_such_column + ? FROM " + table + " WHERE v = ?"));
    }

    private int prepare(SessionTwin twin, String text) throws IOException {
        int number = ++lastStatement;
        var ids = new int[2];
        var reply = twin.both("prepare #" + number + ": " + text, (client, side) -> {
            var prepared = client.command(Command.COM_STMT_PREPARE, text.getBytes(StandardCharsets.UTF_8));
            if (prepared.isError()) {
                return prepared;
            }
            ids[side] = prepared.statementId();
            return prepared.withoutStatementId();
        });
        if (!reply.isError()) {
            twin.statements().put(number, ids);
        }
        return number;
    }

    private void execute(SessionTwin twin, int statement, boolean withTypes) throws IOException {
        long first = random.nextInt(20);
        String second = "s" + random.nextInt(3);
        boolean isNull = random.nextInt(8) == 0;
        // Servers need the types once; what they do without is not defined, and can be their end.
        boolean sendsTypes = withTypes || isNull || !typed.contains(statement);
        typed.add(statement);
        twin.both("execute #" + statement + " " + first + ", " + (isNull ? null : second), (client, side) -> {
            var out = Unpooled.buffer();
            var writer = new ParameterWriter()
                    .begin(out, twin.statements().get(statement)[side], 0, 2, List.of(), CapabilityFlags.NONE);
            writer.addLong(first);
            if (isNull) {
                writer.addNull();
            } else {
                writer.addText(second);
            }
            writer.end();
            byte[] payload = ByteBufUtil.getBytes(out, 1, out.readableBytes() - 1);
            return client.command(Command.COM_STMT_EXECUTE, sendsTypes ? payload : withoutTypes(payload));
        });
    }

    /** The server has to remember the types of the execution before. */
    private static byte[] withoutTypes(byte[] payload) {
        int bound = StmtExecute.STATEMENT_ID_OFFSET - 1 + 4 + 1 + 4 + 1;
        byte[] shorter = new byte[payload.length - 4];
        System.arraycopy(payload, 0, shorter, 0, bound);
        shorter[bound] = 0;
        System.arraycopy(payload, bound + 5, shorter, bound + 1, payload.length - bound - 5);
        return shorter;
    }

    private void longData(SessionTwin twin, int statement) throws IOException {
        typed.add(statement);
        twin.both("long data for #" + statement, (client, side) -> {
            var out = Unpooled.buffer()
                    .writeIntLE(twin.statements().get(statement)[side])
                    .writeShortLE(1)
                    .writeBytes(new byte[] {'b', '1'});
            return client.command(Command.COM_STMT_SEND_LONG_DATA, ByteBufUtil.getBytes(out));
        });
        twin.both("execute #" + statement + " with long data", (client, side) -> {
            var out = Unpooled.buffer()
                    .writeIntLE(twin.statements().get(statement)[side])
                    .writeByte(0)
                    .writeIntLE(1)
                    .writeByte(0)
                    .writeByte(1)
                    .writeShortLE(8)
                    .writeShortLE(0xFC)
                    .writeLongLE(3);
            return client.command(Command.COM_STMT_EXECUTE, ByteBufUtil.getBytes(out));
        });
    }

    private void close(SessionTwin twin, int statement) throws IOException {
        onStatement(twin, statement, "COM_STMT_CLOSE", Command.COM_STMT_CLOSE);
        twin.statements().remove(statement);
    }

    private static void onStatement(SessionTwin twin, int statement, String what, int code) throws IOException {
        twin.both(
                what + " #" + statement,
                (client, side) -> client.command(
                        code,
                        ByteBufUtil.getBytes(
                                Unpooled.buffer().writeIntLE(twin.statements().get(statement)[side]))));
    }

    // ---- what binds

    private void bout() {
        bound = true;
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> transaction();
            case 9 -> preparedVariable();
            case 3 -> temporaryTable();
            case 4 -> locks();
            case 5 -> tableLocks();
            case 6 -> handler();
            case 7 -> textPrepared();
            default -> dynamicVariable();
        }
        if (random.nextInt(6) == 0) {
            // What was left behind is taken away by what takes everything away.
            int keep = random.nextInt(due.size());
            while (due.size() > keep + 1) {
                due.removeLast();
            }
            due.add(pick(
                    twin -> {
                        twin.command("COM_RESET_CONNECTION", Command.COM_RESET_CONNECTION, new byte[0]);
                        twin.statements().clear();
                    },
                    SessionTwin::changeUser,
                    SessionTwin::breakOff));
        }
    }

    private void filler() {
        for (int i = random.nextInt(5); i > 0; i--) {
            due.add(free());
        }
    }

    private void transaction() {
        switch (random.nextInt(6)) {
            case 0 -> add("SET TRANSACTION ISOLATION LEVEL " + isolation(), "START TRANSACTION");
            case 1 -> add("START TRANSACTION READ ONLY");
            case 2 -> add("START TRANSACTION WITH CONSISTENT SNAPSHOT");
            case 3 -> add("SET autocommit = 0");
            default -> add("BEGIN");
        }
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            due.add(random.nextInt(3) == 0 ? free() : sql(random.nextBoolean() ? write() : read()));
            if (random.nextInt(5) == 0) {
                add("SAVEPOINT s1", write(), "ROLLBACK TO SAVEPOINT s1");
            }
        }
        if (random.nextInt(5) == 0) {
            add("COMMIT AND CHAIN", write());
        }
        add(pick("COMMIT", "ROLLBACK", "COMMIT WORK"), "SET autocommit = 1");
    }

    private void temporaryTable() {
        add("CREATE TEMPORARY TABLE tmp_" + table + " (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(3))");
        add("INSERT INTO tmp_" + table + " (v) VALUES ('a'), ('b')");
        filler();
        add("SELECT * FROM tmp_" + table);
        filler();
        add(pick("DROP TEMPORARY TABLE tmp_" + table, "DROP TABLE tmp_" + table, "DROP TABLE IF EXISTS tmp_" + table));
    }

    private void locks() {
        add("SELECT GET_LOCK('" + lock + "', 5)");
        filler();
        if (random.nextBoolean()) {
            add("SELECT GET_LOCK('" + lock + "b', 5)", "SELECT IS_FREE_LOCK('" + lock + "')");
        }
        filler();
        add("SELECT RELEASE_LOCK('" + lock + "')", "SELECT RELEASE_LOCK('" + lock + "b')");
        if (random.nextInt(3) == 0) {
            add(
                    "SELECT GET_LOCK('" + lock + "', 5)",
                    "SELECT GET_LOCK('" + lock + "c', 5)",
                    "SELECT RELEASE_ALL_LOCKS()");
        }
    }

    private void tableLocks() {
        add("LOCK TABLES " + table + " WRITE, " + table + "_aux READ");
        for (int i = random.nextInt(4); i > 0; i--) {
            add("SELECT COUNT(*) FROM " + table);
        }
        add("UNLOCK TABLES");
    }

    private void handler() {
        add("HANDLER " + table + " OPEN AS h1", "HANDLER h1 READ FIRST", "HANDLER h1 READ NEXT LIMIT 2");
        add("HANDLER h1 READ `PRIMARY` = (1)", "HANDLER h1 CLOSE");
    }

    private void textPrepared() {
        add("PREPARE st FROM 'SELECT ? + 1, v FROM " + table + " ORDER BY id LIMIT 2'", "SET @p = 5");
        filler();
        add("EXECUTE st USING @p", "PREPARE st FROM 'SELECT 2'", "EXECUTE st");
        add(pick("DEALLOCATE PREPARE st", "DROP PREPARE st"));
    }

    private void preparedVariable() {
        var number = new int[1];
        add("SET @a = " + pick("1", "NULL", "2e1"));
        due.add(twin -> number[0] = prepare(twin, "SELECT @a, ? + 1, LENGTH(?)"));
        add("SET @a = " + pick("1", "NULL", "2e1"));
        filler();
        due.add(twin -> {
            if (twin.statements().containsKey(number[0])) {
                execute(twin, number[0], true);
            }
        });
        filler();
        due.add(twin -> {
            if (twin.statements().containsKey(number[0])) {
                close(twin, number[0]);
            }
        });
    }

    private void dynamicVariable() {
        add("SELECT @d := COUNT(*) FROM " + table, "SELECT @d, @a");
        filler();
        add("SELECT 5 INTO @e", "SELECT @d + @e");
        add("SET @b = 'text " + random.nextInt(5) + "'", assign(), "SELECT @b, CHARSET(@b), COLLATION(@b)");
        add("SET @d = 1", "SET @e = 2", "SET @b = 5");
    }

    private void add(String... statements) {
        for (String statement : statements) {
            due.add(sql(statement));
        }
    }

    private static Step sql(String text) {
        return twin -> twin.query(text);
    }

    @SafeVarargs
    private <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
