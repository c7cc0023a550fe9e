// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.on;
import static com.workersql.pool.PoolFixture.query;
import static com.workersql.pool.PoolFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.testing.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Measures on a server what its two kinds of reset bring back and what session tracking reports. The tables are what the reset recipe,
 * the rule that a connection never changes its account, and every borrower's bookkeeping stand on; the README shows them.
 */
abstract class SessionStateContract {
    private static final CapabilityFlags CAPABILITIES = new CapabilityFlags(CapabilityFlags.CLIENT_LONG_PASSWORD
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_MULTI_RESULTS);

    /** What brings a session back to its beginning. */
    enum Reset {
        COM_RESET_CONNECTION,
        /** To the user that it was before. */
        COM_CHANGE_USER
    }

    /** What is found after a reset: the state of a new connection, or the one from before. */
    enum After {
        RESET,
        KEPT,
        /** Neither: what the server is configured to begin with, whatever the handshake asked for. */
        SERVERS_DEFAULT,
        /** This server does not know the feature. */
        UNKNOWN
    }

    /** A piece of session state: how it is made, and a query whose answer tells whether it is there. */
    private record Piece(String name, List<String> made, String probe) {}

    private static final List<Piece> PIECES = List.of(
            new Piece("user variable", List.of("SET @a = 1"), "SELECT @a"),
            new Piece("sql_mode", List.of("SET sql_mode = 'ANSI_QUOTES'"), "SELECT @@sql_mode"),
            new Piece("time_zone", List.of("SET time_zone = '+05:00'"), "SELECT @@time_zone"),
            new Piece("SET NAMES", List.of("SET NAMES latin1"), "SELECT @@collation_connection"),
            new Piece("autocommit", List.of("SET autocommit = 0"), "SELECT @@autocommit"),
            new Piece(
                    "isolation level",
                    List.of("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE"),
                    "SELECT @@transaction_isolation"),
            new Piece("SET TRANSACTION", List.of("SET TRANSACTION READ ONLY"), "INSERT INTO state_t VALUES (100)"),
            new Piece("foreign_key_checks", List.of("SET foreign_key_checks = 0"), "SELECT @@foreign_key_checks"),
            new Piece("sql_select_limit", List.of("SET sql_select_limit = 7"), "SELECT @@sql_select_limit"),
            new Piece("insert_id", List.of("SET insert_id = 77"), "SELECT @@insert_id"),
            new Piece("timestamp", List.of("SET timestamp = 1000"), "SELECT @@timestamp = 1000"),
            new Piece("profiling", List.of("SET profiling = 1"), "SELECT @@profiling"),
            new Piece(
                    "temporary table", List.of("CREATE TEMPORARY TABLE state_tmp (a INT)"), "SELECT 1 FROM state_tmp"),
            new Piece(
                    "user-level lock",
                    List.of("SELECT GET_LOCK('state_lock', 1)"),
                    "SELECT IS_USED_LOCK('state_lock') = CONNECTION_ID()"),
            new Piece("PREPARE", List.of("PREPARE state_p FROM 'SELECT 1'"), "EXECUTE state_p"),
            new Piece("sql_log_bin", List.of("SET sql_log_bin = 0"), "SELECT @@sql_log_bin"),
            new Piece("generated key", List.of("INSERT INTO state_k VALUES ()"), "SELECT LAST_INSERT_ID() > 0"),
            new Piece("LAST_INSERT_ID(n)", List.of("SELECT LAST_INSERT_ID(55)"), "SELECT LAST_INSERT_ID()"),
            new Piece("ROW_COUNT", List.of("DELETE FROM state_t WHERE id < 3"), "SELECT ROW_COUNT()"),
            new Piece(
                    "FOUND_ROWS",
                    List.of("SELECT SQL_CALC_FOUND_ROWS id FROM state_t ORDER BY id LIMIT 1"),
                    "SELECT FOUND_ROWS()"),
            new Piece("warnings", List.of("SELECT CAST('x' AS SIGNED)"), "SHOW WARNINGS"),
            new Piece("LOCK TABLES", List.of("LOCK TABLES state_t READ"), "SELECT 1 FROM state_u"),
            new Piece(
                    "transaction",
                    List.of("BEGIN", "INSERT INTO state_t VALUES (200)"),
                    "SELECT COUNT(*) FROM state_t"),
            new Piece("XA", List.of("XA START 'state_x'"), "XA END 'state_x'"),
            new Piece("HANDLER", List.of("HANDLER state_t OPEN"), "HANDLER state_t READ FIRST"),
            new Piece("sequence", List.of("SELECT NEXT VALUE FOR state_s"), "SELECT PREVIOUS VALUE FOR state_s"),
            new Piece("role", List.of("SET ROLE pool_role"), "SELECT CURRENT_ROLE()"),
            new Piece("schema", List.of("USE information_schema"), "SELECT DATABASE()"),
            new Piece("COM_SET_OPTION", List.of(), "SELECT 1; SELECT 2"));

    private static final List<String> TRACKED = List.of(
            "SET @a = 1",
            "SELECT @a := 2",
            "SELECT 3 INTO @a",
            "SET time_zone = '+01:00'",
            "SET NAMES latin1",
            "CREATE TEMPORARY TABLE pool_app.state_tmp (a INT)",
            "DROP TEMPORARY TABLE pool_app.state_tmp",
            "PREPARE state_p FROM 'SELECT 1'",
            "DEALLOCATE PREPARE state_p",
            "SELECT GET_LOCK('state_lock2', 1)",
            "SELECT LAST_INSERT_ID(5)",
            "SELECT SQL_CALC_FOUND_ROWS id FROM pool_app.state_t LIMIT 1",
            "HANDLER pool_app.state_t OPEN",
            "LOCK TABLES pool_app.state_t READ",
            "UNLOCK TABLES",
            "SET ROLE pool_role",
            "SET TRANSACTION READ ONLY",
            "CALL pool_app.state_sets_variable()",
            "CALL pool_app.state_makes_table()",
            "USE information_schema");

    /** What both servers report. */
    private static final Map<String, String> REPORTED_BY_ALL = Map.ofEntries(
            Map.entry("CALL pool_app.state_makes_table()", "state"),
            Map.entry("CALL pool_app.state_sets_variable()", "state variables"),
            Map.entry("CREATE TEMPORARY TABLE pool_app.state_tmp (a INT)", "state"),
            Map.entry("DEALLOCATE PREPARE state_p", "state"),
            Map.entry("DROP TEMPORARY TABLE pool_app.state_tmp", "state"),
            Map.entry("HANDLER pool_app.state_t OPEN", ""),
            Map.entry("LOCK TABLES pool_app.state_t READ", ""),
            Map.entry("PREPARE state_p FROM 'SELECT 1'", "state"),
            Map.entry("SELECT 3 INTO @a", ""),
            Map.entry("SELECT @a := 2", ""),
            Map.entry("SELECT GET_LOCK('state_lock2', 1)", ""),
            Map.entry("SELECT LAST_INSERT_ID(5)", ""),
            Map.entry("SELECT SQL_CALC_FOUND_ROWS id FROM pool_app.state_t LIMIT 1", ""),
            Map.entry("SET @a = 1", "state"),
            Map.entry("SET NAMES latin1", "state variables"),
            Map.entry("SET TRANSACTION READ ONLY", "characteristics"),
            Map.entry("SET time_zone = '+01:00'", "state variables"),
            Map.entry("UNLOCK TABLES", ""),
            Map.entry("USE information_schema", "state schema"));

    private final PoolKey key;
    private PoolFixture f;

    SessionStateContract(PoolKey key) {
        this.key = new PoolKey(
                key.endpoint(),
                key.account(),
                key.tenant(),
                new CapabilityFlags(key.capabilities().bits() & ~CapabilityFlags.CLIENT_MULTI_STATEMENTS),
                key.tls(),
                key.collation());
    }

    /** What is expected behind a reset of pieces that are not {@link After#RESET}. */
    abstract Map<String, After> notReset(Reset reset);

    /** What this server alone reports: the kinds of changes for a statement, {@code error} if it is not known. */
    abstract Map<String, String> reported();

    @BeforeEach
    void makeTables() throws Exception {
        f = new PoolFixture(PoolConfig.builder(), key);
        var connection = f.acquire(f.loop1);
        for (var sql : List.of(
                "DROP TABLE IF EXISTS state_t, state_u, state_k",
                "CREATE TABLE state_t (id INT PRIMARY KEY)",
                "CREATE TABLE state_u (id INT PRIMARY KEY)",
                "CREATE TABLE state_k (id INT PRIMARY KEY AUTO_INCREMENT)",
                "DROP PROCEDURE IF EXISTS state_sets_variable",
                "DROP PROCEDURE IF EXISTS state_makes_table",
                "CREATE PROCEDURE state_sets_variable() SET SESSION sql_select_limit = 9",
                "CREATE PROCEDURE state_makes_table() CREATE TEMPORARY TABLE pool_app.state_made (a INT)")) {
            assertThat(query(connection, f.loop1, sql).message()).as(sql).isIn(null, "");
        }
        // MariaDB alone has sequences.
        query(connection, f.loop1, "CREATE OR REPLACE SEQUENCE state_s");
        run(f.loop1, () -> connection.discard("its state is of no interest"));
    }

    @AfterEach
    void close() throws Exception {
        f.close();
    }

    @ParameterizedTest
    @EnumSource
    void aResetBringsBackWhatTheTableSays(Reset reset) throws Exception {
        var found = new TreeMap<String, After>();
        for (var piece : PIECES) {
            found.put(piece.name(), behind(reset, piece));
        }

        var expected = new TreeMap<String, After>();
        PIECES.forEach(piece -> expected.put(piece.name(), notReset(reset).getOrDefault(piece.name(), After.RESET)));
        assertThat(found).isEqualTo(expected);
    }

    private After behind(Reset reset, Piece piece) throws IOException {
        String fresh = probe(piece, false, null);
        String made = probe(piece, true, null);
        if (fresh.equals(made) && fresh.equals("error 1064")) {
            return After.UNKNOWN;
        }
        assertThat(made).as("the probe of %s sees it", piece.name()).isNotEqualTo(fresh);
        String after = probe(piece, true, reset);
        return after.equals(fresh) ? After.RESET : after.equals(made) ? After.KEPT : After.SERVERS_DEFAULT;
    }

    /** On a connection of its own, since a probe may change what it looks at. */
    private String probe(Piece piece, boolean make, Reset reset) throws IOException {
        var account = key.account();
        String password = new String(account.secret(), StandardCharsets.UTF_8);
        try (var client = RawClient.connect(
                key.endpoint().port(), account.user(), password, account.database(), CAPABILITIES.bits())) {
            client.query("REPLACE INTO pool_app.state_t VALUES (1), (2), (3), (4), (5)");
            client.query("DELETE FROM pool_app.state_t WHERE id > 5");
            client.query("DO 1");
            if (make) {
                for (var sql : piece.made()) {
                    client.query(sql);
                }
                if (piece.made().isEmpty()) {
                    client.command(com.workersql.protocol.Command.COM_SET_OPTION, new byte[] {0, 0});
                }
            }
            if (reset == Reset.COM_RESET_CONNECTION) {
                client.command(com.workersql.protocol.Command.COM_RESET_CONNECTION, new byte[0]);
            } else if (reset == Reset.COM_CHANGE_USER) {
                assertThat(client.changeUser(account.user(), password, account.database())
                                .isError())
                        .isFalse();
            }
            return answer(client, piece.probe());
        }
    }

    /** The rows of the answer, or its error. */
    private static String answer(RawClient client, String sql) throws IOException {
        var reply = client.query(sql);
        return reply.isError() ? "error " + reply.errno() : reply.rows().toString();
    }

    @Test
    void thePoolsOwnResetBringsBackTheHandshakesCollation() throws Exception {
        String names = "SELECT @@character_set_client, @@character_set_results, @@collation_connection";
        var connection = f.acquire(f.loop1);
        String fresh = text(connection, names);
        query(connection, f.loop1, "SET NAMES latin1");
        assertThat(text(connection, names)).isNotEqualTo(fresh);

        on(f.loop1, connection::reset).get(5, TimeUnit.SECONDS);

        assertThat(text(connection, names)).isEqualTo(fresh);
        run(f.loop1, connection::release);
    }

    private String text(PooledConnection connection, String sql) throws Exception {
        var reply = PoolFixture.start(connection, f.loop1, sql);
        reply.await();
        return reply.text.toString();
    }

    @Test
    void trackingReportsWhatTheTableSays() throws Exception {
        var connection = f.acquire(f.loop1);
        var found = new TreeMap<String, String>();
        for (var sql : TRACKED) {
            var status = query(connection, f.loop1, sql);
            var changes = status.changes();
            var kinds = new ArrayList<String>();
            if (status.isError()) {
                kinds.add("error");
            }
            if (changes.stateChanged()) {
                kinds.add("state");
            }
            if (changes.schema() != null) {
                kinds.add("schema");
            }
            if (!changes.variables().isEmpty()) {
                kinds.add("variables");
            }
            if (changes.transactionCharacteristics() != null
                    && !changes.transactionCharacteristics().isEmpty()) {
                kinds.add("characteristics");
            }
            found.put(sql, String.join(" ", kinds));
            if (sql.equals("SET TRANSACTION READ ONLY")) {
                query(connection, f.loop1, "COMMIT");
            }
        }
        run(f.loop1, () -> connection.discard("its state is of no interest"));

        var expected = new TreeMap<>(REPORTED_BY_ALL);
        expected.putAll(reported());
        assertThat(found).isEqualTo(expected);
    }
}
