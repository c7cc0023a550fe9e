// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.session.SessionSettings;
import com.workersql.server.ws.WebSocketSettings;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a caller is told beside the answer itself: limits, origins, times, traces. */
@SuppressWarnings("StringConcatToTextBlock") // The line ends of HTTP are two characters.
class CallersTest {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final TestDoor door = new TestDoor(new WebSettings(
            TestDoor.settings(),
            SessionSettings.defaults(),
            WebSocketSettings.defaults(),
            Set.of("https://app.example"),
            600,
            2,
            60_000,
            true));

    @AfterEach
    void close() {
        door.close();
    }

    private String ask(String headers) {
        door.query("{\"sql\":\"UPDATE t SET a = 1\"}", headers);
        if (!door.sessions().statements().isEmpty()) {
            door.sessions().latest().reply().ok(1, 0, 0);
        }
        return door.received();
    }

    @Test
    void countsWhatACallerHasLeft() {
        assertThat(ask(""))
                .contains("HTTP/1.1 200")
                .contains("ratelimit-policy: \"default\";q=2;w=60\r\n")
                .contains("ratelimit: \"default\";r=1;t=61\r\n")
                .contains("ratelimit-remaining: 1\r\n");
        door.later(30_000);
        assertThat(ask("")).contains("ratelimit: \"default\";r=0;t=31\r\n");
        assertThat(ask(""))
                .contains("HTTP/1.1 429")
                .contains("retry-after: 31\r\n")
                .containsOnlyOnce("retry-after")
                .contains("http.requests_per_window");
        door.later(30_000);
        assertThat(ask("")).contains("HTTP/1.1 200").contains("ratelimit-remaining: 1\r\n");
    }

    @Test
    void countsNobodyWhoIsNotProved() {
        for (int i = 0; i < 5; i++) {
            door.send(TestDoor.post("{}", "").replace("YWRhOnA6dw==", "YWRhOm5vbmU="));
            assertThat(door.received()).contains("HTTP/1.1 401").doesNotContain("ratelimit");
        }
        assertThat(ask("")).contains("HTTP/1.1 200");
    }

    @Test
    void letsPagesOfAllowedOriginsCall() {
        door.send("OPTIONS /v1/query HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example\r\n"
                + "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: authorization\r\n\r\n");
        assertThat(door.received())
                .contains("HTTP/1.1 204")
                .contains("access-control-allow-origin: https://app.example\r\n")
                .contains("access-control-allow-methods: GET, POST, DELETE, OPTIONS\r\n")
                .containsPattern("access-control-allow-headers: .*Idempotency-Key.*traceparent")
                .contains("access-control-max-age: 600\r\n")
                .doesNotContain("access-control-allow-credentials");

        assertThat(ask("Origin: https://app.example\r\n"))
                .contains("access-control-allow-origin: https://app.example\r\n")
                .containsPattern("access-control-expose-headers: X-Request-Id, .*Server-Timing")
                .contains("vary: origin\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: null\r\n",
                "Origin: https://app.example.evil\r\n",
                "Origin: https://APP.example\r\n",
                "Origin: http://app.example\r\n",
                "Origin: https://app.example:444\r\n",
                "Origin: https://app.example\r\nOrigin: https://evil\r\n",
                "Origin: *\r\n",
                "Origin:\r\n",
            })
    void refusesPagesOfOtherOrigins(String origin) {
        assertThat(ask(origin)).contains("HTTP/1.1 403").doesNotContain("access-control-allow-origin");
        door.send("OPTIONS /v1/query HTTP/1.1\r\nHost: h\r\n" + origin + "Access-Control-Request-Method: POST\r\n\r\n");
        assertThat(door.received()).contains("HTTP/1.1 403").doesNotContain("access-control-allow");
        assertThat(door.sessions().statements()).isEmpty();
    }

    @Test
    void takesNoCookieForAProof() {
        door.send("POST /v1/query HTTP/1.1\r\nHost: h\r\nCookie: session=1; authorization=YWRhOnA6dw==\r\n"
                + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");

        assertThat(door.received()).contains("HTTP/1.1 401");
    }

    @Test
    void takesItsOwnPagesForNoStrangers() {
        assertThat(ask("Origin: http://h\r\n")).contains("HTTP/1.1 200").doesNotContain("access-control");
    }

    @Test
    void saysHowLongWhatTook() {
        door.query("{\"sql\":\"UPDATE t SET a = 1\"}");
        door.later(12);
        door.sessions().latest().reply().ok(1, 0, 0);

        assertThat(door.received()).contains("server-timing: auth;dur=0.000, db;dur=12.000, total;dur=12.000\r\n");
    }

    @Test
    void goesOnWithTheTraceOfItsCaller() {
        var answer = ask("traceparent: " + TRACE + "\r\n");

        assertThat(answer).containsPattern("traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01\r\n");
        assertThat(door.sessions().latest().sql())
                .matches(
                        "UPDATE t SET a = 1 /\\*traceparent='00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01'\\*/");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'*/ OR 1",
            })
    void takesNoOtherTextForATrace(String text) {
        assertThat(ask("traceparent: " + text + "\r\n"))
                .contains("HTTP/1.1 200")
                .doesNotContain("traceparent");
        assertThat(door.sessions().latest().sql()).isEqualTo("UPDATE t SET a = 1");
    }

    @Test
    void takesABearerInTwoHeadersButNotInBothAtOnce() {
        for (var header : new String[] {"Authorization: Bearer good\r\n", "X-API-Key: good\r\n"}) {
            door.send(TestDoor.post("{\"sql\":\"S\"}", header).replace(TestDoor.authorization(), ""));
            assertThat(door.sessions().latest().session().principal().user()).isEqualTo("bearer");
            door.sessions().latest().reply().ok(0, 0, 0);
            assertThat(door.received()).contains("HTTP/1.1 200");
        }
        door.send(TestDoor.post("{\"sql\":\"S\"}", "X-API-Key: good\r\n"));
        assertThat(door.received()).contains("HTTP/1.1 401").contains("www-authenticate: Bearer realm=\"workersql\"");
        door.send(TestDoor.post("{\"sql\":\"S\"}", "Authorization: Bearer bad\r\n")
                .replace(TestDoor.authorization(), ""));
        assertThat(door.received()).contains("HTTP/1.1 401");
    }
}
