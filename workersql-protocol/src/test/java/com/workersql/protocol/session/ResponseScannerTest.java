// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.StatusFlags;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseScannerTest {
    private static final Map<String, ReplyBytes> SHAPES = ReplyShapes.all();

    static Stream<Arguments> shapes() {
        return SHAPES.entrySet().stream().map(e -> Arguments.of(e.getKey(), e.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void findsTheEndOfAWholeReplyAndLeavesWhatFollows(String name, ReplyBytes reply) {
        byte[] bytes = reply.bytes();
        ByteBuf in =
                Unpooled.buffer().writeZero(3).writeBytes(bytes).writeByte(9).writeByte(9);
        in.skipBytes(3);
        RecordingSink sink = new RecordingSink();
        ResponseScanner scanner = begun(reply);
        assertThat(scanner.scan(in, sink)).isEqualTo(bytes.length);
        assertThat(in.readableBytes()).isEqualTo(2);
        assertFound(reply, bytes, scanner, sink);
        assertThat(scanner.scan(in, sink)).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void findsTheSameByteByByte(String name, ReplyBytes reply) {
        byte[] bytes = reply.bytes();
        RecordingSink sink = new RecordingSink();
        ResponseScanner scanner = begun(reply);
        for (int i = 0; i < bytes.length; i++) {
            assertThat(scanner.isDone()).isFalse();
            assertThat(scanner.scan(Unpooled.wrappedBuffer(bytes, i, 1), sink)).isEqualTo(1);
        }
        assertFound(reply, bytes, scanner, sink);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void findsTheSameWhereverTheInputIsCut(String name, ReplyBytes reply) {
        byte[] bytes = reply.bytes();
        ResponseScanner scanner = new ResponseScanner();
        for (int cut = 0; cut <= bytes.length; cut++) {
            RecordingSink sink = new RecordingSink();
            scanner.begin(reply.kind, reply.capabilities);
            scanner.scan(Unpooled.wrappedBuffer(bytes, 0, cut), sink);
            assertThat(scanner.isDone()).isEqualTo(cut == bytes.length);
            scanner.scan(Unpooled.wrappedBuffer(bytes, cut, bytes.length - cut), sink);
            assertFound(reply, bytes, scanner, sink);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shapes")
    void findsTheSameInRandomPieces(String name, ReplyBytes reply) {
        byte[] bytes = reply.bytes();
        Random random = new Random(bytes.length);
        ResponseScanner scanner = new ResponseScanner();
        for (int round = 0; round < 50; round++) {
            RecordingSink sink = new RecordingSink();
            scanner.begin(reply.kind, reply.capabilities);
            for (int at = 0; at < bytes.length; ) {
                int length = Math.min(bytes.length - at, random.nextInt(12));
                scanner.scan(Unpooled.copiedBuffer(bytes, at, length), sink);
                at += length;
            }
            assertFound(reply, bytes, scanner, sink);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"three hundred rows (no EOF)", "three hundred rows (EOF)"})
    void tellsBetweenRowsAndNowhereElseWhichPacketWouldBeNext(String name) {
        ReplyBytes reply = SHAPES.get(name);
        byte[] bytes = reply.bytes();
        ResponseScanner scanner = begun(reply);
        int known = 0;
        for (int at = 0; at < bytes.length; at++) {
            scanner.scan(Unpooled.wrappedBuffer(bytes, at, 1), new RecordingSink());
            int packets = 0;
            int packet = 0;
            while (packet < at + 1) {
                packet += 4 + (bytes[packet] & 0xFF) + (bytes[packet + 1] & 0xFF) * 256;
                packets++;
            }
            // The header of a packet is kept back until its first byte says what it is.
            int begun = packet - (at + 1);
            int next = scanner.nextSequenceIdOfRows();
            if (next >= 0 && !scanner.isDone()) {
                known++;
                boolean isBetween = begun == 0;
                assertThat(next).as("behind byte %d", at).isEqualTo((isBetween ? packets + 1 : packets) & 0xFF);
            }
        }
        assertThat(known).isGreaterThan(300);
        assertThat(scanner.isDone()).isTrue();
    }

    @Test
    void givesAllDefinitionsAndRowsOfAnInputInOneCall() {
        ReplyBytes reply = SHAPES.get("three hundred rows (no EOF)");
        RecordingSink sink = new RecordingSink();
        ResponseScanner scanner = begun(reply);
        scanner.scan(Unpooled.wrappedBuffer(reply.bytes()), sink);
        assertThat(sink.runs).hasSize(1);
    }

    @Test
    void passesRowsOfSeveralPhysicalPacketsWithoutLookingIntoTheirContinuations() {
        for (CapabilityFlags capabilities : List.of(ReplyBytes.CLASSIC, ReplyBytes.DEPRECATE_EOF)) {
            // 0xFE in front: the length of a text value of 16 MB. The continuations begin with 0xFE and 0xFF.
            byte[] row = new byte[2 * 0xFF_FFFF + 3];
            row[0] = (byte) 0xFE;
            row[0xFF_FFFF] = (byte) 0xFE;
            row[2 * 0xFF_FFFF] = (byte) 0xFF;
            byte[] exact = new byte[0xFF_FFFF];
            exact[0] = (byte) 0xFE;
            ReplyBytes reply = new ReplyBytes(ReplyKind.QUERY, capabilities)
                    .columnCount(1)
                    .metadata(1, 2)
                    .row(row)
                    .row(exact)
                    .textRow("small")
                    .end(2);
            byte[] bytes = reply.bytes();
            for (int pieceBytes : new int[] {bytes.length, 0xFF_FFFF, 65_536, 8_191}) {
                ResponseScanner scanner = begun(reply);
                CountingSink sink = new CountingSink();
                for (int at = 0; at < bytes.length; at += pieceBytes) {
                    int length = Math.min(pieceBytes, bytes.length - at);
                    assertThat(scanner.scan(Unpooled.wrappedBuffer(bytes, at, length), sink))
                            .isEqualTo(length);
                }
                assertThat(scanner.isDone()).isTrue();
                assertThat(sink.controls).isEqualTo(reply.controls.size());
                assertThat(sink.bytes).isEqualTo(bytes.length);
            }
        }
    }

    @Test
    void tellsWhatTheTerminatorSaid() {
        ResponseScanner scanner = begun(new ReplyBytes(ReplyKind.QUERY, ReplyBytes.CLASSIC));
        scanner.scan(
                Unpooled.wrappedBuffer(new ReplyBytes(ReplyKind.QUERY, ReplyBytes.CLASSIC)
                        .ok(3)
                        .bytes()),
                new RecordingSink());
        assertThat(scanner.affectedRows()).isEqualTo(300);
        assertThat(scanner.lastInsertId()).isEqualTo(7);
        assertThat(scanner.statusFlags())
                .isEqualTo(StatusFlags.SERVER_STATUS_IN_TRANS | StatusFlags.SERVER_STATUS_AUTOCOMMIT);
        assertThat(scanner.warnings()).isEqualTo(3);
        assertThat(scanner.isError()).isFalse();
    }

    @Test
    void readsWarningsAndStatusOfAnEofInItsOwnOrder() {
        ReplyBytes reply = new ReplyBytes(ReplyKind.FETCH, ReplyBytes.CLASSIC).eof(ControlPacket.EOF, 0x82);
        ResponseScanner scanner = begun(reply);
        scanner.scan(Unpooled.wrappedBuffer(reply.bytes()), new RecordingSink());
        assertThat(scanner.statusFlags()).isEqualTo(0x82);
        assertThat(scanner.warnings()).isEqualTo(2);
    }

    @Test
    void tellsTheErrorThatEndedTheReplyAndForgetsItWithTheNext() {
        ReplyBytes reply = SHAPES.get("error in rows (EOF)");
        ResponseScanner scanner = begun(reply);
        scanner.scan(Unpooled.wrappedBuffer(reply.bytes()), new RecordingSink());
        assertThat(scanner.isError()).isTrue();
        assertThat(scanner.errno()).isEqualTo(1317);
        scanner.begin(ReplyKind.OK_ONLY, ReplyBytes.CLASSIC);
        assertThat(scanner.isError()).isFalse();
        assertThat(scanner.errno()).isZero();
    }

    @Test
    void saysThatAFileIsWaitedForAndTakesAnySequenceIdBehindIt() {
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC);
        RecordingSink sink = new RecordingSink();
        scanner.scan(Unpooled.wrappedBuffer(new byte[] {1, 0, 0, 1, (byte) 0xFB}), sink);
        assertThat(scanner.isFileRequested()).isTrue();
        assertThat(scanner.isDone()).isFalse();
        scanner.scan(Unpooled.wrappedBuffer(new byte[] {7, 0, 0, 77, 0, 5, 0, 2, 0, 0, 0}), sink);
        assertThat(scanner.isFileRequested()).isFalse();
        assertThat(scanner.isDone()).isTrue();
        assertThat(scanner.affectedRows()).isEqualTo(5);
    }

    @Test
    void hasNothingToScanForCommandsWithoutReply() {
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(ReplyKind.NONE, ReplyBytes.CLASSIC);
        assertThat(scanner.isDone()).isTrue();
        assertThat(scanner.scan(Unpooled.wrappedBuffer(new byte[] {1}), new RecordingSink()))
                .isZero();
    }

    @Test
    void keepsTheSlicesThatASinkRetainsWhenHeadersAreSplit() {
        ReplyBytes reply = SHAPES.get("three hundred rows (EOF)");
        byte[] bytes = reply.bytes();
        ByteBuf kept = Unpooled.buffer();
        ByteBuf[] slices = new ByteBuf[1024 * 8];
        int[] count = new int[1];
        ResponseScanner scanner = begun(reply);
        ReplySink sink = new ReplySink() {
            @Override
            public void forward(ByteBuf in, int index, int length) {
                slices[count[0]++] = in.retainedSlice(index, length);
            }

            @Override
            public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
                slices[count[0]++] = Unpooled.buffer()
                        .writeMediumLE(payload.readableBytes())
                        .writeByte(sequenceId)
                        .writeBytes(payload);
            }
        };
        for (int at = 0; at < bytes.length; at += 7) {
            ByteBuf in = PooledByteBufAllocator.DEFAULT.buffer();
            in.writeBytes(bytes, at, Math.min(7, bytes.length - at));
            scanner.scan(in, sink);
            in.release();
        }
        for (int i = 0; i < count[0]; i++) {
            kept.writeBytes(slices[i]);
            assertThat(slices[i].release()).isTrue();
        }
        assertThat(Arrays.copyOf(kept.array(), kept.writerIndex())).isEqualTo(bytes);
    }

    @Test
    void refusesToBeginInsideAReply() {
        ResponseScanner scanner = begun(SHAPES.get("ping (EOF)"));
        assertThatThrownBy(() -> scanner.begin(ReplyKind.OK_ONLY, ReplyBytes.CLASSIC))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the start of a result");
    }

    @Test
    void saysWhereTheStreamBreaksAndStaysBroken() {
        ReplyBytes reply = new ReplyBytes(ReplyKind.EXECUTE, ReplyBytes.DEPRECATE_EOF)
                .columnCount(1)
                .metadata(1, 2)
                .row(0, 0, 1)
                .row(7, 0, 1);
        ResponseScanner scanner = begun(reply);
        ByteBuf in = Unpooled.wrappedBuffer(reply.bytes());
        assertThatThrownBy(() -> scanner.scan(in, new RecordingSink()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("a binary row that begins with 0x7")
                .hasMessageContaining("in the rows, packet 4 of the reply, byte " + (reply.bytes().length - 7));
        assertThatThrownBy(() -> scanner.scan(in, new RecordingSink())).isInstanceOf(ProtocolException.class);
        assertThatThrownBy(() -> scanner.begin(ReplyKind.QUERY, ReplyBytes.CLASSIC))
                .isInstanceOf(IllegalStateException.class);
    }

    static Stream<Arguments> brokenReplies() {
        return Stream.of(
                Arguments.of("an empty packet", ReplyKind.QUERY, new int[] {0, 0, 0, 1}),
                Arguments.of("a truncated OK", ReplyKind.OK_ONLY, new int[] {3, 0, 0, 1, 0, 0, 0}),
                Arguments.of("an OK of a length only", ReplyKind.OK_ONLY, new int[] {2, 0, 0, 1, 0, 0xFE}),
                Arguments.of("a truncated ERR", ReplyKind.OK_ONLY, new int[] {2, 0, 0, 1, 0xFF, 1}),
                Arguments.of("rows for a ping", ReplyKind.OK_ONLY, new int[] {1, 0, 0, 1, 1}),
                Arguments.of("a column count with more behind it", ReplyKind.QUERY, new int[] {2, 0, 0, 1, 1, 1}),
                Arguments.of("a truncated column count", ReplyKind.QUERY, new int[] {2, 0, 0, 1, 0xFC, 1}),
                Arguments.of("a column count of zero", ReplyKind.QUERY, new int[] {3, 0, 0, 1, 0xFC, 0, 0}),
                Arguments.of("70000 columns", ReplyKind.QUERY, new int[] {4, 0, 0, 1, 0xFD, 0x70, 0x11, 1}),
                Arguments.of(
                        "a short prepared statement", ReplyKind.PREPARE, new int[] {7, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}),
                Arguments.of("an empty definition", ReplyKind.FIELD_LIST, new int[] {0, 0, 0, 1}),
                Arguments.of("EOF among definitions", ReplyKind.QUERY, new int[] {1, 0, 0, 1, 1, 1, 0, 0, 2, 0xFE}),
                Arguments.of("a long EOF", ReplyKind.FETCH, new int[] {6, 0, 0, 1, 0xFE, 0, 0, 0, 0, 0}),
                Arguments.of("a local file in a ping", ReplyKind.OK_ONLY, new int[] {1, 0, 0, 1, 0xFB}),
                Arguments.of("a gap in sequence ids", ReplyKind.QUERY, new int[] {1, 0, 0, 1, 1, 1, 0, 0, 3, 3}),
                Arguments.of("a control packet over the limit", ReplyKind.QUERY, new int[] {1, 0, 0x20, 1, 0}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenReplies")
    void refuses(String name, ReplyKind kind, int[] bytes) {
        ByteBuf in = Unpooled.buffer();
        for (int b : bytes) {
            in.writeByte(b);
        }
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(kind, ReplyBytes.CLASSIC);
        assertThatThrownBy(() -> scanner.scan(in, new RecordingSink()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("of the reply, byte ");
    }

    private static ResponseScanner begun(ReplyBytes reply) {
        ResponseScanner scanner = new ResponseScanner();
        scanner.begin(reply.kind, reply.capabilities);
        return scanner;
    }

    private static void assertFound(ReplyBytes reply, byte[] bytes, ResponseScanner scanner, RecordingSink sink) {
        assertThat(scanner.isDone()).isTrue();
        assertThat(sink.controls).isEqualTo(reply.controls);
        assertThat(sink.bytes()).isEqualTo(bytes);
    }

    /** Counts only, for replies that are too large to be put together many times. */
    private static final class CountingSink implements ReplySink {
        private long bytes;
        private int controls;

        @Override
        public void forward(ByteBuf in, int index, int length) {
            bytes += length;
        }

        @Override
        public void control(ControlPacket kind, int sequenceId, ByteBuf payload) {
            bytes += 4 + payload.readableBytes();
            controls++;
        }
    }
}
