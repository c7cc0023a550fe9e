// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.TestDoor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which requests become WebSockets. */
class WebSocketUpgradeTest extends SocketFixture {
    @Test
    void becomesAWebSocket() {
        assertThat(client.upgrade(TestDoor.authorization() + "X-Request-Id: r7\r\n"))
                .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                .containsIgnoringCase("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n")
                .contains("x-request-id: r7\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'',401",
        "'Origin: https://evil.example\r\n',403",
        "'Origin: null\r\n',403",
        "'Origin: https://app.example\r\nOrigin: https://app.example\r\n',403",
        "'Sec-WebSocket-Protocol: workersql.v2\r\n',400",
        "'Sec-WebSocket-Protocol: workersql.v1, bearer.bad\r\n',401",
        "'Sec-WebSocket-Version: 8\r\n',101",
    })
    void refusesUpgrades(String headers, int status) {
        var answer = client.upgrade(headers.contains("Version") ? TestDoor.authorization() + headers : headers);

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://app.example", "http://h:1", "https://h:1"})
    void welcomesItsOwnPagesAndThoseThatAreListed(String origin) {
        assertThat(client.upgrade(TestDoor.authorization() + "Origin: " + origin + "\r\n"))
                .startsWith("HTTP/1.1 101 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /ws HTTP/1.1\r\nHost: h\r\n\r\n",
                "HEAD /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                "GET /ws HTTP/1.0\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
                "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\n\r\n",
                "GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nSec-WebSocket-Version: 13\r\n\r\n",
            })
    void saysWhatItsPathIsFor(String request) {
        client.door().send(request);

        assertThat(client.door().received())
                .startsWith("HTTP/1.1 426 ")
                .contains("upgrade: websocket\r\n")
                .contains("sec-websocket-version: 13\r\n");
    }

    @Test
    void takesATokenFromAmongTheSubprotocolsAndDoesNotRepeatIt() {
        assertThat(client.upgrade("Sec-WebSocket-Protocol: bearer.good\r\n"))
                .startsWith("HTTP/1.1 101")
                .doesNotContain("good");
    }

    @ParameterizedTest
    @CsvSource({
        "token=good,'',101",
        "x=1&token=go%6fd,'',101",
        "token=good,'Sec-WebSocket-Protocol: workersql.v1\r\n',101",
        "token=good,'Sec-WebSocket-Protocol: mysql\r\n',101",
        "token=bad,'',401",
        "token=bad,'Sec-WebSocket-Protocol: workersql.v1\r\n',401",
        "token=,'',401",
        "token=good&token=good,'',401",
        "token=good%0d%0aX:1,'',401",
        "token=good,'Authorization: Bearer bad\r\n',401",
        "access_token=good,'',401",
        "token=good,'Origin: https://evil.example\r\n',403",
    })
    void takesATokenFromTheQueryWhereThatIsAllowed(String query, String headers, int status) {
        try (var lenient = new SocketClient(settings().withTokenInQuery(true))) {
            lenient.door()
                    .send("GET /v1/ws?" + query
                            + " HTTP/1.1\r\nHost: h:1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + headers
                            + "\r\n");

            assertThat(lenient.door().received())
                    .startsWith("HTTP/1.1 " + status + " ")
                    .doesNotContain("good");
        }
    }

    @Test
    void refusesABadTokenAmongTheSubprotocols() {
        assertThat(client.upgrade("Sec-WebSocket-Protocol: bearer.bad\r\n")).startsWith("HTTP/1.1 401");
    }
}
