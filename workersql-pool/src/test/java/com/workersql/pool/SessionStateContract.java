// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.on;
import static com.workersql.pool.PoolFixture.query;
import static com.workersql.pool.PoolFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ReplyReader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Measures on a server what a reset brings back and what session tracking reports. The two tables are what the reset recipe and
 * every borrower's bookkeeping stand on; the README shows them.
 */
abstract class SessionStateContract {
    /** What is found after COM_RESET_CONNECTION: the state of a new connection, or the one from before. */
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
            new Piece("LAST_INSERT_ID", List.of("SELECT LAST_INSERT_ID(55)"), "SELECT LAST_INSERT_ID()"),
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

    /** What is expected of pieces that are not {@link After#RESET}. */
    abstract Map<String, After> notReset();

    /** What this server alone reports: the kinds of changes for a statement, {@code error} if it is not known. */
    abstract Map<String, String> reported();

    @BeforeEach
    void makeTables() throws Exception {
        f = new PoolFixture(PoolConfig.builder(), key);
        var connection = f.acquire(f.loop1);
        for (var sql : List.of(
                "DROP TABLE IF EXISTS state_t, state_u",
                "CREATE TABLE state_t (id INT PRIMARY KEY)",
                "CREATE TABLE state_u (id INT PRIMARY KEY)",
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

    @Test
    void aResetBringsBackWhatTheTableSays() throws Exception {
        var found = new TreeMap<String, After>();
        for (var piece : PIECES) {
            found.put(piece.name(), afterReset(piece));
        }

        var expected = new TreeMap<String, After>();
        PIECES.forEach(piece -> expected.put(piece.name(), notReset().getOrDefault(piece.name(), After.RESET)));
        assertThat(found).isEqualTo(expected);
    }

    private After afterReset(Piece piece) throws Exception {
        String fresh = probe(piece, false, false);
        String made = probe(piece, true, false);
        if (fresh.equals(made) && fresh.startsWith("error 1064")) {
            return After.UNKNOWN;
        }
        assertThat(made).as("the probe of %s sees it", piece.name()).isNotEqualTo(fresh);
        String after = probe(piece, true, true);
        return after.equals(fresh) ? After.RESET : after.equals(made) ? After.KEPT : After.SERVERS_DEFAULT;
    }

    /** On a connection of its own, since a probe may change what it looks at. */
    private String probe(Piece piece, boolean make, boolean reset) throws Exception {
        var connection = f.acquire(f.loop1);
        try {
            answer(connection, "REPLACE INTO pool_app.state_t VALUES (1), (2), (3), (4), (5)");
            answer(connection, "DELETE FROM pool_app.state_t WHERE id > 5");
            answer(connection, "DO 1");
            if (make) {
                for (var sql : piece.made()) {
                    answer(connection, sql);
                }
                if (piece.made().isEmpty()) {
                    var option = Unpooled.buffer().writeByte(0x1B).writeShortLE(0);
                    PoolFixture.start(connection, f.loop1, ReplyKind.OK_ONLY, option)
                            .await();
                }
            }
            if (reset) {
                var command = Unpooled.buffer().writeByte(0x1F);
                PoolFixture.start(connection, f.loop1, ReplyKind.OK_ONLY, command)
                        .await();
            }
            return answer(connection, piece.probe());
        } finally {
            run(f.loop1, () -> connection.discard("its state is of no interest"));
        }
    }

    @Test
    void thePoolsOwnResetBringsBackTheHandshakesCollation() throws Exception {
        var connection = f.acquire(f.loop1);
        String fresh =
                answer(connection, "SELECT @@character_set_client, @@character_set_results, @@collation_connection");
        answer(connection, "SET NAMES latin1");

        on(f.loop1, connection::reset).get(5, TimeUnit.SECONDS);

        assertThat(answer(connection, "SELECT @@character_set_client, @@character_set_results, @@collation_connection"))
                .isEqualTo(fresh);
        run(f.loop1, connection::release);
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

    /** The first value of the answer, or its number of rows or its error. */
    private String answer(PooledConnection connection, String sql) throws Exception {
        var reply = new Answer(connection);
        run(f.loop1, () -> connection.executePayload(ReplyKind.QUERY, query(sql), reply));
        return reply.done.get(15, TimeUnit.SECONDS);
    }

    private static final class Answer implements ReplyListener {
        final CompletableFuture<String> done = new CompletableFuture<>();
        private final ResultCollector collector;
        private final ReplyReader reader = new ReplyReader(1 << 20);

        Answer(PooledConnection connection) {
            collector = new ResultCollector(connection.key().endpoint(), 100, 1 << 20);
            reader.begin(ReplyKind.QUERY, connection.key().capabilities(), collector);
        }

        @Override
        public void onForward(ByteBuf slice) {
            try {
                reader.forward(slice, slice.readerIndex(), slice.readableBytes());
            } catch (ProtocolException e) {
                done.completeExceptionally(e);
            } finally {
                slice.release();
            }
        }

        @Override
        public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
            reader.control(kind, sequenceId, payload);
        }

        @Override
        public void onComplete(ReplyStatus status) {
            reader.close();
            done.complete(
                    status.isError()
                            ? "error " + status.errno()
                            : collector.result(status).rows().toString());
        }

        @Override
        public void onBroken(BrokenConnectionException e) {
            reader.close();
            done.completeExceptionally(e);
        }
    }
}
