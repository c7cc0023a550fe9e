// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.TestDoor;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MySqlTunnelTest {
    private final SocketClient client = new SocketClient(WebSocketSettings.defaults());

    @AfterEach
    void close() {
        client.close();
    }

    private SocketClient connected() {
        var answer = client.upgrade(TestDoor.authorization() + "Sec-WebSocket-Protocol: chat, mysql\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 101 Switching Protocols\r\n")
                .containsIgnoringCase("sec-websocket-protocol: mysql\r\n")
                .endsWith("greeting");
        return client;
    }

    private static BinaryWebSocketFrame binary(String text) {
        return new BinaryWebSocketFrame(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    @Test
    void needsCredentialsForTheUpgrade() {
        assertThat(client.upgrade("Sec-WebSocket-Protocol: mysql\r\n")).startsWith("HTTP/1.1 401 ");
    }

    @Test
    void carriesBytesWhoseFramesMeanNothing() {
        connected()
                .send(binary("ab"))
                .send(new BinaryWebSocketFrame(false, 0, Unpooled.copiedBuffer("c", StandardCharsets.US_ASCII)))
                .send(new ContinuationWebSocketFrame(true, 0, Unpooled.copiedBuffer("de", StandardCharsets.US_ASCII)));

        assertThat(client.door().tunnel().bytes()).isEqualTo("abcde");
    }

    @Test
    void cutsWhatIsLargeIntoFramesOfABoundedSize() {
        connected().send(binary("large"));

        assertThat(client.received()).extracting(String::length).containsExactly(65_536, 65_536, 65_536, 3_392);
    }

    @Test
    void closesInOrderWhenTheMySqlSideDoes() {
        connected().send(binary("quit"));

        assertThat(client.received()).containsExactly("close 1000 Bye");
        assertThat(client.door().isOpen()).isFalse();
    }

    @Test
    void hasNoPlaceForText() {
        connected().send(new TextWebSocketFrame("SELECT 1"));

        assertThat(client.received().get(0)).startsWith("close 1003 ");
        assertThat(client.door().isOpen()).isFalse();
    }

    @Test
    void answersPingsAndTheEnd() {
        connected().send(new PingWebSocketFrame(Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII)));
        assertThat(client.received()).containsExactly("pong x");
        client.send(new CloseWebSocketFrame(1000, "bye"));

        assertThat(client.received().get(0)).startsWith("close 1000 ");
        assertThat(client.door().isOpen()).isFalse();
    }

    @Test
    void pingsAndGivesUpAPeerThatDoesNotAnswer() {
        connected();
        client.door().later(25_000);
        client.door().later(25_000);
        assertThat(client.received()).containsExactly("ping", "ping");
        client.door().later(25_000);

        assertThat(client.door().isOpen()).isFalse();
    }
}
