// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.TestDoor;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How clients of {@code workersql.v1} prove who they are, and how long that holds. */
class StreamLoginTest extends StreamsFixture {
    @Test
    void takesTheSubprotocolAndEchoesItAlone() {
        assertThat(client.upgrade("Sec-WebSocket-Protocol: other, workersql.v1, bearer.good\r\n"))
                .startsWith("HTTP/1.1 101 ")
                .containsIgnoringCase("sec-websocket-protocol: workersql.v1\r\n")
                .doesNotContain("good")
                .doesNotContain("other");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"token\":\"good\"",
                "\"basic\":{\"user\":\"ada\",\"password\":\"p:w\"}",
                "\"client\":\"x\",\"token\":\"good\",\"unknown\":[1,{\"a\":2}]",
            })
    void greetsWhoProvesItselfByTheFirstMessage(String proof) {
        assertThat(client.upgrade(SUBPROTOCOL)).startsWith("HTTP/1.1 101 ");
        client.send("{\"type\":\"hello\"," + proof + "}");

        assertThat(client.received())
                .singleElement()
                .asString()
                .startsWith("{\"type\":\"hello_ok\",\"conn_id\":\"")
                .contains("\"server\":\"WorkerSQL Gateway")
                .contains(
                        "\"limits\":{\"max_streams\":4,\"max_inflight\":8,\"max_frame\":1048576,\"max_statements\":3}")
                .containsPattern("\"resume_token\":\"[0-9a-f]{32}\"")
                .endsWith("\"heartbeat_ms\":25000}");
    }

    @Test
    void greetsWhomTheUpgradeHasProved() {
        client.upgrade(TestDoor.authorization() + SUBPROTOCOL);
        client.send(HELLO);

        assertThat(client.received()).singleElement().asString().startsWith("{\"type\":\"hello_ok\",");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"hello\"} | 4401",
                "{\"type\":\"hello\",\"token\":\"bad\"} | 4401",
                "{\"type\":\"hello\",\"basic\":{\"user\":\"ada\",\"password\":\"no\"}} | 4401",
                "{\"type\":\"hello\",\"basic\":{\"user\":\"ada\"}} | 4400",
                "{\"type\":\"hello\",\"token\":7} | 4400",
                "{\"type\":\"open\",\"stream\":1} | 4401",
                "{\"type\":\"exec\",\"id\":1,\"stream\":1,\"sql\":\"S\"} | 4401",
                "{\"type\":\"ping\"} | 4401",
                "nonsense | 1007",
                "{\"type\":\"query\",\"id\":1,\"sql\":\"S\"} | 4400",
            })
    void closesWhoDoesNotBeginByAProof(String message, int code) {
        client.upgrade(SUBPROTOCOL);
        client.send(message);
        client.send("{\"type\":\"hello\",\"token\":\"good\"}").send("{\"type\":\"open\",\"stream\":1}");

        assertThat(client.received()).singleElement().asString().matches("close " + code + " .+");
    }

    @Test
    void closesWhoSaysHelloAsAnotherThanTheUpgradeHasProved() {
        client.upgrade(TestDoor.authorization() + SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"token\":\"good\"}");

        assertThat(client.received()).singleElement().asString().startsWith("close 4403 ");
    }

    @Test
    void closesWhoSaysHelloTwice() {
        greeted();
        client.send(HELLO);

        assertThat(client.received()).singleElement().asString().startsWith("close 4429 ");
    }

    @Test
    void closesWhoSaysNothingInTime() {
        client.upgrade(SUBPROTOCOL);
        client.door().later(9_999);
        assertThat(client.received()).isEmpty();
        client.door().later(1);

        assertThat(client.received())
                .containsExactly("close 4408 No \"hello\" came within 10000 ms (http.websocket.hello_timeout_millis)");
    }

    @Test
    void takesLittleBeforeItKnowsWhoSendsIt() {
        client.upgrade(SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"client\":\"" + "x".repeat(17_000) + "\",\"token\":\"good\"}");

        assertThat(client.received()).singleElement().asString().startsWith("close 1009 ");
    }

    @Test
    void takesLargeMessagesBehindTheHello() {
        client.upgrade(SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"token\":\"good\"}").send("{\"type\":\"open\",\"stream\":1}");
        exec("1", 1, "S" + " ".repeat(100_000), "");
        assertThat(sessions.latest().sql()).hasSize(100_001);
        reply().ok(0, 0, 0);
    }

    @Test
    void takesAnotherTokenBeforeTheFirstExpires() {
        client.upgrade(SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"token\":\"short\"}");
        assertThat(client.received().get(0)).matches(".*\"expires_in_ms\":(59\\d{3}|60000)\\}");
        client.send(new PongWebSocketFrame()).door().later(30_000);
        assertThat(client.received())
                .contains("ping")
                .anySatisfy(
                        message -> assertThat(message).startsWith("{\"type\":\"warning\",\"code\":\"TOKEN_EXPIRES\""));

        client.send("{\"type\":\"auth\",\"token\":\"good\"}");
        assertThat(client.received()).containsExactly("{\"type\":\"auth_ok\"}");
        client.send(new PongWebSocketFrame()).door().later(40_000);
        assertThat(client.received()).containsExactly("ping");
    }

    @Test
    void closesWhenTheTokenHasExpired() {
        client.upgrade(SUBPROTOCOL);
        client.send("{\"type\":\"hello\",\"token\":\"short\"}").send("{\"type\":\"open\",\"stream\":1}");
        exec("1", 1, "S", "");
        client.door().later(30_000);
        client.send(new PongWebSocketFrame()).door().later(30_001);

        assertThat(client.received()).last().isEqualTo("close 4401 The token has expired");
        assertThat(sessions.openCount()).isZero();
    }

    @Test
    void closesTheSocketOfWhoMayNotActAnyMore() {
        open(1);
        client.door().revoke();
        client.door().later(2_001);

        assertThat(client.received()).containsExactly("close 4403 This user may not act here any more");
    }
}
