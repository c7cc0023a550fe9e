// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.server.session.Drain;
import com.workersql.server.ws.WebSocketSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpDoorTest {
    private static final ColumnDefinition COLUMN = ColumnDefinition.of("a", ColumnType.VAR_STRING);

    private final TestDoor door = new TestDoor();

    @AfterEach
    void leavesNoSessionOpen() {
        door.close();
        assertThat(door.sessions().openCount()).isZero();
    }

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
    void stopsReadingWhatIsPipelinedBeyondItsLimit() {
        door.send(TestDoor.post("{\"sql\":\"A\"}", ""));
        door.send(TestDoor.post("{\"sql\":\"B\",\"x\":\"" + "x".repeat(4_000) + "\"}", ""));
        assertThat(door.channel().config().isAutoRead()).isFalse();

        door.sessions().latest().reply().ok(1, 0, 0);
        door.received();
        assertThat(door.channel().config().isAutoRead()).isTrue();
        door.sessions().latest().reply().ok(1, 0, 0);
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
    void closesAClientThatReadsNothingOfItsAnswer() {
        door.query("{\"sql\":\"S\"}");
        door.channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        door.channel().runPendingTasks();
        door.later(29_999);
        assertThat(door.isOpen()).isTrue();

        door.later(1);
        assertThat(door.isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Authorization: Basic !!!\r\n",
                "Authorization: Basic YWRh\r\n",
                "Authorization: Basic YWRhOndyb25n\r\n",
                "Authorization: Bearer x\r\n",
                "Authorization: Basic YWRhOnA6dw==\r\nAuthorization: Basic YWRhOnA6dw==\r\n",
            })
    void asksForCredentialsThatAreMissingOrWrong(String header) {
        door.send(TestDoor.post("{\"sql\":\"S\"}", header).replaceFirst("Authorization: Basic YWRhOnA6dw==\r\n", ""));

        assertThat(door.received())
                .startsWith("HTTP/1.1 401 Unauthorized\r\n")
                .contains("www-authenticate: Basic realm=\"workersql\"")
                .contains("\"code\":\"AUTH_ERROR\"");
        assertThat(door.sessions().statements()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain,415",
        "application/x-www-form-urlencoded,415",
        "application/jsonp,415",
        "application/json;charset=utf-8,200",
        "APPLICATION/JSON,200"
    })
    void takesJsonOnly(String type, int status) {
        door.send(TestDoor.post("{\"sql\":\"S\"}", "").replace("application/json", type));
        door.sessions().statements().forEach(statement -> statement.reply().ok(0, 0, 0));

        assertThat(door.received()).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void refusesCompressedBodies() {
        door.query("{\"sql\":\"S\"}", "Content-Encoding: gzip\r\n");

        assertThat(door.received()).startsWith("HTTP/1.1 415 ");
    }

    @Test
    void refusesUnknownMembersOnlyWhenAskedToBeStrict() {
        door.query("{\"sql\":\"S\",\"x\":1}", "Prefer: handling=strict\r\n");
        assertThat(door.received()).startsWith("HTTP/1.1 400 ").contains("unknown member \\\"x\\\"");

        door.query("{\"sql\":\"S\",\"x\":1}");
        assertThat(door.sessions().statements()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "/,404",
        "/v1/query/,404",
        "/v1//query,404",
        "//v1/query,404",
        "/v1/%71uery,404",
        "/v1/query;x=1,404",
        "/V1/query,404",
        "/v1/./query,404",
        "*,404",
        "/v1/query?x=1,405",
        "http://h/v1/query,405",
        "http://h,404"
    })
    void knowsAPathInOneSpellingOnly(String path, int status) {
        door.get(path);

        var received = door.received();
        assertThat(received).startsWith("HTTP/1.1 " + status + " ");
        assertThat(received.contains("allow: OPTIONS, POST\r\n")).isEqualTo(status == 405);
    }

    @Test
    void tellsWhatAPathAllows() {
        door.send("OPTIONS /health HTTP/1.1\r\nHost: h\r\n\r\n");

        assertThat(door.received()).startsWith("HTTP/1.1 204 ").contains("allow: GET, HEAD, OPTIONS\r\n");
    }

    @Test
    void answersHeadWithoutABody() {
        door.send("HEAD /livez HTTP/1.1\r\nHost: h\r\n\r\n");

        assertThat(door.received()).contains("content-length: 18\r\n").endsWith("\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "2,2,true,200,healthy,connected,disabled",
        "2,2,true,200,healthy,connected,enabled",
        "2,1,true,200,degraded,degraded,disabled",
        "2,0,true,503,unhealthy,disconnected,enabled",
        "2,2,false,200,degraded,connected,disabled"
    })
    void tellsItsHealthInFourMembers(
            int shards, int reachable, boolean ready, int status, String overall, String database, String cache) {
        door.health(new HealthView.Health(shards, reachable, ready, cache.equals("enabled")));
        door.get("/v1/health");

        assertThat(door.received())
                .startsWith("HTTP/1.1 " + status + " ")
                .containsPattern("\r\n\r\n\\{\"status\":\"" + overall + "\",\"database\":\"" + database
                        + "\",\"cache\":\"" + cache + "\",\"timestamp\":\"[^\"]+\"\\}$");
    }

    @ParameterizedTest
    @CsvSource({"2,1,true,200", "2,0,true,503", "2,2,false,503"})
    void isReadyWhileItCanServe(int shards, int reachable, boolean ready, int status) {
        door.health(new HealthView.Health(shards, reachable, ready, false));
        door.get("/readyz");

        assertThat(door.received()).startsWith("HTTP/1.1 " + status + " ");
    }

    @Test
    void showsItsFigures() {
        door.get("/livez").received();
        door.get("/metrics");

        assertThat(door.received())
                .contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n")
                .contains("workersql_http_connections 1.0\n")
                .contains("workersql_http_requests_seconds_count{path=\"/livez\",status=\"200\"} 1\n");
    }

    @Test
    void doesNotCompressWhatIsTiny() {
        door.send("GET /livez HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n\r\n");

        assertThat(door.received()).doesNotContain("content-encoding");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "<script>", "a\"b", "é"})
    void makesItsOwnIdWhenTheClientsIsNotHarmless(String id) {
        door.send("GET /livez HTTP/1.1\r\nHost: h\r\nX-Request-Id: " + id + "\r\n\r\n");

        assertThat(door.received()).containsPattern("x-request-id: [0-9a-f]{32}\r\n");
    }

    @Test
    void keepsAnswersOutOfCaches() {
        assertThat(door.get("/livez").received()).contains("cache-control: no-store\r\n");
    }

    @Test
    void refusesABodyBeyondItsLimitBeforeItArrives() {
        door.send("POST /v1/query HTTP/1.1\r\nHost: h\r\nContent-Length: 5001\r\nExpect: 100-continue\r\n\r\n");

        assertThat(door.received())
                .startsWith("HTTP/1.1 413 ")
                .contains("connection: close")
                .contains("http.max_body_bytes");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void refusesAChunkedBodyBeyondItsLimit() {
        door.send("POST /v1/query HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int i = 0; i < 6; i++) {
            door.send("3E8\r\n" + "x".repeat(1000) + "\r\n");
        }

        assertThat(door.received()).startsWith("HTTP/1.1 413 ");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void gathersBodiesWithinTheBudgetOfStatements() {
        int before = door.budgetLeft();
        door.query("{\"sql\":\"S\"}");
        assertThat(door.budgetLeft()).isEqualTo(before - 11);
        door.sessions().latest().reply().ok(0, 0, 0);
        assertThat(door.budgetLeft()).isEqualTo(before);
        door.received();

        door.budgetLeft(10);
        door.query("{\"sql\":\"S\"}");
        assertThat(door.received()).startsWith("HTTP/1.1 503 ").contains("statement_budget_bytes");
        assertThat(door.budgetLeft()).isEqualTo(10);
    }

    @Test
    void letsAClientSendItsBody() {
        door.send("POST /v1/query HTTP/1.1\r\nHost: h\r\n" + TestDoor.authorization()
                + "Content-Type: application/json\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
        assertThat(door.received()).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");

        door.send("{\"sql\":\"S\"}");
        door.sessions().latest().reply().ok(0, 0, 0);
        assertThat(door.received()).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void readsChunkedBodies() {
        door.send("POST /sql HTTP/1.1\r\nHost: h\r\n" + TestDoor.authorization()
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\n{\"sql\r\n6\r\n\":\"S\"}\r\n0\r\n\r\n");
        door.sessions().latest().reply().ok(0, 0, 0);

        assertThat(door.sessions().latest().sql()).isEqualTo("S");
    }

    @Test
    void refusesARequestLineBeyondItsLimit() {
        door.get("/" + "x".repeat(1_000));

        assertThat(door.received()).startsWith("HTTP/1.1 414 ");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void refusesHeadersBeyondTheirLimit() {
        door.send("GET /livez HTTP/1.1\r\nHost: h\r\nX: " + "x".repeat(2_000) + "\r\n\r\n");

        assertThat(door.received()).startsWith("HTTP/1.1 431 ");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void givesHeadersTenSeconds() {
        door.send("GET /livez HTTP/1.1\r\n");
        for (int i = 0; i < 9; i++) {
            door.later(1_000).send("X" + i + ": y\r\n");
        }
        assertThat(door.isOpen()).isTrue();

        door.later(1_000);
        assertThat(door.received()).startsWith("HTTP/1.1 408 ");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void givesTheHeadersOfALaterRequestTenSeconds() {
        door.get("/livez").later(50_000).send("GET /livez HTTP/1.1\r\n").later(9_999);
        assertThat(door.isOpen()).isTrue();

        door.later(1);
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void givesABodyItsTime() {
        door.send("POST /sql HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n").later(30_000);

        assertThat(door.received()).startsWith("HTTP/1.1 408 ");
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void closesAConnectionThatSaysNothing() {
        door.later(10_000);

        assertThat(door.received()).isEmpty();
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void closesAConnectionThatStaysIdle() {
        door.get("/livez").later(59_999);
        assertThat(door.isOpen()).isTrue();

        door.later(1);
        assertThat(door.isOpen()).isFalse();
    }

    @Test
    void doesNotCloseWhileAStatementRuns() {
        door.query("{\"sql\":\"S\"}").later(200_000);

        assertThat(door.isOpen()).isTrue();
        door.sessions().latest().reply().ok(0, 0, 0);
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
    void refusesConnectionsBeyondItsLimit() {
        var none = TestDoor.settings().withMaxConnections(0);
        try (var full = new TestDoor(none, WebSocketSettings.defaults())) {
            assertThat(full.received()).startsWith("HTTP/1.1 503 ").contains("max_connections");
            assertThat(full.isOpen()).isFalse();
        }
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
