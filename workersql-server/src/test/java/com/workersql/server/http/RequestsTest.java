// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests are taken, and what the paths without statements answer. */
class RequestsTest extends DoorFixture {
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

    @Test
    void tellsAClientOfHttp10NothingOfItsExpectation() {
        door.send("GET /livez HTTP/1.0\r\nExpect: 100-continue\r\n\r\n");

        assertThat(door.received()).startsWith("HTTP/1.1 200 ");
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
}
