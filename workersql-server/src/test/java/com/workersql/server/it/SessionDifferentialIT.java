// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Sessions that share two connections to a shard are told the same, to the byte, as sessions that have a server for themselves.
 * {@code -Dworkersql.sessions.operations=20000 -Dworkersql.sessions.concurrent=500000} makes it long, {@code
 * -Dworkersql.sessions.seed} repeats a run, and {@code
 * -Dworkersql.mysql.ports=3571,3572} has MySQL servers in the place of the embedded ones.
 */
class SessionDifferentialIT {
    private static final int SESSIONS = 8;
    /** So many that they wait for each other's connections, and get whichever is given back first. */
    private static final int CONCURRENT_SESSIONS = 40;

    private static final int CONNECTIONS = 2;
    private static final int BINDS_ONCE_IN = 15;
    private static final long CAPABILITIES = CapabilityFlags.CLIENT_LONG_PASSWORD
            | CapabilityFlags.CLIENT_LONG_FLAG
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_MULTI_RESULTS
            | CapabilityFlags.CLIENT_PS_MULTI_RESULTS
            | CapabilityFlags.CLIENT_DEPRECATE_EOF;

    private static final int OPERATIONS = Integer.getInteger("workersql.sessions.operations", 1_600);
    private static final int CONCURRENT_OPERATIONS = Integer.getInteger("workersql.sessions.concurrent", OPERATIONS);
    private static final long SEED = Long.getLong("workersql.sessions.seed", 20_261_126);

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(SessionDifferentialIT::withFewConnections);
    }

    private static GatewayConfig withFewConnections(GatewayConfig config) {
        return Fleet.withConnections(config, CONNECTIONS).toBuilder()
                .pool(PoolConfig.of(Map.of(PoolConfig.PINNED_PERCENT_PER_TENANT, 100L)))
                .build();
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @Test
    void sessionsThatTakeTurnsAreToldWhatTheyWouldBeToldAlone() throws Exception {
        var random = new Random(SEED);
        var scripts = new ArrayList<SessionScript>();
        var twins = new ArrayList<SessionTwin>();
        var differences = new Differences();
        try {
            for (int i = 0; i < SESSIONS; i++) {
                scripts.add(script(i));
                twins.add(twin("serial-" + i, i));
                scripts.get(i).begin(twins.get(i));
            }
            for (int i = 0; i < OPERATIONS; i++) {
                int session = random.nextInt(SESSIONS);
                long bound = scripts.stream().filter(SessionScript::isBound).count();
                say(scripts.get(session), twins.get(session), bound < CONNECTIONS - 1, differences);
            }
        } finally {
            for (var twin : twins) {
                twin.close();
            }
        }
        assertThat(twins.stream().mapToLong(SessionTwin::operations).sum())
                .as("operations with seed %d", SEED)
                .isGreaterThanOrEqualTo(OPERATIONS);
        differences.assertNone();
    }

    @Test
    void sessionsAtTheSameTimeAreToldWhatTheyWouldBeToldAlone() throws Exception {
        var mayBind = new Semaphore(CONNECTIONS - 1);
        var differences = new Differences();
        long operations = 0;
        var threads = Executors.newFixedThreadPool(CONCURRENT_SESSIONS);
        try {
            var tasks = new ArrayList<Callable<Long>>();
            for (int i = 0; i < CONCURRENT_SESSIONS; i++) {
                int number = SESSIONS + i;
                tasks.add(() -> run(number, mayBind, differences));
            }
            for (var result : threads.invokeAll(tasks)) {
                operations += result.get();
            }
        } finally {
            threads.shutdownNow();
            threads.awaitTermination(1, TimeUnit.MINUTES);
            System.out.printf(
                    "%,d operations at the same time with seed %d, %d differences, %.1f %% of free statements moved%n",
                    operations, SEED, differences.count(), 100 * movedShare());
        }
        differences.assertNone();
        assertThat(operations).isGreaterThanOrEqualTo(CONCURRENT_OPERATIONS);
        assertThat(movedShare())
                .as("the share of statements that changed their connection: without, nothing was shown")
                .isGreaterThan(0.2);
    }

    @Test
    void whatWasFoundOutlivesTheEndOfATransactionByAReset() throws Exception {
        try (var twin = twin("found", 2)) {
            script(900).begin(twin);
            for (boolean becomesAnother : new boolean[] {false, true}) {
                twin.query("BEGIN");
                twin.query("SELECT id FROM diff_900 ORDER BY id LIMIT 2");
                // Of which only the server knows whether it has found anything.
                twin.query("SHOW TABLES LIKE 'diff_900%'");
                if (becomesAnother) {
                    twin.changeUser();
                } else {
                    twin.command("COM_RESET_CONNECTION", Command.COM_RESET_CONNECTION, new byte[0]);
                }
                twin.query("SELECT FOUND_ROWS()");
            }
        }
    }

    @Test
    void diagnosticsAreCountedThatNoReplyTellsOf() throws Exception {
        try (var twin = twin("counts", 0)) {
            // An error with a warning beside it, and a text that is warned of when it is prepared.
            twin.query("SELECT 'a' || 'b', no_such_column");
            ping(twin);
            twin.query("SHOW COUNT(*) WARNINGS");
            ping(twin);
            int[] ids = new CursorTwin(twin).prepare("SELECT 'a' || 'b'");
            ping(twin);
            twin.query("SHOW COUNT(*) WARNINGS");
            twin.query("SELECT 1 / 0");
            new CursorTwin(twin).on(ids, "COM_STMT_RESET", Command.COM_STMT_RESET);
            ping(twin);
            twin.query("SHOW COUNT(*) WARNINGS");
            new CursorTwin(twin).prepare("SELECT FOUND_ROWS() + ROW_COUNT()");
            twin.query("SELECT ROW_COUNT() + 0");
        }
    }

    /** On MariaDB only a statement that names tables clears them, wherever its text stands; on MySQL every one. */
    @Test
    void aTextThatWasPreparedClearsTheDiagnosticsAsTheStatementItself() throws Exception {
        try (var twin = twin("text", 0)) {
            script(904).begin(twin);
            for (String text : List.of(
                    "SELECT v FROM diff_904 WHERE id = 1",
                    "SELECT 2",
                    "UPDATE diff_904 SET n = n",
                    "SHOW TABLES LIKE ''")) {
                for (String look : List.of("SELECT @@warning_count", "SHOW WARNINGS", "SHOW COUNT(*) WARNINGS")) {
                    twin.query("SELECT 1 / 0");
                    twin.query("PREPARE st FROM '" + text.replace("'", "''") + "'");
                    twin.query(look);
                    twin.query("SELECT CAST('x' AS SIGNED)");
                    twin.query("EXECUTE st");
                    twin.query(look);
                    ping(twin);
                    twin.query("SELECT 1 / 0");
                    twin.query("SHOW WARNINGS");
                    twin.query("EXECUTE st");
                    twin.query("SELECT @@warning_count + 0");
                    twin.query("DEALLOCATE PREPARE st");
                    twin.query("EXECUTE st");
                    twin.query(look);
                }
            }
        }
    }

    /** The login adds it to the mode, MariaDB's reset takes it away: neither may depend on whose connection it is and was. */
    @Test
    void spacesInFrontOfCallsAreIgnoredForWhomAsksForThat() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (var twin =
                    new SessionTwin(fleet, "acme", "spaces-" + i, CAPABILITIES | CapabilityFlags.CLIENT_IGNORE_SPACE)) {
                twin.query("SELECT @@sql_mode, COUNT (*)");
                // Which no other session has, so that the connection is reset behind it.
                twin.query("SET sql_select_limit = " + (7 + i));
                twin.query("SELECT @@sql_mode, COUNT (*)");
                twin.command("COM_RESET_CONNECTION", Command.COM_RESET_CONNECTION, new byte[0]);
                twin.query("SELECT @@sql_mode");
                twin.query("SELECT COUNT (*) FROM no_such_table");
                twin.query("SET sql_mode = 'ANSI_QUOTES'");
                twin.changeUser();
                twin.query("SELECT @@sql_mode");
            }
        }
    }

    @Test
    void diagnosticsOutliveWhatIsSentAheadOfTheNextStatement() throws Exception {
        try (var twin = twin("ahead", 0)) {
            twin.query("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3");
            twin.query("UPDATE no_such_table SET a = 1");
            // The connection has found something else than the session, and is told so.
            twin.query("(SELECT 1) UNION ALL (SELECT 2) LIMIT 1");
            twin.query("SHOW WARNINGS");
        }
    }

    @Test
    void anAggregateOfNoRowsLeavesWhatWasFoundWhereTheServerDoes() throws Exception {
        try (var twin = twin("aggregate", 0)) {
            script(901).begin(twin);
            for (String aggregate : List.of(
                    "SELECT COUNT(*) FROM diff_901",
                    "SELECT COUNT(*) FROM diff_901 WHERE id = 7777",
                    "SELECT MAX(id) FROM diff_901 WHERE id > 7777",
                    "SELECT COUNT(*) FROM diff_901 HAVING COUNT(*) > 7777",
                    "SELECT v, COUNT(*) FROM diff_901 GROUP BY v")) {
                twin.query("SELECT 1 UNION ALL SELECT 2");
                twin.query(aggregate);
                twin.query("SELECT FOUND_ROWS()");
            }
        }
    }

    @Test
    void aRefusedSettingOfTrackingIsNoPartOfTheTransaction() throws Exception {
        try (var twin = twin("tracked", 2)) {
            script(902).begin(twin);
            if (!Fleet.isMySql()) {
                // There a SET clears the diagnostics, so that they are read first: rows are sent, and a client that
                // asked would be told.
                twin.query("SET session_track_transaction_info = 'CHARACTERISTICS'");
            }
            twin.query("START TRANSACTION WITH CONSISTENT SNAPSHOT");
            twin.query("SET session_track_schema = 'perhaps'");
            if (Fleet.isMySql()) {
                // Refused there as long as a transaction is open, also to the gateway.
                twin.query("SET session_track_gtids = 'OWN_GTID'");
            }
            twin.query("SAVEPOINT s1");
            twin.query("INSERT INTO diff_902 (v) VALUES ('y'), ('z')");
            twin.query("SHOW WARNINGS");
            twin.query("USE acme");
            twin.query("COMMIT");
        }
    }

    /** What is told of a transaction is the server's word; and what was said of the next one ends with a COMMIT in front of it. */
    @Test
    void anEndOfNoTransactionIsToldAndEndsWhatWasSaidOfTheNext() throws Exception {
        for (int number : new int[] {0, 2}) {
            try (var twin = twin("ends", number)) {
                script(906).begin(twin);
                if (number == 2 && !Fleet.isMySql()) {
                    twin.query("SET session_track_transaction_info = 'CHARACTERISTICS'");
                }
                for (String end : List.of("COMMIT", "ROLLBACK")) {
                    twin.query("SET autocommit = 0");
                    twin.query("EXPLAIN SELECT 1");
                    twin.query(end + " AND CHAIN");
                    twin.query("INSERT INTO diff_906 (v) VALUES ('x')");
                    twin.query(end);
                    twin.query("SET autocommit = 1");
                    twin.query(end + " AND CHAIN");
                    twin.query("SELECT COUNT(*) FROM diff_906");
                    twin.query("ROLLBACK");
                    twin.query("SET TRANSACTION READ ONLY");
                    twin.query(end);
                    twin.query("BEGIN");
                    twin.query("INSERT INTO diff_906 (v) VALUES ('y')");
                    twin.query("COMMIT");
                    twin.query("SET TRANSACTION READ ONLY");
                    twin.query(end + " AND CHAIN");
                    twin.query("INSERT INTO diff_906 (v) VALUES ('z')");
                    twin.query("COMMIT");
                    twin.query(end);
                }
            }
        }
    }

    /** An ERR has no place for what changed: it is told with the next OK, which is that of a COMMIT outside of transactions. */
    @Test
    void whatAnErrorDidNotTellIsToldWithTheEndOfNoTransaction() throws Exception {
        try (var twin = twin("untold", 2)) {
            script(908).begin(twin);
            if (!Fleet.isMySql()) {
                twin.query("SET session_track_transaction_info = 'CHARACTERISTICS'");
            }
            for (String end : List.of("COMMIT", "ROLLBACK")) {
                twin.query("START TRANSACTION");
                twin.query("SELECT id FROM diff_908 WHERE n = 1");
                twin.query("ALTER TABLE diff_908_aux ADD COLUMN w INT DEFAULT 5");
                twin.query("INSERT INTO diff_908 (v) VALUES ('x')");
                twin.query("SAVEPOINT s1");
                twin.query("UPDATE diff_908 SET n = n");
                twin.query("ROLLBACK TO SAVEPOINT s1");
                twin.query(end);
                twin.query("SELECT 1");
                twin.query(end);
            }
        }
    }

    /** Else it would be among what the client is told that its transaction has done. */
    @Test
    void whatWasFoundIsGivenToAConnectionInFrontOfATransactionThatIsToldOf() throws Exception {
        try (var twin = twin("found ahead", 2);
                var other = twin("other", 0)) {
            script(907).begin(twin);
            twin.query("SET session_track_transaction_info = 'CHARACTERISTICS'");
            for (String begin : List.of("BEGIN", "SET autocommit = 0")) {
                twin.query("SELECT id FROM diff_907 ORDER BY id LIMIT 2");
                other.query("SELECT 1");
                twin.query(begin);
                twin.query("INSERT INTO diff_907 (v) VALUES ('y')");
                twin.query("SHOW TABLES LIKE 'diff_907'");
                twin.query("UPDATE diff_907 SET n = n");
                twin.query("COMMIT");
            }
        }
    }

    /** What an ERR leaves open, the next status tells, be it that of a command that no server is asked for otherwise. */
    @Test
    void aTransactionThatAnErrorDoesNotTellOfIsKnownToAPing() throws Exception {
        try (var twin = twin("transaction", 2)) {
            script(903).begin(twin);
            twin.query("SET autocommit = 0");
            // Of no table, so that it opens none; and of one.
            for (String failing :
                    List.of("SELECT 18446744073709551615 + 1", "SELECT 18446744073709551615 + id FROM diff_903")) {
                twin.query("INSERT INTO diff_903 (v) VALUES ('y')");
                twin.query("ROLLBACK");
                twin.query(failing);
                ping(twin);
                twin.query("SHOW WARNINGS");
                ping(twin);
                twin.query("ROLLBACK");
                ping(twin);
            }
        }
    }

    @Test
    void aStatementIsExecutedWithTheTypesThatItWasPreparedWith() throws Exception {
        try (var twin = twin("types", 0)) {
            twin.query("SET @a = 2e1");
            int[] ids = new CursorTwin(twin).prepare("SELECT @a");
            twin.query("SET @a = 1");
            twin.query("SET sql_mode = 'ANSI_QUOTES'");
            new CursorTwin(twin).execute(ids, 0);
        }
    }

    /** To prepare the text anew, as a change of modes makes necessary, is refused in a session that may only read. */
    @Test
    void aValueWhoseTypeWasLastToldAsNullIsRefusedInFrontOfAllElse() throws Exception {
        try (var twin = twin("null", 0)) {
            script(905).begin(twin);
            int[] ids = new CursorTwin(twin).prepare("INSERT INTO diff_905 (n, v) VALUES (? + 100, ?)");
            PreparedScript.execute(twin, 1, ids, 0, 1, null, true);
            twin.query("SELECT 1 / 0");
            PreparedScript.execute(twin, 1, ids, 0, 2, "x", false);
            ping(twin);
            twin.query("SHOW WARNINGS");
            ping(twin);
            twin.query("SET SESSION TRANSACTION READ ONLY");
            twin.query("SET sql_mode = 'ANSI_QUOTES'");
            PreparedScript.execute(twin, 1, ids, 0, 3, "y", false);
            twin.query("SHOW WARNINGS");
            PreparedScript.execute(twin, 1, ids, 0, 4, "z", false);
            twin.query("SELECT @@error_count");
            PreparedScript.execute(twin, 1, ids, 0, 4, "z", false);
            twin.query("SELECT ROW_COUNT(), FOUND_ROWS()");
            PreparedScript.execute(twin, 1, ids, 0, 5, "z", true);
            twin.query("SHOW WARNINGS");
            twin.query("SET SESSION TRANSACTION READ WRITE");
            PreparedScript.execute(twin, 1, ids, 0, 6, "z", false);
            twin.query("SELECT n, v FROM diff_905 ORDER BY id");
        }
    }

    private static void ping(SessionTwin twin) throws IOException {
        twin.command("COM_PING", Command.COM_PING, new byte[0]);
    }

    /** Goes on behind a difference with a new session, so that one run tells of many. */
    private static void say(SessionScript script, SessionTwin twin, boolean mayBind, Differences differences)
            throws Exception {
        try {
            script.next(mayBind).run(twin);
        } catch (AssertionError e) {
            differences.add(e.getMessage());
            script.startOver();
            twin.breakOff();
            script.begin(twin);
        }
    }

    private static long run(int number, Semaphore mayBind, Differences differences) throws Exception {
        var script = script(number);
        var random = new Random(SEED + number);
        boolean holds = false;
        try (var twin = twin("concurrent-" + number, number)) {
            script.begin(twin);
            while (twin.operations() < CONCURRENT_OPERATIONS / CONCURRENT_SESSIONS) {
                if (!holds) {
                    // While one session has a connection to itself, all others are on the other one, and none moves.
                    holds = random.nextInt(BINDS_ONCE_IN) == 0 && mayBind.tryAcquire();
                }
                say(script, twin, holds, differences);
                if (holds && !script.isBound()) {
                    holds = false;
                    mayBind.release();
                }
            }
            return twin.operations();
        }
    }

    /** Statements of sessions that nothing bound, and how many of all ran on another connection than the one before. */
    private static double movedShare() throws Exception {
        var http = new Http(fleet, "acme");
        double free = http.metric("workersql_session_statements_total", "pinned=\"false\"");
        return http.metric("workersql_session_moves_total") / free;
    }

    private static SessionScript script(int number) {
        return new SessionScript(SEED, number, !Fleet.isMySql(), isTracked(number));
    }

    private static boolean isTracked(int number) {
        return number % 4 == 2;
    }

    private static SessionTwin twin(String name, int number) throws Exception {
        // Every other session is of the old kind, with EOF packets; some of the others hear of what changes in them.
        long capabilities = number % 2 == 0 ? CAPABILITIES : CAPABILITIES & ~CapabilityFlags.CLIENT_DEPRECATE_EOF;
        if (isTracked(number)) {
            capabilities |= CapabilityFlags.CLIENT_SESSION_TRACK;
        }
        return new SessionTwin(fleet, "acme", name + " (seed " + SEED + ")", capabilities);
    }
}
