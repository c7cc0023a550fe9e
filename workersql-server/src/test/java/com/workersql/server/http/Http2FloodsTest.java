// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Frames of HTTP/2, put together byte by byte, that cost their sender nothing: the connection ends, and says why. */
class Http2FloodsTest {
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final long ENHANCE_YOUR_CALM = 11;
    /** Behind 1, which Netty takes for that of an upgrade where there is no listener, as in these tests. */
    private static final int FIRST = 3;

    /** {@code GET http://h/livez} by the static table of HPACK (RFC 7541, appendix A). */
    private static final byte[] GET_ALIVE = headers(0x82, 0x86, literal(4, "/livez"), literal(1, "h"));
    /** {@code POST http://h/v1/query}. */
    private static final byte[] POST_QUERY = headers(0x83, 0x86, literal(4, "/v1/query"), literal(1, "h"));

    private final TestDoor door = new TestDoor();
    private final List<Frame> answers = new ArrayList<>();

    private record Frame(int type, ByteBuf payload) {
        long errorCode() {
            return payload.getUnsignedInt(type == GOAWAY ? 4 : 0);
        }

        String text() {
            return payload.toString(StandardCharsets.UTF_8);
        }
    }

    @AfterEach
    void close() {
        door.close();
        assertThat(door.sessions().openCount()).isZero();
    }

    /** A field whose name is one of the static table, without Huffman code, for the dynamic table. */
    private static byte[] literal(int name, String value) {
        var bytes = value.getBytes(StandardCharsets.US_ASCII);
        var field = Unpooled.buffer(2 + bytes.length).writeByte(0x40 | name);
        integer(field, bytes.length);
        return bytes(field.writeBytes(bytes));
    }

    /** An integer with a prefix of seven bits (RFC 7541, section 5.1). */
    private static void integer(ByteBuf out, int value) {
        if (value < 127) {
            out.writeByte(value);
            return;
        }
        out.writeByte(127);
        int rest = value - 127;
        for (; rest >= 128; rest >>= 7) {
            out.writeByte((rest & 127) | 128);
        }
        out.writeByte(rest);
    }

    private static byte[] headers(Object... parts) {
        var block = Unpooled.buffer();
        for (var part : parts) {
            if (part instanceof Integer index) {
                block.writeByte(index);
            } else {
                block.writeBytes((byte[]) part);
            }
        }
        return bytes(block);
    }

    private static byte[] bytes(ByteBuf buffer) {
        var all = new byte[buffer.readableBytes()];
        buffer.readBytes(all);
        return all;
    }

    private static byte[] frame(int type, int flags, int stream, byte... payload) {
        return bytes(Unpooled.buffer(9 + payload.length)
                .writeMedium(payload.length)
                .writeByte(type)
                .writeByte(flags)
                .writeInt(stream)
                .writeBytes(payload));
    }

    private static byte[] setting(int id, int value) {
        return frame(SETTINGS, 0, 0, bytes(Unpooled.buffer(6).writeShort(id).writeInt(value)));
    }

    private static byte[] window(int stream, int increment) {
        return frame(WINDOW_UPDATE, 0, stream, bytes(Unpooled.buffer(4).writeInt(increment)));
    }

    private void begin() {
        send(PREFACE.getBytes(StandardCharsets.US_ASCII), frame(SETTINGS, 0, 0));
    }

    private void send(byte[]... frames) {
        for (var frame : frames) {
            if (door.channel().isOpen()) {
                door.channel().writeInbound(Unpooled.wrappedBuffer(frame));
                door.channel().runPendingTasks();
            }
        }
        var received = Unpooled.wrappedBuffer(door.receivedBytes());
        while (received.readableBytes() >= 9) {
            int length = received.readUnsignedMedium();
            int type = received.readByte();
            received.skipBytes(5);
            answers.add(new Frame(type, received.readSlice(length)));
        }
    }

    private void assertCalmed() {
        assertThat(answers).anyMatch(frame -> frame.type() == GOAWAY && frame.errorCode() == ENHANCE_YOUR_CALM);
        assertThat(door.channel().isOpen()).isFalse();
    }

    @Test
    void endsAConnectionThatNeverEndsItsHeaders() {
        begin();
        send(frame(HEADERS, END_STREAM, FIRST, GET_ALIVE));
        for (int i = 0; i < 1_000 && door.channel().isOpen(); i++) {
            send(frame(CONTINUATION, 0, FIRST));
        }

        assertCalmed();
    }

    @Test
    void endsAConnectionWhoseHeadersGrowWithoutEnd() {
        begin();
        send(frame(HEADERS, END_STREAM, FIRST, GET_ALIVE));
        var more = headers(literal(4, "x".repeat(8_000)));
        int sent = 0;
        for (; sent < 1_000 && door.channel().isOpen(); sent++) {
            send(frame(CONTINUATION, 0, FIRST, more));
        }

        assertThat(door.channel().isOpen()).isFalse();
        assertThat(sent).as("frames of 8 kB").isLessThan(5);
    }

    @Test
    void unpacksNoMoreHeadersThanItTakes() {
        begin();
        // One field of 4 kB into the table, then 4,000 times by one byte each: 16 MB.
        var bomb = new byte[4_000];
        Arrays.fill(bomb, (byte) (0x80 | 62));
        send(frame(
                HEADERS,
                END_STREAM | END_HEADERS,
                1,
                headers(0x82, 0x86, literal(4, "/livez"), literal(58, "x".repeat(1_900)))));
        answers.clear();
        send(frame(HEADERS, END_STREAM | END_HEADERS, 5, headers(0x82, 0x86, literal(4, "/livez"), bomb)));

        assertThat(answers)
                .as("refused, by a status or by a reset")
                .anyMatch(frame -> frame.type() == HEADERS || frame.type() == RST_STREAM || frame.type() == GOAWAY);
        assertThat(answers)
                .noneMatch(frame -> frame.type() == DATA && frame.text().contains("alive"));
    }

    @Test
    void calmsAClientThatHasItResetItsStreams() {
        begin();
        for (int stream = FIRST; stream < 2_000 && door.channel().isOpen(); stream += 2) {
            // Each request is at its shard when a frame that nobody may send makes the gateway reset its stream.
            send(frame(HEADERS, END_HEADERS, stream, POST_QUERY), window(stream, 0));
        }

        assertCalmed();
    }

    @Test
    void calmsAClientThatSendsNothingInManyFrames() {
        begin();
        send(frame(HEADERS, END_HEADERS, FIRST, POST_QUERY));
        for (int i = 0; i < 1_000 && door.channel().isOpen(); i++) {
            send(frame(DATA, 0, FIRST));
        }

        assertCalmed();
    }

    @Test
    void answersThroughTheSmallestOfWindows() {
        begin();
        send(setting(4, 1), frame(HEADERS, END_STREAM | END_HEADERS, FIRST, GET_ALIVE));
        for (int i = 0; i < 30; i++) {
            send(window(FIRST, 1));
        }

        var body = new StringBuilder();
        answers.stream().filter(frame -> frame.type() == DATA).forEach(frame -> body.append(frame.text()));
        assertThat(body.toString()).isEqualTo("{\"status\":\"alive\"}");
    }

    @Test
    void survivesAClientThatTakesNoHeaders() {
        begin();
        send(setting(6, 1));
        for (int stream = FIRST; stream < 50; stream += 2) {
            send(frame(HEADERS, END_STREAM | END_HEADERS, stream, GET_ALIVE));
        }

        try (var other = new TestDoor()) {
            assertThat(other.get("/livez").received()).contains("alive");
        }
    }

    @Test
    void endsAConnectionThatAsksForAnswersAndReadsNone() throws IOException {
        assertThat(flood(frame(PING, 0, 0, new byte[8]))).isTrue();
        assertThat(flood(frame(SETTINGS, 0, 0))).isTrue();
    }

    /** Sends a frame over and over, reading nothing; whether the gateway has ended the connection. */
    private static boolean flood(byte[] frame) throws IOException {
        var block = Unpooled.buffer();
        for (int i = 0; i < 4_000; i++) {
            block.writeBytes(frame);
        }
        var bytes = bytes(block);
        // Its last words find no room; with the time for a first request it ends for good.
        var settings = HttpSettings.of(Map.of(HttpSettings.HEADER_TIMEOUT_MILLIS, 1_000L));
        try (var sockets = new SocketDoor(settings);
                var socket = sockets.connect()) {
            OutputStream out = socket.getOutputStream();
            out.write(PREFACE.getBytes(StandardCharsets.US_ASCII));
            out.write(frame(SETTINGS, 0, 0));
            for (int i = 0; i < 2_000; i++) {
                out.write(bytes);
            }
            return false;
        } catch (SocketException e) {
            return true;
        }
    }
}
