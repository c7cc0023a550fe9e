// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import com.workersql.server.embedded.ShardFixture;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions that keep their connection: who may, why they do, where it shows. */
class SessionPinsIT {
    private static final int CONNECTIONS = 8;
    private static final int LAST_PREPARED = -1;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(SessionPinsIT::withFewConnections);
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(acme, "CREATE TABLE IF NOT EXISTS pinned (id INT PRIMARY KEY)");
        }
        // A tenant may not define what runs inside of others' statements where the binary log is on.
        try (var admin = Fleet.isMySql()
                ? Driver.MYSQL_TEXT.connect(fleet.port(0), "root", "", "acme")
                : ShardFixture.admin(fleet.embedded().shards().get(0))) {
            run(admin, "DROP PROCEDURE IF EXISTS acme.pin_procedure");
            run(admin, "CREATE PROCEDURE acme.pin_procedure() SET @called = 1");
            run(admin, "DROP TABLE IF EXISTS acme.triggered");
            run(admin, "CREATE TABLE acme.triggered (id INT)");
            run(
                    admin,
                    "CREATE TRIGGER acme.on_triggered BEFORE INSERT ON acme.triggered FOR EACH ROW SET @triggered = 1");
        }
    }

    private static GatewayConfig withFewConnections(GatewayConfig config) {
        return Fleet.withConnections(config, CONNECTIONS).toBuilder()
                .pool(PoolConfig.of(Map.of(PoolConfig.PINNED_PERCENT_PER_TENANT, 25L)))
                .build();
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    /**
     * Reason | statements that bring it | those behind which it is still there | the one that ends it. RESET is the command; OPEN prepares a
     * statement and opens its cursor, and what stands in brackets behind it is done with the statement that was prepared last.
     */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "TEMPORARY_TABLE | CREATE TEMPORARY TABLE tmp_pin (id INT) | DO 1 | DROP TABLE tmp_pin",
                "TEMPORARY_TABLE | CREATE TEMPORARY TABLE p1 (id INT); CREATE TEMPORARY TABLE p2 (id INT)"
                        + " | DROP TABLE p1 | DROP TEMPORARY TABLE p2",
                "USER_LOCK | DO GET_LOCK('pin', 1); SELECT GET_LOCK('pin 2', 1) | DO 1 | DO RELEASE_ALL_LOCKS()",
                "USER_LOCK | DO GET_LOCK('pin', 1); SELECT GET_LOCK('pin 2', 1)"
                        + " | DO RELEASE_LOCK('pin') | SELECT RELEASE_LOCK('pin 2')",
                "USER_LOCK | DO GET_LOCK('pin', 1); DO GET_LOCK('pin', 1) | DO RELEASE_LOCK('pin') | DO RELEASE_LOCK('pin')",
                "LOCK_TABLES | LOCK TABLES pinned READ | SELECT COUNT(*) FROM pinned | UNLOCK TABLES",
                "HANDLER | HANDLER pinned OPEN; HANDLER pinned OPEN AS again | HANDLER again CLOSE | HANDLER pinned CLOSE",
                "TEXT_PREPARE | PREPARE p1 FROM 'SELECT 1'; PREPARE p2 FROM 'SELECT 2' | DEALLOCATE PREPARE p1 | DROP PREPARE p2",
                "OPEN_CURSOR | OPEN | DO 1; [FETCH 1]; BEGIN; [FETCH 0]; COMMIT | [FETCH 9]",
                "OPEN_CURSOR | OPEN | DO 1 | [RESET]",
                "OPEN_CURSOR | OPEN | SELECT COUNT(*) FROM pinned | [CLOSE]",
                "OPEN_CURSOR | OPEN | DO 1 | [EXECUTE]",
                "OPEN_CURSOR | OPEN; OPEN | [FETCH 9] | RESET",
                "USER_VARIABLE | SET @pin = 1 + 1 | SELECT @pin | SET @pin = 1",
                "USER_VARIABLE | SELECT 1 + 1 INTO @pin | SELECT @pin | SET @pin = 1",
                "TRANSACTION | START TRANSACTION WITH CONSISTENT SNAPSHOT | SELECT COUNT(*) FROM pinned | ROLLBACK",
                "TRANSACTION | BEGIN; SELECT COUNT(*) FROM pinned | SAVEPOINT s; ROLLBACK TO SAVEPOINT s | COMMIT",
                "TRANSACTION | SET autocommit = 0; SAVEPOINT s | DO 1 | ROLLBACK",
                "TRANSACTION_STATE_UNKNOWN | SET autocommit = 0; SELECT * FROM no_such_table | | COMMIT",
                "UNKNOWN_STATE | SET timestamp = 1 | DO 1 | SET timestamp = DEFAULT",
                "CALL | CALL pin_procedure() | DO 1 | RESET",
                "TRACKED_STATE | INSERT INTO triggered VALUES (1) | DO 1 | RESET"
            })
    void eachReasonIsShownAndCountedAndGoesAway(String reason, String statements, String still, String end)
            throws Exception {
        double before = counted(reason);
        try (var session = raw();
                var watcher = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var stranger = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            var id = session.query("SELECT CONNECTION_ID()").value();
            runAll(session, statements);

            var pins = pins(watcher, reason);
            assertThat(pins).hasSize(1);
            assertThat(pins.get(0).get(0)).isEqualTo(id);
            assertThat(pins.get(0).get(2)).isEqualTo("shard_0");
            assertThat(pins.get(0).get(4))
                    .as("the statement without its values")
                    .isNotBlank()
                    .doesNotContain("'pin'");
            assertThat(Long.parseLong(pins.get(0).get(5))).as("age").isBetween(0L, 60_000L);
            assertThat(rows(watcher, "SHOW GATEWAY SESSIONS").toString()).contains(reason);
            assertThat(rows(stranger, "SHOW GATEWAY SESSIONS").toString()).doesNotContain("acme");
            assertThat(rows(stranger, "SHOW GATEWAY PINS")).isEmpty();

            if (still != null) {
                runAll(session, still);
                // Behind a question to the connection, if there is one: the next statement waits for its answer.
                session.query("DO 1");
                assertThat(pins(watcher, reason)).as("behind %s", still).hasSize(1);
            }
            runAll(session, end);
            session.query("DO 1");
            assertThat(lastPins(watcher, reason)).as("behind %s", end).isEmpty();
            assertThat(counted(reason)).isEqualTo(before + 1);

            runAll(session, statements);
            assertThat(pins(watcher, reason)).hasSize(1);
            runAll(session, "RESET");
            assertThat(lastPins(watcher, reason)).as("behind a reset").isEmpty();
        }
    }

    /** They are fetched before anybody can look, so only their count is sure. */
    @Test
    void warningsKeepTheConnectionForAMoment() throws Exception {
        double before = counted("UNREAD_WARNINGS");
        try (var session = raw();
                var watcher = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            session.query("DROP TABLE IF EXISTS no_such_table");
            session.query("DO 1");
            assertThat(counted("UNREAD_WARNINGS")).isGreaterThan(before);
            assertThat(lastPins(watcher, "UNREAD_WARNINGS")).isEmpty();
        }
    }

    /** COM_STMT_CLOSE has no answer, and is no statement: the warnings of the one before can still be read. */
    @Test
    void closingAStatementLeavesUnreadWarnings() throws Exception {
        try (var session = raw()) {
            int statement = session.command(Command.COM_STMT_PREPARE, "SELECT 1".getBytes(StandardCharsets.UTF_8))
                    .statementId();
            session.query("DROP TABLE IF EXISTS no_such_table");

            session.command(Command.COM_STMT_CLOSE, CursorTwin.id(statement));

            assertThat(session.query("SHOW COUNT(*) WARNINGS").value()).isEqualTo("1");
            assertThat(CursorTwin.execute(session, statement, 0).errno())
                    .as("the statement is closed")
                    .isEqualTo(1243);
        }
    }

    /** Where a tenant keeps all that it may, the rows come with the execution, which serves a client as well. */
    @Test
    void noCursorIsOpenedThatWouldKeepOneConnectionTooMany() throws Exception {
        try (var one = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var two = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var session = raw();
                var watcher = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(one, "CREATE TEMPORARY TABLE tmp_share (id INT)");
            run(two, "DO GET_LOCK('share', 1)");

            var reply = open(session);

            assertThat(reply.payloads()).as("count, column, both rows, end").hasSize(5);
            assertThat(CursorTwin.isOpen(CursorTwin.status(reply))).isFalse();
            assertThat(CursorTwin.fetch(session, LAST_PREPARED, 1).errno()).isEqualTo(1421);
            assertThat(pins(watcher, "OPEN_CURSOR")).isEmpty();

            run(two, "DO RELEASE_LOCK('share')");
            run(two, "DO 1");
            assertThat(CursorTwin.isOpen(
                            CursorTwin.status(CursorTwin.execute(session, LAST_PREPARED, CursorTwin.READ_ONLY))))
                    .isTrue();
        }
    }

    /** Prepares a statement of two rows and asks for a cursor. */
    private static RawReply open(RawClient session) throws Exception {
        session.command(Command.COM_STMT_PREPARE, "SELECT 1 UNION ALL SELECT 2".getBytes(StandardCharsets.UTF_8));
        return CursorTwin.execute(session, LAST_PREPARED, CursorTwin.READ_ONLY);
    }

    private static RawClient raw() throws Exception {
        return fleet.raw("acme");
    }

    /** Errors are part of it. */
    private static void runAll(RawClient session, String statements) throws Exception {
        for (String sql : statements.split(";", -1)) {
            switch (sql.strip()) {
                case "RESET" -> session.command(Command.COM_RESET_CONNECTION, new byte[0]);
                case "OPEN" ->
                    assertThat(CursorTwin.isOpen(CursorTwin.status(open(session))))
                            .isTrue();
                case "[FETCH 0]" -> CursorTwin.fetch(session, LAST_PREPARED, 0);
                case "[FETCH 1]" -> CursorTwin.fetch(session, LAST_PREPARED, 1);
                case "[FETCH 9]" -> CursorTwin.fetch(session, LAST_PREPARED, 9);
                case "[RESET]" -> session.command(Command.COM_STMT_RESET, CursorTwin.id(LAST_PREPARED));
                case "[CLOSE]" -> session.command(Command.COM_STMT_CLOSE, CursorTwin.id(LAST_PREPARED));
                case "[EXECUTE]" -> CursorTwin.execute(session, LAST_PREPARED, 0);
                default -> session.query(sql.strip());
            }
        }
    }

    /** A client has its answer a moment before the session has settled; another one may look in between. */
    private static List<List<String>> lastPins(Connection watcher, String reason) throws SQLException {
        var pins = pins(watcher, reason);
        for (int i = 0; i < 1_000 && !pins.isEmpty(); i++) {
            pins = pins(watcher, reason);
        }
        return pins;
    }

    private static List<List<String>> pins(Connection watcher, String reason) throws SQLException {
        return rows(watcher, "SHOW GATEWAY PINS").stream()
                .filter(pin -> pin.get(3).equals(reason))
                .toList();
    }

    @Test
    void aTenantMayNotKeepMoreThanItsShareAndMayStillDoAllElse() throws Exception {
        try (var one = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var two = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var three = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var other = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            run(one, "CREATE TEMPORARY TABLE tmp_share (id INT)");
            run(two, "DO GET_LOCK('share', 1)");

            for (String statement : List.of(
                    "CREATE TEMPORARY TABLE tmp_share (id INT)",
                    "DO GET_LOCK('more', 1)",
                    "LOCK TABLES pinned READ",
                    "SET @more = 1 + 1",
                    "PREPARE more FROM 'SELECT 1'")) {
                assertThatThrownBy(() -> run(three, statement))
                        .as(statement)
                        .isInstanceOfSatisfying(SQLException.class, e -> {
                            assertThat(e.getErrorCode()).isEqualTo(1203);
                            assertThat(e.getSQLState()).isEqualTo("42000");
                            assertThat(e.getMessage()).contains("pool.pinned_percent_per_tenant");
                        });
            }
            run(three, "SET @literal = 5");
            run(three, "BEGIN");
            assertThat(rows(three, "SELECT @literal, COUNT(*) FROM pinned")).hasSize(1);
            run(three, "COMMIT");
            run(one, "SET @more_of_the_same_session = 1 + 1");
            run(other, "DO GET_LOCK('share of another tenant', 1)");

            run(two, "DO RELEASE_LOCK('share')");
            run(two, "DO 1");
            run(three, "DO GET_LOCK('more', 1)");
        }
    }

    private static double counted(String reason) throws Exception {
        return new Http(fleet, "acme")
                .metric("workersql_session_pins_total", "reason=\"" + reason.toLowerCase(Locale.ROOT) + "\"");
    }

    private static List<List<String>> rows(Connection connection, String sql) throws SQLException {
        var rows = new ArrayList<List<String>>();
        try (var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            while (result.next()) {
                var row = new ArrayList<String>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(row);
            }
        }
        return rows;
    }
}
