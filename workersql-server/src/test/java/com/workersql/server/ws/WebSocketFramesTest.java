// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.TestDoor;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames: how messages are made of them, and which end a socket. */
class WebSocketFramesTest extends SocketFixture {
    @Test
    void closesOnTextThatIsNoUtf8() {
        client.connected().send(new TextWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {'{', (byte) 0xFF, '}'})));

        assertThat(client.received()).containsExactly("close 1007 not valid UTF-8");
    }

    @Test
    void closesOnBinaryMessages() {
        client.connected().send(new BinaryWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {1})));

        assertThat(client.received()).singleElement().asString().startsWith("close 1003 ");
    }

    @Test
    void joinsFramesToMessages() {
        int before = client.door().budgetLeft();
        client.connected().sendInParts("{\"type\":\"query\",", "\"id\":1,", "", "\"sql\":\"S\"}");
        assertThat(client.door().budgetLeft()).isEqualTo(before);

        assertThat(sessions.latest().sql()).isEqualTo("S");
    }

    @Test
    void closesOnAMessageBeyondItsLimit() {
        client.connected().sendInParts("{", " ".repeat(1_500), " ".repeat(600));

        assertThat(client.received()).singleElement().asString().startsWith("close 1009 ");
    }

    @Test
    void closesOnAFrameBeyondTheLimit() {
        client.connected().send(" ".repeat(2_001));

        assertThat(client.received()).singleElement().asString().startsWith("close 1009 ");
    }

    @Test
    void closesOnAMessageOfTooManyFrames() {
        client.connected();
        var parts = new String[12];
        Arrays.fill(parts, "");
        client.sendInParts(parts);

        assertThat(client.received()).singleElement().asString().startsWith("close 1008 ");
    }

    @ParameterizedTest
    @CsvSource({
        "8100,1002", // not masked
        "c18000000000,1002", // a reserved bit
        "838000000000,1002", // a reserved opcode
        "098000000000,1002", // a control frame in parts
        "808000000000,1002", // a continuation of nothing
        "888100000000ff,1002", // a close code of one byte
    })
    void closesOnFramesAgainstTheProtocol(String hex, int code) {
        client.connected().raw(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));

        assertThat(client.received()).singleElement().asString().startsWith("close " + code + " ");
        assertThat(client.door().isOpen()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"88820000000003ed", "88820000000003e7"})
    void closesOnCloseCodesThatMayNotBeSent(String hex) {
        client.connected().raw(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));

        assertThat(client.door().isOpen()).isFalse();
    }

    @Test
    void answersPings() {
        client.connected().send(new PingWebSocketFrame(Unpooled.wrappedBuffer(new byte[] {'h', 'i'})));

        assertThat(client.received()).containsExactly("pong hi");
    }

    @Test
    void pingsAndClosesWhoDoesNotAnswer() {
        client.connected().door().later(25_000);
        assertThat(client.received()).containsExactly("ping");
        client.send(new PongWebSocketFrame()).door().later(25_000).later(25_000);
        assertThat(client.received()).containsExactly("ping", "ping");

        client.door().later(25_000);
        assertThat(client.received()).containsExactly("close 1001 No answer to 2 pings");
        client.door().later(2_000);
        assertThat(client.door().isOpen()).isFalse();
    }

    @Test
    void answersAClose() {
        client.connected().send(new CloseWebSocketFrame(1000, "bye"));

        assertThat(client.received()).containsExactly("close 1000 ");
        assertThat(client.door().isOpen()).isFalse();
    }

    private static byte[] deflated(int zeros) {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(new byte[zeros]);
        var out = new byte[zeros / 100 + 1_000];
        int bytes = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        // The last four bytes are those that a message leaves out.
        return Arrays.copyOf(out, bytes - 4);
    }

    private String deflating(String offer) {
        return client.upgrade(TestDoor.authorization() + "Sec-WebSocket-Extensions: " + offer + "\r\n");
    }

    @Test
    void compressesForWhoOffersIt() {
        assertThat(deflating("permessage-deflate; client_max_window_bits"))
                .containsIgnoringCase("sec-websocket-extensions: permessage-deflate");
        client.send("{\"type\":\"query\",\"id\":1,\"sql\":\"S\"}");
        sessions.latest().reply().columns(COLUMN).row("x".repeat(5_000)).end();

        var bytes = client.door().receivedBytes();
        assertThat(bytes.length).isLessThan(500);
        assertThat(bytes[0] & 0xFF).as("the last frame of a text, with RSV1").isEqualTo(0xC1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate; server_max_window_bits=7",
                "permessage-deflate; server_max_window_bits=16",
                "permessage-deflate; server_max_window_bits=abc",
                "permessage-deflate; unknown",
                "x-webkit-deflate-frame",
                "permessage-bzip2",
            })
    void agreesToNoExtensionThatItDoesNotKnow(String offer) {
        assertThat(deflating(offer)).startsWith("HTTP/1.1 101").doesNotContainIgnoringCase("sec-websocket-extensions");
        client.send(new TextWebSocketFrame(true, 4, Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII)));
        assertThat(client.received().get(0)).startsWith("close 1002");
    }

    @Test
    void inflatesNoMoreThanAMessageMayHave() {
        deflating("permessage-deflate");
        client.send(new TextWebSocketFrame(true, 4, Unpooled.wrappedBuffer(deflated(100_000))));

        assertThat(client.received().get(0)).startsWith("close 1009");
    }

    @Test
    void takesNoOtherReservedBitWhereOneHasAMeaning() {
        deflating("permessage-deflate");
        client.send(new TextWebSocketFrame(true, 2, Unpooled.copiedBuffer("x", StandardCharsets.US_ASCII)));

        assertThat(client.received().get(0)).startsWith("close 1002");
    }
}
