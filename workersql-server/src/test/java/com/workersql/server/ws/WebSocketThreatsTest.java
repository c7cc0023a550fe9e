// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.http.TestDoor;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What pages of strangers, broken clients and hostile ones send, to each of the forms of messages that a socket may speak. */
class WebSocketThreatsTest {
    private static final String STREAMS = "Sec-WebSocket-Protocol: workersql.v1\r\n";
    private static final String TUNNEL = "Sec-WebSocket-Protocol: mysql\r\n";
    private static final List<String> SPOKEN = List.of("", STREAMS, TUNNEL);
    private static final int MANY = Integer.getInteger("workersql.ws.frames", 2_000);

    private final SocketClient client = new SocketClient(WebSocketSettings.of(Map.of(), Set.of("https://app.example")));

    @AfterEach
    void leavesNothingOpen() {
        client.close();
        assertThat(client.door().sessions().openCount()).isZero();
        assertThat(client.door().budgetLeft()).isEqualTo(1 << 20);
    }

    private void connect(String protocol) {
        connect(client, protocol);
    }

    private static void connect(SocketClient client, String protocol) {
        assertThat(client.upgrade(TestDoor.authorization() + protocol)).startsWith("HTTP/1.1 101 ");
        if (protocol.equals(STREAMS)) {
            client.send("{\"type\":\"hello\"}");
            client.received();
        }
    }

    private static Stream<Arguments> upgrades() {
        var proof = TestDoor.authorization();
        var table = new ArrayList<Arguments>();
        for (var protocol : SPOKEN) {
            for (var origin : List.of(
                    "https://evil.example",
                    "null",
                    "",
                    "https://app.example.evil.example",
                    "https://app.example:444",
                    "http://app.example",
                    "https://app.example/",
                    "https://h:1.evil.example",
                    "file://")) {
                table.add(Arguments.of("/v1/ws", proof + protocol + "Origin: " + origin + "\r\n", 403));
                table.add(Arguments.of("/v1/ws", protocol + "Cookie: session=1\r\nOrigin: " + origin + "\r\n", 403));
            }
            table.add(Arguments.of(
                    "/v1/ws",
                    proof + protocol + "Origin: https://app.example\r\nOrigin: https://evil.example\r\n",
                    403));
            table.add(Arguments.of("/v1/ws", protocol + "Authorization: Basic !!!\r\n", 401));
            table.add(Arguments.of("/v1/ws", protocol + "Authorization: Bearer bad\r\n", 401));
            table.add(Arguments.of("/v1/ws", protocol + proof + "X-API-Key: good\r\n", 401));
        }
        for (var protocol : List.of("", TUNNEL)) {
            table.add(Arguments.of("/v1/ws", protocol, 401));
            table.add(Arguments.of("/v1/ws", protocol + "Cookie: session=1; token=good\r\n", 401));
            table.add(Arguments.of("/v1/ws?token=good", protocol, 401));
            table.add(Arguments.of("/v1/ws?access_token=good&authorization=Bearer%20good", protocol, 401));
        }
        table.add(Arguments.of("/v1/ws", proof + "Sec-WebSocket-Protocol: workersql.v2\r\n", 400));
        table.add(Arguments.of("/v1/ws", proof + "Sec-WebSocket-Protocol: WORKERSQL.V1\r\n", 400));
        table.add(Arguments.of("/mysql", proof + STREAMS, 400));
        table.add(Arguments.of("/mysql", proof, 400));
        return table.stream();
    }

    @ParameterizedTest
    @MethodSource("upgrades")
    void letsNobodyInWhoIsNotWelcome(String path, String headers, int status) {
        client.door()
                .send("GET " + path + " HTTP/1.1\r\nHost: h:1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + headers
                        + "\r\n");

        assertThat(client.door().received()).startsWith("HTTP/1.1 " + status + " ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /ws HTTP/1.0|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13",
                "GET /ws HTTP/1.1|Connection: Upgrade|Upgrade: websocket",
                "GET /ws HTTP/1.1|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 12",
                "GET /ws HTTP/1.1|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 13, 8",
                "GET /ws HTTP/1.1|Connection: Upgrade|Upgrade: websocket|Sec-WebSocket-Version: 14",
                "GET /ws HTTP/1.1|Connection: keep-alive|Upgrade: websocket|Sec-WebSocket-Version: 13",
                "GET /ws HTTP/1.1|Connection: Upgrade|Sec-WebSocket-Version: 13",
            })
    void asksForTheRightUpgrade(String request) {
        client.door()
                .send(request.replace("|", "\r\n") + "\r\nHost: h:1\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        + TestDoor.authorization() + "\r\n");

        assertThat(client.door().received()).startsWith("HTTP/1.1 426 ").contains("sec-websocket-version: 13\r\n");
    }

    @Test
    void givesNothingToAPageThatBringsACookieAlone() {
        assertThat(client.upgrade(STREAMS + "Cookie: session=1; token=good\r\n"))
                .startsWith("HTTP/1.1 101 ");
        client.send("{\"type\":\"open\",\"stream\":1}");

        assertThat(client.received()).singleElement().asString().startsWith("close 4401 ");
    }

    private static Stream<Arguments> brokenFrames() {
        var frames = List.of(
                "8100", // not masked
                "8900", // a ping that is not masked
                "c18000000000", // reserved bits
                "a18000000000",
                "918000000000",
                "838000000000", // reserved opcodes
                "878000000000",
                "8b8000000000",
                "8f8000000000",
                "098000000000", // control frames in parts
                "088000000000",
                "89fe007e00000000", // a ping of 126 bytes
                "808000000000", // a continuation of nothing
                "018000000000818000000000", // a message within a message
                "888100000000ff"); // a close code of one byte
        return SPOKEN.stream()
                .flatMap(protocol -> frames.stream()
                        // In the tunnel a text frame is refused before it is part of anything.
                        .filter(frame -> !protocol.equals(TUNNEL) || !frame.startsWith("01"))
                        .map(frame -> Arguments.of(protocol, frame)));
    }

    @ParameterizedTest
    @MethodSource("brokenFrames")
    void closesOnFramesAgainstTheProtocol(String protocol, String hex) {
        if (protocol.equals(TUNNEL)) {
            client.upgrade(TestDoor.authorization() + protocol);
        } else {
            connect(protocol);
        }
        client.raw(Unpooled.wrappedBuffer(HexFormat.of().parseHex(hex)));

        assertThat(client.received()).last().asString().startsWith("close 1002 ");
        assertThat(client.door().isOpen()).isFalse();
    }

    private static Stream<Arguments> closeCodes() {
        return Stream.of(0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 65_535)
                .flatMap(code -> Stream.of("", STREAMS).map(protocol -> Arguments.of(protocol, code)));
    }

    @ParameterizedTest
    @MethodSource("closeCodes")
    void takesNoCloseCodeThatMayNotBeSent(String protocol, int code) {
        connect(protocol);
        client.raw(Unpooled.wrappedBuffer(HexFormat.of().parseHex("888200000000" + "%04x".formatted(code))));

        assertThat(client.received()).allSatisfy(frame -> assertThat(frame).startsWith("close 1002 "));
        client.door().later(2_000);
        assertThat(client.door().isOpen()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"c328", "e228a1", "f0288cbc", "c080", "eda080", "f4908080", "ff", "e282"})
    void closesOnTextThatIsNoUtf8(String hex) {
        for (var protocol : List.of("", STREAMS)) {
            try (var other = new SocketClient(WebSocketSettings.defaults())) {
                connect(other, protocol);
                var bytes = HexFormat.of().parseHex(hex);
                // Cut within the character, so that no frame alone shows it.
                other.send(new TextWebSocketFrame(false, 0, Unpooled.wrappedBuffer(bytes, 0, 1)))
                        .send(new ContinuationWebSocketFrame(
                                true, 0, Unpooled.wrappedBuffer(bytes, 1, bytes.length - 1)));

                assertThat(other.received()).as(protocol).containsExactly("close 1007 not valid UTF-8");
            }
        }
    }

    @Test
    void takesACharacterThatIsSplitOverFrames() {
        connect("");
        client.send(new TextWebSocketFrame(false, 0, "{\"type\":\"query\",\"id\":1,\"sql\":\""))
                .send(new ContinuationWebSocketFrame(false, 0, Unpooled.wrappedBuffer(new byte[] {(byte) 0xe2})))
                .send(new PingWebSocketFrame())
                .send(new ContinuationWebSocketFrame(
                        false, 0, Unpooled.wrappedBuffer(new byte[] {(byte) 0x82, (byte) 0xac})))
                .send(new ContinuationWebSocketFrame(true, 0, "\"}"));

        assertThat(client.door().sessions().latest().sql()).isEqualTo("\u20ac");
        client.door().sessions().latest().reply().ok(0, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "16", "abc", "-1", "08", "99999999999"})
    void agreesToNoWindowThatThereIsNot(String bits) {
        assertThat(client.upgrade(TestDoor.authorization()
                        + "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=" + bits + "\r\n"))
                .startsWith("HTTP/1.1 101")
                .doesNotContainIgnoringCase("sec-websocket-extensions");
    }

    @ParameterizedTest
    @ValueSource(ints = {1 << 20, 1 << 24, 1 << 26})
    void inflatesNoBomb(int zeros) {
        for (var protocol : List.of("", STREAMS)) {
            try (var other = new SocketClient(
                    WebSocketSettings.of(Map.of(WebSocketSettings.MAX_MESSAGE_BYTES, 100_000L), Set.of()))) {
                var answer = other.upgrade(
                        TestDoor.authorization() + protocol + "Sec-WebSocket-Extensions: permessage-deflate\r\n");
                assertThat(answer).containsIgnoringCase("sec-websocket-extensions: permessage-deflate");
                var bomb = deflated(zeros);
                assertThat(bomb.length).isLessThan(100_000);
                other.send(new TextWebSocketFrame(true, 4, Unpooled.wrappedBuffer(bomb)));

                assertThat(other.received())
                        .as(protocol)
                        .singleElement()
                        .asString()
                        .startsWith("close 1009 ");
            }
        }
    }

    private static byte[] deflated(int zeros) {
        var deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        deflater.setInput(new byte[zeros]);
        var out = new byte[zeros / 500 + 1_000];
        int bytes = deflater.deflate(out, 0, out.length, Deflater.SYNC_FLUSH);
        deflater.end();
        // The last four bytes are those that a message leaves out.
        return Arrays.copyOf(out, bytes - 4);
    }

    @Test
    void agreesToNoCompressionWithWhomItDoesNotKnow() {
        assertThat(client.upgrade(STREAMS + "Sec-WebSocket-Extensions: permessage-deflate\r\n"))
                .startsWith("HTTP/1.1 101 ")
                .doesNotContainIgnoringCase("sec-websocket-extensions");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void closesOnAMessageInCountlessFrames(int bytes) {
        for (var protocol : List.of("", STREAMS)) {
            try (var other = new SocketClient(WebSocketSettings.defaults())) {
                connect(other, protocol);
                int before = other.door().budgetLeft();
                other.send(new TextWebSocketFrame(false, 0, "{"));
                var part = " ".repeat(bytes);
                for (int i = 0; i < MANY && other.door().isOpen(); i++) {
                    other.send(new ContinuationWebSocketFrame(false, 0, part));
                }

                assertThat(other.received()).singleElement().asString().startsWith("close 1008 ");
                assertThat(other.door().budgetLeft()).isEqualTo(before);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", STREAMS})
    void sendsNoMorePongsThanTheClientReads(String protocol) {
        connect(protocol);
        client.door().channel().unsafe().outboundBuffer().setUserDefinedWritability(1, false);
        for (int i = 0; i < MANY; i++) {
            client.send(new PingWebSocketFrame(Unpooled.buffer(125).writeZero(125)));
        }

        assertThat(client.received()).isEmpty();
        client.door().channel().unsafe().outboundBuffer().setUserDefinedWritability(1, true);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", STREAMS})
    void waitsNotLongForTheOtherSideOfAClose(String protocol) {
        connect(protocol);
        client.send("nonsense");
        assertThat(client.received()).singleElement().asString().startsWith("close 1007 ");
        for (int i = 0; i < 19; i++) {
            client.send(new PongWebSocketFrame())
                    .send("{\"type\":\"ping\"}")
                    .door()
                    .later(100);
            assertThat(client.received())
                    .as("nothing is answered behind a close")
                    .isEmpty();
        }
        assertThat(client.door().isOpen()).isTrue();
        client.door().later(100);

        assertThat(client.door().isOpen()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"'',1008", "'Sec-WebSocket-Protocol: workersql.v1\r\n',4403"})
    void endsWithinSecondsForWhoMayNotActAnyMore(String protocol, int code) {
        connect(protocol);
        client.door().revoke();
        client.door().later(2_001);

        assertThat(client.received()).singleElement().asString().startsWith("close " + code + " ");
    }

    @ParameterizedTest
    @CsvSource({"'',1008", "workersql.v1,4401"})
    void endsWithItsToken(String protocol, int code) {
        client.upgrade("Sec-WebSocket-Protocol: " + (protocol.isEmpty() ? "" : protocol + ", ") + "bearer.gone\r\n");
        if (!protocol.isEmpty()) {
            client.send("{\"type\":\"hello\"}");
        }
        client.door().later(2_001);

        assertThat(client.received()).last().asString().startsWith("close " + code + " ");
    }

    @Test
    void countsPingsBeforeTheHelloToo() {
        client.upgrade(STREAMS);
        var received = new ArrayList<String>();
        for (int i = 0; i < 200 && received.stream().noneMatch(text -> text.startsWith("close")); i++) {
            client.send(new PingWebSocketFrame(Unpooled.buffer(120).writeZero(120)));
            received.addAll(client.received());
        }

        assertThat(received).last().asString().startsWith("close 1009 ");
    }
}
