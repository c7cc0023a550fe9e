// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.testing.RawClient;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What clients get when the reply to their statement breaks off, stops or is changed anywhere on its way. */
class CutRepliesIT extends SickShard {
    private static final int RANDOM_CUTS = Integer.getInteger("workersql.faults.cuts", 25);
    private static final int ROWS = 6;

    @Test
    void aReplyThatIsCutAnywhereIsNeverTakenForAWholeOne() throws Exception {
        String rows = "/*cut*/ SELECT seq, REPEAT('x', 20 + seq) FROM seq_1_to_" + ROWS;
        proxy.aim("/*cut*/", FaultProxy.Cut.RESET, Integer.MAX_VALUE);
        assertThat(count(rows)).isEqualTo(ROWS);
        byte[] reply = proxy.markedReply();
        var cuts = new TreeSet<>(boundaries(reply));
        long seed = Long.getLong("workersql.faults.seed", System.nanoTime());
        System.out.println("cuts: -Dworkersql.faults.seed=" + seed);
        var random = new Random(seed);
        for (int i = 0; i < RANDOM_CUTS; i++) {
            cuts.add(random.nextInt(reply.length));
        }
        int repeated = 0;
        var http = new Http(fleet, "globex");
        double counted = http.metric("workersql_retries_total", "proof=\"reads_only\"");
        for (int cut : cuts) {
            proxy.aim("/*cut*/", FaultProxy.Cut.RESET, cut);
            try {
                assertThat(count(rows))
                        .as("rows after a cut at byte %d of %d", cut, reply.length)
                        .isEqualTo(ROWS);
                repeated++;
            } catch (SQLException e) {
                assertThat(e.getErrorCode()).as("cut at %d: %s", cut, e).isIn(0, 1158, 1429, 3024);
                reconnect();
            }
        }
        // Without a byte of the reply a read is repeated, and the client does not notice.
        assertThat(repeated).isPositive().isLessThan(cuts.size());
        assertThat(http.metric("workersql_retries_total", "proof=\"reads_only\"") - counted)
                .as("each is counted by its proof")
                .isGreaterThanOrEqualTo(repeated);
    }

    @Test
    void rowsThatBreakOffBetweenTwoPacketsEndByAnError() throws Exception {
        String rows = "/*raw*/ SELECT seq, REPEAT('x', 20 + seq) FROM seq_1_to_" + ROWS;
        int port = fleet.gateway().mysqlAddress().getPort();
        proxy.aim("/*raw*/", FaultProxy.Cut.RESET, Integer.MAX_VALUE);
        int packets;
        try (var client = RawClient.connect(port, "acme", fleet.password("acme"), "acme", RAW)) {
            packets = client.query(rows).payloads().size();
        }
        var boundaries = boundaries(proxy.markedReply());
        int errors = 0;
        for (int packet = 1; packet < packets; packet++) {
            proxy.aim("/*raw*/", FaultProxy.Cut.RESET, boundaries.get(packet));
            try (var client = RawClient.connect(port, "acme", fleet.password("acme"), "acme", RAW)) {
                var reply = client.query(rows);
                assertThat(reply.errno()).as("behind packet %d", packet).isEqualTo(1158);
                assertThat(reply.payloads()).as("what came, and the error").hasSize(packet + 1);
                assertThat(client.isAtEnd()).isTrue();
                errors++;
            } catch (java.io.EOFException e) {
                // Among the columns' definitions there is no place for an error.
                assertThat(packet).isLessThanOrEqualTo(2);
            }
            awaitAnswer();
        }
        assertThat(errors).isGreaterThanOrEqualTo(ROWS);
    }

    @Test
    void aReplyThatStopsWithoutAnEndIsEndedByTheStatementsTime() throws SQLException {
        proxy.aim("/*stall*/", FaultProxy.Cut.STALL, 30);
        var error = errorOf("/*stall*/ SELECT seq, REPEAT('x', 20 + seq) FROM seq_1_to_" + ROWS);
        assertThat(error.getErrorCode()).as("%s", error).isIn(0, 1158, 3024);
        reconnect();
        awaitAnswer();
    }

    @Test
    void aWriteWhoseAnswerIsCutIsUnknownAndNotRepeated() throws SQLException {
        run(acme, "DELETE FROM written");
        for (int id = 1; id <= 5; id++) {
            proxy.aim("/*lost*/", FaultProxy.Cut.RESET, 0);
            var error = errorOf("/*lost*/ INSERT INTO written VALUES (" + id + ")");
            assertThat(error.getErrorCode()).isEqualTo(1105);
            assertThat(error.getMessage()).contains("[GW-OUTCOME-UNKNOWN]");
            assertThat(error.getSQLState()).isEqualTo("HY000");
        }
        assertThat(one("SELECT COUNT(*) FROM written")).isEqualTo(5);
    }

    @Test
    void aReadWhoseAnswerIsCutIsNotRepeatedWithinATransactionOrOnAKeptConnection() throws Exception {
        var http = new Http(fleet, "globex");
        double counted = http.metric("workersql_retries_total", "proof=\"reads_only\"");
        run(acme, "BEGIN");
        assertThat(one("SELECT COUNT(*) >= 0 FROM written")).isEqualTo(1);
        proxy.aim("/*inside*/", FaultProxy.Cut.RESET, 0);
        var lost = errorOf("/*inside*/ SELECT COUNT(*) FROM written");
        assertThat(lost.getErrorCode()).as("%s", lost).isEqualTo(3101);
        run(acme, "ROLLBACK");
        awaitAnswer();

        run(acme, "CREATE TEMPORARY TABLE mine (id INT)");
        proxy.aim("/*kept*/", FaultProxy.Cut.RESET, 0);
        var gone = errorOf("/*kept*/ SELECT COUNT(*) FROM written");
        assertThat(gone.getMessage()).contains("[GW-NOT-EXECUTED]");
        assertThat(http.metric("workersql_retries_total", "proof=\"reads_only\""))
                .isEqualTo(counted);
        reconnect();
        awaitAnswer();
    }

    @Test
    void aCommitWhoseAnswerIsCutIsUnknown() throws SQLException {
        run(acme, "DELETE FROM written");
        run(acme, "BEGIN");
        run(acme, "INSERT INTO written VALUES (77)");
        proxy.aim("/*end*/ COMMIT", FaultProxy.Cut.RESET, 0);
        var error = errorOf("/*end*/ COMMIT");
        assertThat(error.getMessage()).contains("[GW-OUTCOME-UNKNOWN]").contains("COMMIT was sent");
        assertThat(one("SELECT COUNT(*) FROM written")).isEqualTo(1);
    }

    @Test
    void aDefinitionThatIsNotAnsweredHasPerhapsCommittedItsTransaction() throws SQLException {
        run(acme, "DELETE FROM written");
        run(acme, "BEGIN");
        run(acme, "INSERT INTO written VALUES (78)");
        proxy.aim("/*defines*/", FaultProxy.Cut.STALL, 0);

        var error = errorOf("/*defines*/ CREATE OR REPLACE TABLE defined (id INT)");

        assertThat(error.getErrorCode())
                .as("nothing that is taken for a rollback")
                .isEqualTo(3024);
        assertThat(error.getMessage()).contains("[GW-OUTCOME-UNKNOWN]");
        assertThat(one("SELECT COUNT(*) FROM written")).isEqualTo(1);
    }

    @Test
    void aProcedureWhoseRowsAreCutHasPerhapsCommittedItsTransaction() throws Exception {
        try (var direct = fleet.direct(Driver.MYSQL_TEXT, "acme")) {
            run(direct, "DELETE FROM written");
            run(
                    direct,
                    "CREATE OR REPLACE PROCEDURE commits() BEGIN INSERT INTO written VALUES (79); COMMIT;"
                            + " SELECT seq, REPEAT('x', 20 + seq) FROM seq_1_to_" + ROWS + "; END");
        }
        var http = new Http(fleet, "acme");
        var id = http.post("/v1/transactions", "{}").body().get("transactionId");
        // Among what the procedure gives: the answer to what begins the transaction counts, if both leave in one write.
        proxy.aim("/*proc*/", FaultProxy.Cut.RESET, 200);

        var answer = http.post("/v1/transactions/" + id + "/query", "{\"sql\":\"/*proc*/ CALL commits()\"}");

        assertThat(answer.details().get("outcome")).hasToString("unknown");
        awaitAnswer();
        assertThat(one("SELECT COUNT(*) FROM written")).isEqualTo(1);
    }

    /** It waits for the answer to a question that the one before had asked: the question outlives whom it was for. */
    @Test
    void theStatementBehindOneWhoseTimeEndedInAQuestionGoesOn() throws Exception {
        run(acme, "DELETE FROM written");
        try (var session = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            askBeforeTheNext(session);
            proxy.aim("SHOW WARNINGS", FaultProxy.Cut.STALL, 0);
            assertThatThrownBy(() -> run(session, "VALUES (1)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(3024));

            var next = InThread.inThread(() -> one(session, "SELECT COUNT(*) FROM written"));
            assertThatThrownBy(() -> next.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            proxy.release();

            assertThat(next.get(60, TimeUnit.SECONDS)).isEqualTo(3);
        }
    }

    @Test
    void theStatementThatIsKilledInAQuestionInFrontOfItNeverRuns() throws Exception {
        run(acme, "DELETE FROM written");
        try (var session = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            String id = Long.toString(one(session, "SELECT CONNECTION_ID()"));
            askBeforeTheNext(session);
            proxy.aim("SHOW WARNINGS", FaultProxy.Cut.STALL, 0);
            var killed = InThread.inThread(() -> {
                run(session, "VALUES (1)");
                return null;
            });
            KilledStatement.assertKilled(killed, acme, id);

            var next = InThread.inThread(() -> one(session, "SELECT COUNT(*) FROM written"));
            proxy.release();

            assertThat(next.get(60, TimeUnit.SECONDS)).isEqualTo(3);
        }
    }

    /** Leaves a transaction with a warning that only its connection knows, which what is sent ahead of the next statement would clear. */
    private static void askBeforeTheNext(Connection session) throws SQLException {
        run(session, "SET sql_mode = ''");
        run(session, "BEGIN");
        run(session, "INSERT INTO written VALUES (1), (2)");
        one(session, "SELECT id FROM written");
        // Its answer is a row of the gateway's own, and another count than the client's.
        run(session, "SET session_track_schema = OFF");
        run(session, "INSERT INTO written VALUES ('3x')");
    }

    @Test
    void bytesThatMakeNoSenseCostTheirClientAnErrorAndNobodyElseAnything() throws SQLException {
        try (var globex = fleet.connect(Driver.MYSQL_TEXT, "globex")) {
            for (int at = 0; at < 8; at++) {
                proxy.aim("/*bad*/", FaultProxy.Cut.CORRUPT, at);
                try {
                    run(acme, "/*bad*/ DO 1");
                } catch (SQLException e) {
                    reconnect();
                }
                assertThat(one(globex, "SELECT 7")).isEqualTo(7);
                awaitAnswer();
            }
        }
    }

    /** The offsets at which packets of a reply begin, and its end but for one byte. */
    private static List<Integer> boundaries(byte[] reply) {
        var found = new ArrayList<Integer>();
        int at = 0;
        while (at + 4 <= reply.length) {
            found.add(at);
            at += 4 + (reply[at] & 0xff) + ((reply[at + 1] & 0xff) << 8) + ((reply[at + 2] & 0xff) << 16);
        }
        found.add(reply.length - 1);
        return found;
    }

    private int count(String sql) throws SQLException {
        try (var statement = acme.createStatement();
                var rows = statement.executeQuery(sql)) {
            int count = 0;
            while (rows.next()) {
                assertThat(rows.getString(2)).hasSize(20 + rows.getInt(1));
                count++;
            }
            return count;
        }
    }
}
