// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.it.CursorTwin.READ_ONLY;
import static com.workersql.server.it.CursorTwin.isLast;
import static com.workersql.server.it.CursorTwin.isOpen;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cursors of prepared statements are told as a server alone tells them, to clients that know EOF packets and to those that do not. */
class CursorsIT {
    private static final String FIGURES = "SELECT FOUND_ROWS(), ROW_COUNT()";
    private static final String ALL = "SELECT id, v FROM cursor_rows ORDER BY id";
    private static final int ROWS = 5;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> Fleet.withConnectionsToKeep(config, 3));
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @BeforeEach
    void makeTable() throws IOException {
        try (var both = connect(true)) {
            both.query("DROP TABLE IF EXISTS cursor_rows");
            both.query("CREATE TABLE cursor_rows (id INT PRIMARY KEY, v VARCHAR(20)) ENGINE=InnoDB");
            both.query("INSERT INTO cursor_rows VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd'), (5, 'e')");
        }
    }

    private static SessionTwin connect(boolean deprecateEof) throws IOException {
        long eof = deprecateEof ? CapabilityFlags.CLIENT_DEPRECATE_EOF : 0;
        return new SessionTwin(fleet, "acme", "cursors", CursorTwin.CAPABILITIES | eof);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void rowsComeByFetchesUpToTheLastAndBehindItThereIsNoCursor(boolean deprecateEof) throws IOException {
        try (var twin = connect(deprecateEof)) {
            var both = new CursorTwin(twin);
            var all = both.prepare(ALL);
            assertThat(isOpen(both.execute(all, READ_ONLY))).isTrue();
            both.fetch(all, 0);
            both.fetch(all, 2);
            assertThat(isOpen(both.fetch(all, ROWS - 2)))
                    .as("nobody has looked behind it")
                    .isTrue();
            assertThat(isLast(both.fetch(all, 1))).isTrue();
            both.fetch(all, 1);
            // Only their number: a server's ids are its own.
            twin.query("SHOW COUNT(*) WARNINGS");
            twin.both("fetch of nothing", (client, side) -> CursorTwin.fetch(client, 1_000_000, 1));
            twin.query("SHOW COUNT(*) WARNINGS");
            both.execute(all, READ_ONLY);
            assertThat(isLast(both.fetch(all, 1000))).isTrue();
            both.execute(all, READ_ONLY);
            assertThat(isLast(both.fetch(all, -1))).as("the number has no sign").isTrue();
            both.execute(both.prepare("SELECT id FROM cursor_rows WHERE 1 = 0"), READ_ONLY);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void executionResetAndCloseEndACursor(boolean deprecateEof) throws IOException {
        try (var twin = connect(deprecateEof)) {
            var both = new CursorTwin(twin);
            var all = both.open(ALL);
            both.fetch(all, 2);
            both.executeWithout(all, ROWS);
            both.fetch(all, 1);
            both.execute(all, READ_ONLY);
            both.fetch(all, 2);
            both.execute(all, READ_ONLY);
            both.fetch(all, 3);
            both.on(all, "COM_STMT_RESET", Command.COM_STMT_RESET);
            both.fetch(all, 1);
            both.on(all, "COM_STMT_RESET", Command.COM_STMT_RESET);
            both.execute(all, READ_ONLY);
            both.on(all, "COM_STMT_CLOSE", Command.COM_STMT_CLOSE);
            both.fetch(all, 1);
            var again = both.open(ALL);
            twin.command("COM_RESET_CONNECTION", Command.COM_RESET_CONNECTION, new byte[0]);
            both.fetch(again, 1);
            again = both.open(ALL);
            twin.changeUser();
            both.fetch(again, 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void transactionsAndDefinitionsLeaveItAsItIs(boolean deprecateEof) throws IOException {
        try (var twin = connect(deprecateEof)) {
            var both = new CursorTwin(twin);
            for (String end : List.of("COMMIT", "ROLLBACK")) {
                var all = both.open(ALL);
                twin.query("BEGIN");
                both.fetch(all, 1);
                twin.query("UPDATE cursor_rows SET v = 'changed'");
                both.fetch(all, 1);
                twin.query(end);
                both.fetch(all, 1);
                both.fetch(all, 1000);
                twin.query("START TRANSACTION READ ONLY");
                both.execute(all, READ_ONLY);
                twin.query(end);
                both.fetch(all, 1000);
                twin.query("SET autocommit = 0");
                both.execute(all, READ_ONLY);
                both.fetch(all, 1);
                twin.query(end);
                both.fetch(all, 1);
                twin.query("SET autocommit = 1");
                both.fetch(all, 1000);
            }
            var all = both.open(ALL);
            twin.query("ALTER TABLE cursor_rows ADD COLUMN w INT");
            both.fetch(all, 1);
            twin.query("TRUNCATE TABLE cursor_rows");
            both.fetch(all, 1);
            twin.query("SET sql_mode = 'NO_BACKSLASH_ESCAPES'");
            both.fetch(all, 1);
            twin.query("DROP TABLE cursor_rows");
            both.fetch(all, 1);
            twin.query("SELECT 1");
            both.fetch(all, 1000);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void figuresAndDiagnosticsBehindEachStepAreTheServers(boolean deprecateEof) throws IOException {
        try (var twin = connect(deprecateEof)) {
            var both = new CursorTwin(twin);
            var all = both.prepare(ALL);
            for (String figures : List.of(FIGURES, "SELECT ROW_COUNT()", "SELECT FOUND_ROWS() + 0, ROW_COUNT() + 0")) {
                both.execute(all, READ_ONLY);
                twin.query(figures);
                both.fetch(all, 2);
                twin.query(figures);
                twin.query("UPDATE cursor_rows SET v = CONCAT(v, 'x') WHERE id < 4");
                both.fetch(all, 1);
                twin.query(figures);
                twin.query("SELECT id FROM cursor_rows LIMIT 2");
                both.fetch(all, 1);
                twin.query(figures);
                both.fetch(all, 1000);
                twin.query(figures);
                both.execute(all, READ_ONLY);
                both.fetch(all, 1000);
                twin.query(figures);
                both.execute(all, READ_ONLY);
                both.on(all, "COM_STMT_RESET", Command.COM_STMT_RESET);
                twin.query(figures);
                both.fetch(all, 1);
                twin.query(figures);
            }
            var warns = both.open("SELECT CAST(CONCAT(v, 'q') AS SIGNED), id FROM cursor_rows");
            twin.query("SHOW WARNINGS");
            both.fetch(warns, 1);
            twin.query("SHOW WARNINGS");
            twin.query("SELECT CAST('x' AS SIGNED)");
            both.fetch(warns, 1);
            twin.query("SHOW COUNT(*) WARNINGS");
            both.execute(warns, READ_ONLY);
            both.fetch(warns, 1);
            twin.query("SHOW COUNT(*) WARNINGS");
            twin.query("SELECT no_such_column FROM cursor_rows");
            both.fetch(warns, 1);
            twin.query("SHOW WARNINGS");
            both.fetch(warns, 1000);
            both.fetch(warns, 1);
            twin.query("SHOW COUNT(*) WARNINGS");
            twin.command("COM_PING", Command.COM_PING, new byte[0]);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void severalAreReadInTurnAlsoOfTheSameText(boolean deprecateEof) throws IOException {
        try (var twin = connect(deprecateEof)) {
            var both = new CursorTwin(twin);
            var one = both.open(ALL);
            var same = both.open(ALL);
            var other = both.open("SELECT id FROM cursor_rows ORDER BY id DESC");
            both.fetch(one, 1);
            both.fetch(other, 2);
            both.fetch(same, 2);
            var third = both.prepare(ALL);
            both.execute(third, 0);
            both.fetch(one, 1);
            both.fetch(same, 1000);
            both.executeWithout(same, ROWS);
            both.fetch(one, 1);
            both.on(same, "COM_STMT_CLOSE", Command.COM_STMT_CLOSE);
            both.fetch(one, 1);
            both.execute(third, READ_ONLY);
            both.execute(one, READ_ONLY);
            both.fetch(third, 1000);
            both.fetch(one, 1000);
            both.fetch(other, 1000);
            twin.query(FIGURES);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyQueryIsAnsweredAsTheServerAnswersItToWhoeverWantsACursor(boolean deprecateEof) throws IOException {
        try (var twin = connect(deprecateEof)) {
            var both = new CursorTwin(twin);
            for (String sql : List.of(
                    "SELECT 1",
                    "SELECT 1 FROM cursor_rows WHERE 1 = 0",
                    "SELECT (SELECT id FROM cursor_rows)",
                    "SELECT id FROM cursor_rows FOR UPDATE",
                    "SELECT id FROM cursor_rows UNION ALL SELECT 7",
                    "SELECT SQL_CALC_FOUND_ROWS id FROM cursor_rows LIMIT 1",
                    "WITH c AS (SELECT id FROM cursor_rows) SELECT * FROM c",
                    "SELECT LAST_INSERT_ID(), @@sql_mode, DATABASE()")) {
                var ids = both.prepare(sql);
                both.execute(ids, READ_ONLY);
                both.fetch(ids, 1000);
                twin.query("SHOW COUNT(*) WARNINGS");
            }
        }
    }

    /** With a cursor some of these are refused, some have the server say that it has one, and some are its end. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatIsNoQueryIsExecutedAsIfNobodyHadAskedForACursor(boolean deprecateEof) throws IOException {
        try (var twin = connect(deprecateEof)) {
            var both = new CursorTwin(twin);
            for (String sql : List.of(
                    "INSERT INTO cursor_rows VALUES (70, 'x')",
                    "DELETE FROM cursor_rows WHERE id = 70",
                    "SHOW TABLES LIKE 'cursor_rows'",
                    "SHOW COLUMNS FROM cursor_rows",
                    "DO 1",
                    "SET @a = 1",
                    "ANALYZE TABLE cursor_rows")) {
                var ids = both.prepare(sql);
                twin.both(sql, (client, side) -> CursorTwin.execute(client, ids[side], side == 0 ? READ_ONLY : 0));
                both.fetch(ids, 1000);
                twin.query("SHOW COUNT(*) WARNINGS");
            }
            // Of their columns servers tell another number when they prepare them.
            for (String sql : List.of(
                    "EXPLAIN SELECT 1",
                    Fleet.isMySql() ? "SHOW PROCESSLIST" : "DELETE FROM cursor_rows WHERE id = 2 RETURNING v")) {
                int id = twin.gateway()
                        .command(Command.COM_STMT_PREPARE, sql.getBytes(StandardCharsets.UTF_8))
                        .statementId();
                assertThat(isOpen(CursorTwin.status(CursorTwin.execute(twin.gateway(), id, READ_ONLY))))
                        .as(sql)
                        .isFalse();
                assertThat(CursorTwin.fetch(twin.gateway(), id, 1000).errno())
                        .as(sql)
                        .isEqualTo(1421);
            }
        }
    }
}
