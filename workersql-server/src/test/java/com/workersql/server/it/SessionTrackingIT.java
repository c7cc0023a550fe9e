// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.message.server.SessionTrack;
import com.workersql.protocol.testing.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What clients are told of their session's changes: what a server alone would tell them, whatever the gateway needs to know. */
class SessionTrackingIT {
    private static final long TRACKED = SessionTwin.CAPABILITIES | CapabilityFlags.CLIENT_SESSION_TRACK;

    /** Fewer than there are clients in a test, and one more than the check of a server's health may have. */
    private static final int CONNECTIONS = 2;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> Fleet.withConnectionsToKeep(config, CONNECTIONS));
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    private static SessionTwin twin(long capabilities) throws IOException {
        return new SessionTwin(fleet, "acme", "tracked", capabilities);
    }

    private static RawClient client(long capabilities) throws IOException {
        return fleet.raw("acme", capabilities);
    }

    @Test
    void loginsAndResetsTellWhatTheServersTell() throws Exception {
        try (var twin = twin(TRACKED)) {
            assertThat(twin.gateway().welcome().changes())
                    .isEqualTo(twin.direct().welcome().changes());
            twin.query("SET session_track_system_variables = '*', session_track_schema = 0");
            twin.command("COM_RESET_CONNECTION", Command.COM_RESET_CONNECTION, new byte[0]);
            twin.query("SET time_zone = '+01:00', sql_mode = ''");
            twin.query("SET session_track_state_change = 1");
            assertThat(twin.changeUser().changes()).containsExactly(new SessionTrack.Schema("acme"));
            twin.query("SET @a = 1");
            assertThat(twin.query("USE acme").changes()).containsExactly(new SessionTrack.Schema("acme"));
        }
    }

    @Test
    void variablesAreToldThatTheClientAsksFor() throws Exception {
        try (var twin = twin(TRACKED)) {
            assertThat(twin.query("SET time_zone = '+01:00', sql_mode = 'ANSI_QUOTES'")
                            .changes())
                    .containsExactly(new SessionTrack.SystemVariable("time_zone", "+01:00"));
            // Once more, which changes nothing and is told all the same.
            assertThat(twin.query("SET time_zone = '+01:00'").changes()).hasSize(1);
            assertThat(twin.query("SET autocommit = 1").changes()).hasSize(1);
            twin.query("SET NAMES latin1");
            twin.query("SET character_set_results = NULL");
            twin.query("SET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE");
            twin.query("SET session_track_system_variables = 'sql_mode,time_zone,transaction_isolation'");
            assertThat(twin.query("SET autocommit = 1").changes()).isEmpty();
            twin.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
            twin.query("SET sql_mode = '', autocommit = 1");
            twin.query("SET session_track_system_variables = ''");
            assertThat(twin.query("SET time_zone = '+02:00', sql_mode = DEFAULT")
                            .changes())
                    .isEmpty();
            // As MariaDB's driver says it at each login.
            twin.query(
                    "SET autocommit = 1, session_track_system_variables = CONCAT(@@global.session_track_system_variables,"
                            + " ',transaction_isolation')");
            twin.query("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ");
            twin.query("SET session_track_system_variables = DEFAULT");
            twin.query("SET sql_mode = ''");
        }
    }

    @Test
    void theSchemaIsToldUnlessTheClientDoesNotWant() throws Exception {
        try (var twin = twin(TRACKED)) {
            assertThat(twin.query("USE acme").changes()).containsExactly(new SessionTrack.Schema("acme"));
            initDb(twin);
            twin.query("BEGIN");
            twin.query("SELECT 1");
            twin.query("USE acme");
            initDb(twin);
            twin.query("COMMIT");
            twin.query("SET session_track_schema = OFF");
            assertThat(twin.query("USE acme").changes()).isEmpty();
            initDb(twin);
            assertThat(twin.query("SET session_track_schema = 'perhaps'").isError())
                    .isTrue();
            twin.query("SET session_track_schema = DEFAULT, session_track_state_change = 1");
            assertThat(twin.query("USE acme").changes()).hasSize(2);
            initDb(twin);
        }
    }

    private static void initDb(SessionTwin twin) throws IOException {
        twin.command("COM_INIT_DB", Command.COM_INIT_DB, "acme".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void changesOfStateAreToldToWhoeverAsks() throws Exception {
        try (var twin = twin(TRACKED)) {
            assertThat(twin.query("SET @a = 1").changes()).isEmpty();
            twin.query("SET session_track_state_change = 1");
            assertThat(twin.query("SET @a = 2").changes()).containsExactly(new SessionTrack.StateChange(true));
            for (String sql : List.of(
                    "SELECT @b := 2",
                    "CREATE TEMPORARY TABLE tmp_told (id INT)",
                    "DROP TEMPORARY TABLE tmp_told",
                    "PREPARE st FROM 'SELECT 1'",
                    "EXECUTE st",
                    "DEALLOCATE PREPARE st",
                    "SET SESSION sql_mode = CONCAT(@@sql_mode, ',PIPES_AS_CONCAT')",
                    "SET session_track_state_change = 0",
                    "SET @a = 3")) {
                twin.query(sql);
            }
        }
    }

    @Test
    void transactionsAreToldToWhoeverAsks() throws Exception {
        try (var twin = twin(TRACKED)) {
            twin.query("DROP TABLE IF EXISTS told");
            twin.query("CREATE TABLE told (id INT PRIMARY KEY) ENGINE=InnoDB");
            assertThat(twin.query("BEGIN").changes()).isEmpty();
            twin.query("COMMIT");
            twin.query("SET session_track_transaction_info = 'STATE'");
            assertThat(twin.query("BEGIN").changes()).containsExactly(new SessionTrack.TransactionState("T_______"));
            for (String sql : List.of(
                    "SELECT * FROM told",
                    "INSERT INTO told VALUES (1)",
                    "SELECT 1",
                    "COMMIT",
                    "COMMIT",
                    "INSERT INTO told VALUES (2)",
                    "SET session_track_transaction_info = 'CHARACTERISTICS'",
                    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
                    "START TRANSACTION READ ONLY",
                    "SELECT * FROM told",
                    "ROLLBACK",
                    "START TRANSACTION WITH CONSISTENT SNAPSHOT",
                    "SAVEPOINT s",
                    "ROLLBACK TO s",
                    "COMMIT AND CHAIN",
                    "ROLLBACK",
                    "SET autocommit = 0",
                    "SELECT * FROM told",
                    "COMMIT",
                    "SET autocommit = 1",
                    "SET session_track_transaction_info = 'OFF'",
                    "BEGIN",
                    "INSERT INTO told VALUES (3)",
                    "ROLLBACK",
                    "DROP TABLE told")) {
                twin.query(sql);
            }
        }
    }

    @Test
    void nobodyIsToldWhatTheGatewaySetsForOthers() throws Exception {
        try (var one = client(TRACKED);
                var other = client(TRACKED);
                var deaf = client(SessionTwin.CAPABILITIES)) {
            one.query("SET session_track_system_variables = '*', session_track_state_change = 1,"
                    + " session_track_transaction_info = 'CHARACTERISTICS'");
            other.query("SET session_track_system_variables = 'time_zone'");
            other.query("SET time_zone = '+05:00', @v = 7");
            for (int i = 0; i < 3; i++) {
                // On fewer connections than there are of them, which are given each one's variables.
                assertThat(one.query("SET time_zone = '-0" + (i + 1) + ":00'").changes())
                        .contains(
                                new SessionTrack.SystemVariable("time_zone", "-0" + (i + 1) + ":00"),
                                new SessionTrack.StateChange(true));
                assertThat(one.query("SELECT @@time_zone").changes()).isEmpty();
                assertThat(other.query("SELECT @@time_zone, @v").changes()).isEmpty();
                assertThat(deaf.query("SET time_zone = '+06:00'").changes()).isEmpty();
                assertThat(other.query("SELECT @@time_zone").value()).isEqualTo("+05:00");
            }
        }
    }

    @Test
    void whatIsAssignedBesideTheSettingsIsKnownAndTravels() throws Exception {
        try (var twin = twin(TRACKED);
                var other = client(TRACKED)) {
            // As MariaDB's driver says it at each login.
            twin.query("SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES'), session_track_system_variables ="
                    + " CONCAT(@@global.session_track_system_variables, ',transaction_isolation')");
            assertThat(other.query("SHOW GATEWAY PINS").payloads()).hasSize(8);
            other.query("SET time_zone = '+03:00'");
            twin.query("SELECT @@sql_mode");
            twin.query("SELECT 'a\\'");
        }
    }

    @Test
    void theGatewayGoesOnHearingAllOfIt() throws Exception {
        try (var client = client(TRACKED)) {
            client.query("SET session_track_system_variables = '', session_track_state_change = 0,"
                    + " session_track_transaction_info = 'OFF', session_track_schema = 0");
            assertThat(client.query("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')")
                            .changes())
                    .isEmpty();

            assertThat(client.query("SELECT 'a\\'").value())
                    .as("read by the mode that was set")
                    .isEqualTo("a\\");
        }
    }
}
