// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What {@link SessionDifferentialIT} says at random, said in the one order on which each case depends. */
class SessionCasesIT {
    private static final int CONNECTIONS = 2;
    private static final long SEED = 20_261_126;

    private static Fleet fleet;
    private static SessionKinds kinds;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> Fleet.withConnectionsToKeep(config, CONNECTIONS));
        kinds = new SessionKinds(fleet, SEED);
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @Test
    void whatWasFoundOutlivesTheEndOfATransactionByAReset() throws Exception {
        try (var twin = kinds.twin("found", 2)) {
            kinds.script(900).begin(twin);
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

    /** A ping has the gateway fetch the diagnostics, behind which it gives the connection back. */
    @Test
    void theStatementBeforeIsCountedAsByTheServerInAnyMixture() throws Exception {
        try (var twin = kinds.twin("mixture", 0)) {
            for (String before : List.of("SELECT 'a' || 'b', no_such_column", "SELECT 1 / 0, 2 / 0", "SELECT 1")) {
                for (String mixture : List.of(
                        "SELECT ROW_COUNT(), FOUND_ROWS(), @@error_count",
                        "SELECT @@warning_count, FOUND_ROWS(), FOUND_ROWS() + 1",
                        "SELECT @@error_count, ROW_COUNT(), @@warning_count",
                        "SELECT SQL_CALC_FOUND_ROWS @@warning_count, @@error_count + 1")) {
                    for (boolean givesBack : new boolean[] {false, true}) {
                        twin.query(before);
                        if (givesBack) {
                            ping(twin);
                        }
                        twin.query(mixture);
                        twin.query("SHOW WARNINGS");
                    }
                }
            }
        }
    }

    @Test
    void diagnosticsAreCountedThatNoReplyTellsOf() throws Exception {
        try (var twin = kinds.twin("counts", 0)) {
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
        try (var twin = kinds.twin("text", 0)) {
            kinds.script(904).begin(twin);
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
            try (var twin = new SessionTwin(
                    fleet, "acme", "spaces-" + i, SessionTwin.CAPABILITIES | CapabilityFlags.CLIENT_IGNORE_SPACE)) {
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
        try (var twin = kinds.twin("ahead", 0)) {
            twin.query("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3");
            twin.query("UPDATE no_such_table SET a = 1");
            // The connection has found something else than the session, and is told so.
            twin.query("(SELECT 1) UNION ALL (SELECT 2) LIMIT 1");
            twin.query("SHOW WARNINGS");
        }
    }

    @Test
    void anAggregateOfNoRowsLeavesWhatWasFoundWhereTheServerDoes() throws Exception {
        try (var twin = kinds.twin("aggregate", 0)) {
            kinds.script(901).begin(twin);
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
        try (var twin = kinds.twin("tracked", 2)) {
            kinds.script(902).begin(twin);
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
            try (var twin = kinds.twin("ends", number)) {
                kinds.script(906).begin(twin);
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
        try (var twin = kinds.twin("untold", 2)) {
            kinds.script(908).begin(twin);
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
        try (var twin = kinds.twin("found ahead", 2);
                var other = kinds.twin("other", 0)) {
            kinds.script(907).begin(twin);
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
        try (var twin = kinds.twin("transaction", 2)) {
            kinds.script(903).begin(twin);
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
        try (var twin = kinds.twin("types", 0)) {
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
        try (var twin = kinds.twin("null", 0)) {
            kinds.script(905).begin(twin);
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
}
