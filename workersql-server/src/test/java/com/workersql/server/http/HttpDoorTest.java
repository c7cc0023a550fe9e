// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.session.Drain;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a statement is answered, and what becomes of its connection. */
class HttpDoorTest extends DoorFixture {
    @Test
    void answersAStatementWithItsLengthWhenItIsSmall() {
        door.query("{\"sql\":\"SELECT 1\",\"rows\":\"array\"}");
        door.sessions().latest().reply().columns(COLUMN).row("x").end();

        var received = door.received();
        assertThat(received).startsWith("HTTP/1.1 200 OK\r\n").contains("content-type: application/json\r\n");
        assertThat(received).containsPattern("content-length: [0-9]+\r\n").doesNotContain("transfer-encoding");
        assertThat(received).contains("\"data\":[[\"x\"]],\"rowCount\":1").endsWith("\"success\":true}");
        assertThat(door.isOpen()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/query", "/query", "/sql", "/v1/sql"})
    void takesStatementsOnEveryAlias(String path) {
        door.send(TestDoor.post("{\"sql\":\"S\"}", "").replace("/v1/query", path));
        door.sessions().latest().reply().ok(1, 0, 0);

        assertThat(door.received()).contains("\"rowsAffected\":1");
    }

    @Test
    void streamsAnAnswerThatIsLarge() {
        door.query("{\"sql\":\"S\",\"rows\":\"array\"}");
        var reply = door.sessions().latest().reply().columns(COLUMN);
        for (int i = 0; i < 100; i++) {
            reply.row("x".repeat(1000));
        }
        var early = door.received();
        assertThat(early).startsWith("HTTP/1.1 200 OK\r\n").contains("transfer-encoding: chunked");
        reply.end();

        assertThat(door.received()).endsWith("\"success\":true}\r\n0\r\n\r\n");
        assertThat(door.isOpen()).isTrue();
    }

    @Test
    void breaksTheStreamOffWhenTheShardFailsLate() {
        door.query("{\"sql\":\"S\",\"rows\":\"array\"}");
        var reply = door.sessions().latest().reply().columns(COLUMN);
        for (int i = 0; i < 100; i++) {
            reply.row("x".repeat(1000));
        }
        reply.error(1158, "08S01", "lost");

        assertThat(door.received())
                .contains("\"success\":false,\"error\":{\"code\":\"CONNECTION_ERROR\"")
                .endsWith("}}\r\n");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void givesAnEarlyErrorItsStatus() {
        door.query("{\"sql\":\"S\"}", "X-Request-Id: abc-1\r\n");
        door.sessions()
                .latest()
                .reply()
                .columns(COLUMN)
                .row("x")
                .error(1062, "23000", "Duplicate entry 'a' for key 'b'");

        var received = door.received();
        assertThat(received)
                .startsWith("HTTP/1.1 409 Conflict\r\n")
                .contains("content-type: application/problem+json\r\n")
                .contains("x-request-id: abc-1\r\n")
                .contains(
                        "{\"success\":false,\"code\":\"INVALID_QUERY\",\"message\":\"Duplicate entry 'a' for key 'b'\","
                                + "\"details\":{\"errno\":1062,\"sqlState\":\"23000\",\"outcome\":\"not_executed\","
                                + "\"requestId\":\"abc-1\"},\"timestamp\":\"")
                .contains(",\"error\":{\"code\":\"INVALID_QUERY\",")
                .endsWith(",\"type\":\"about:blank\",\"title\":\"Conflict\",\"status\":409,"
                        + "\"detail\":\"Duplicate entry 'a' for key 'b'\"}");
        assertThat(door.isOpen()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "1064,400",
        "1146,422",
        "1142,403",
        "1213,409",
        "1235,501",
        "1429,503",
        "3024,504",
        "1158,502",
        "1226,429"
    })
    void mapsErrorsToStatuses(int errno, int status) {
        door.query("{\"sql\":\"S\"}");
        door.sessions().latest().reply().error(errno, "HY000", "m");

        var received = door.received();
        assertThat(received).startsWith("HTTP/1.1 " + status + " ");
        assertThat(received.contains("retry-after: 1\r\n")).isEqualTo(status == 503 || status == 429);
    }

    @Test
    void answersPipelinedRequestsInOrderAndOneAtATime() {
        door.send(TestDoor.post("{\"sql\":\"A\"}", "") + TestDoor.post("{\"sql\":\"B\"}", "")
                + "GET /livez HTTP/1.1\r\nHost: h\r\n\r\n");

        assertThat(door.sessions().statements()).hasSize(1);
        door.sessions().latest().reply().ok(1, 0, 0);
        assertThat(door.received()).contains("\"rowsAffected\":1").doesNotContain("alive");
        door.sessions().latest().reply().ok(2, 0, 0);
        assertThat(door.received()).contains("\"rowsAffected\":2").endsWith("{\"status\":\"alive\"}");
        assertThat(door.sessions().statements()).extracting("sql").containsExactly("A", "B");
    }

    @Test
    void endsTheSessionOfAClientThatHasGone() {
        door.query("{\"sql\":\"S\"}");
        var reply = door.sessions().latest().reply().columns(COLUMN).row("x");
        door.channel().close();

        assertThat(door.sessions().openCount()).isZero();
        reply.row("y").end();
    }

    @Test
    void stopsTheShardWhileTheClientDoesNotRead() {
        door.query("{\"sql\":\"S\"}");
        var reply = door.sessions().latest().reply().columns(COLUMN);
        door.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        door.channel().runPendingTasks();
        assertThat(reply.isReading()).isFalse();

        door.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, true);
        door.channel().runPendingTasks();
        assertThat(reply.isReading()).isTrue();
        reply.end();
    }

    @Test
    void doesNotCompressWhatIsTiny() {
        door.send("GET /livez HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");

        assertThat(door.received()).doesNotContain("content-encoding");
    }

    @Test
    void closesWhenTheClientAsksForIt() {
        door.send("GET /livez HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

        assertThat(door.received()).contains("connection: close\r\n");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void endsAStreamByTheConnectionForOldClients() {
        door.send(TestDoor.post("{\"sql\":\"S\"}", "Connection: keep-alive\r\n").replace("HTTP/1.1", "HTTP/1.0"));
        var reply = door.sessions().latest().reply().columns(COLUMN);
        for (int i = 0; i < 100; i++) {
            reply.row("x".repeat(1000));
        }
        reply.end();

        assertThat(door.received())
                .doesNotContain("chunked")
                .contains("connection: close")
                .endsWith("\"success\":true}");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void closesWhenItDrainsAndNothingRuns() {
        door.get("/livez").received();
        door.channel().pipeline().fireUserEventTriggered(new Drain(30_000));

        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void answersWhatRunsBeforeItDrains() {
        door.query("{\"sql\":\"S\"}");
        door.channel().pipeline().fireUserEventTriggered(new Drain(30_000));
        assertThat(door.isOpen()).isTrue();

        door.sessions().latest().reply().ok(0, 0, 0);
        assertThat(door.received()).startsWith("HTTP/1.1 200 ").contains("connection: close\r\n");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void endsAStatementByKill() {
        door.query("{\"sql\":\"S\"}");
        door.sessions().kill(door.sessions().latest().session(), false);
        door.sessions().latest().reply().error(1317, "70100", "interrupted");

        assertThat(door.received()).startsWith("HTTP/1.1 504 ").contains("\"errno\":1317");
    }

    @Test
    void namesAnIncidentWhenTheFaultIsItsOwn() {
        door.sessions().breakDown();
        door.query("{\"sql\":\"S\"}", "X-Request-Id: incident-7\r\n");

        assertThat(door.received())
                .startsWith("HTTP/1.1 500 ")
                .contains("[GW-INTERNAL] incident incident-7")
                .doesNotContain("on purpose");
        assertThat(door.isOpen()).isTrue();
    }

    @Test
    void knowsNoTransactionThatItHasNotOpened() {
        door.query("{\"sql\":\"S\",\"transactionId\":\"0.abc.def\"}");

        assertThat(door.received()).startsWith("HTTP/1.1 404 ").contains("no such transaction");
    }
}
