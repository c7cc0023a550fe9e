// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;

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
    private final boolean tracked;
    private final SessionTexts texts;
    private final PreparedScript prepared;
    private final Deque<Step> due = new ArrayDeque<>();
    private boolean bound;

    /**
     * @param number makes the names of its table and locks the session's own
     * @param tracked whether its client hears of the session's changes
     */
    SessionScript(long seed, int number, boolean mariaDb, boolean tracked) {
        this.tracked = tracked;
        this.random = new Random(seed * 1_000_003 + number);
        this.table = "diff_" + number;
        this.lock = "lock_" + number;
        this.texts = new SessionTexts(random, table, mariaDb);
        this.prepared = new PreparedScript(random, texts, table, mariaDb);
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

    private Step free() {
        return switch (random.nextInt(25)) {
            case 0, 1, 2, 3 -> sql(texts.look());
            case 4, 5 -> sql(tracked && random.nextInt(8) == 0 ? texts.track() : texts.assign());
            case 6 -> sql(texts.userVariable());
            case 7 -> sql("SELECT @a, @b, @c");
            case 8, 9, 10 -> sql(texts.write());
            case 11, 12 -> sql(texts.figures());
            case 13, 14 -> sql(texts.read());
            case 15 -> sql(texts.warn());
            case 16 -> sql(texts.diagnostics());
            case 17, 18, 19 -> prepared.next();
            case 20 -> sql(texts.mistake());
            case 21 -> sql(texts.define());
            case 22 -> command();
            case 23 -> uncounted();
            default -> sql(texts.foundRows());
        };
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

    private void bout() {
        bound = true;
        switch (random.nextInt(11)) {
            case 0, 1, 2 -> transaction();
            case 10 -> cursor();
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
            due.add(texts.pick(
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
            case 0 -> add("SET TRANSACTION ISOLATION LEVEL " + texts.isolation(), "START TRANSACTION");
            case 1 -> add("START TRANSACTION READ ONLY");
            case 2 -> add("START TRANSACTION WITH CONSISTENT SNAPSHOT");
            case 3 -> add("SET autocommit = 0");
            default -> add("BEGIN");
        }
        for (int i = 1 + random.nextInt(5); i > 0; i--) {
            due.add(random.nextInt(3) == 0 ? free() : sql(random.nextBoolean() ? texts.write() : texts.read()));
            if (random.nextInt(5) == 0) {
                add("SAVEPOINT s1", texts.write(), "ROLLBACK TO SAVEPOINT s1");
            }
        }
        if (random.nextInt(5) == 0) {
            add("COMMIT AND CHAIN", texts.write());
        }
        add(texts.pick("COMMIT", "ROLLBACK", "COMMIT WORK"), "SET autocommit = 1");
    }

    private void temporaryTable() {
        add("CREATE TEMPORARY TABLE tmp_" + table + " (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(3))");
        add("INSERT INTO tmp_" + table + " (v) VALUES ('a'), ('b')");
        filler();
        add("SELECT * FROM tmp_" + table);
        filler();
        add(texts.pick(
                "DROP TEMPORARY TABLE tmp_" + table, "DROP TABLE tmp_" + table, "DROP TABLE IF EXISTS tmp_" + table));
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
        add(texts.pick("DEALLOCATE PREPARE st", "DROP PREPARE st"));
    }

    private void preparedVariable() {
        var number = new int[1];
        add("SET @a = " + texts.pick("1", "NULL", "2e1"));
        due.add(twin -> number[0] = prepared.prepare(twin, "SELECT @a, ? + 1, LENGTH(?)"));
        add("SET @a = " + texts.pick("1", "NULL", "2e1"));
        filler();
        due.add(twin -> {
            if (twin.statements().containsKey(number[0])) {
                prepared.execute(twin, number[0], true);
            }
        });
        filler();
        due.add(twin -> {
            if (twin.statements().containsKey(number[0])) {
                prepared.close(twin, number[0]);
            }
        });
    }

    private void cursor() {
        var number = new int[1];
        due.add(twin -> number[0] = prepared.openCursor(twin));
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int rows = random.nextInt(4);
            due.add(twin -> prepared.fetch(twin, number[0], rows));
            filler();
        }
        due.add(prepared.endOfCursor(number));
        due.add(twin -> prepared.fetch(twin, number[0], 1));
        due.add(twin -> {
            if (twin.statements().containsKey(number[0])) {
                prepared.close(twin, number[0]);
            }
        });
    }

    private void dynamicVariable() {
        add("SELECT @d := COUNT(*) FROM " + table, "SELECT @d, @a");
        filler();
        add("SELECT 5 INTO @e", "SELECT @d + @e");
        add("SET @b = 'text " + random.nextInt(5) + "'", texts.assign(), "SELECT @b, CHARSET(@b), COLLATION(@b)");
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
}
