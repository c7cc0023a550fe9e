// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketDecoderTest {
    private static final int FULL = PacketDecoder.MAX_PACKET_BYTES;

    private PacketDecoder decoder = decoder(64 << 20, SequenceMode.RESTART, Reservation.UNLIMITED);

    private static PacketDecoder decoder(int max, SequenceMode mode, Reservation reservation) {
        return new PacketDecoder(UnpooledByteBufAllocator.DEFAULT, max, mode, reservation);
    }

    private static ByteBuf bytes(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex.replace(" ", "")));
    }

    @AfterEach
    void close() {
        decoder.close();
    }

    @Test
    void givesAWholePacketAsASliceOfTheInput() {
        ByteBuf in = bytes("03000000 0e0102 0100");

        ByteBuf payload = decoder.decode(in);

        assertThat(ByteBufUtil.hexDump(payload)).isEqualTo("0e0102");
        assertThat(in.refCnt()).isEqualTo(2);
        assertThat(decoder.decode(in)).isNull();
        assertThat(decoder.isAtPacketBoundary()).isFalse();
        payload.release();
        in.release();
    }

    @Test
    void joinsAPacketThatComesByteByByte() {
        byte[] stream = ByteBufUtil.decodeHexDump("03000000aabbcc0000000001000000dd");
        StringBuilder payloads = new StringBuilder();
        for (byte b : stream) {
            ByteBuf in = Unpooled.wrappedBuffer(new byte[] {b});
            for (ByteBuf payload = decoder.decode(in); payload != null; payload = decoder.decode(in)) {
                payloads.append('[').append(ByteBufUtil.hexDump(payload)).append(']');
                payload.release();
            }
            in.release();
        }

        assertThat(payloads).hasToString("[aabbcc][][dd]");
        assertThat(decoder.isAtPacketBoundary()).isTrue();
    }

    /** T1, T2, T15: payloads around multiples of 16 MB, which end by a shorter and maybe empty packet. */
    @ParameterizedTest
    @ValueSource(ints = {FULL - 1, FULL, FULL + 1, 2 * FULL - 1, 2 * FULL, 2 * FULL + 1})
    void joinsWhatTheEncoderSplit(int length) {
        ByteBuf payload = pattern(length);
        ByteBuf stream = Unpooled.buffer(length + 16);
        int next = PacketEncoder.write(stream, 0, payload);

        assertThat(stream.readableBytes()).isEqualTo(length + 4 * (length / FULL + 1));
        assertThat(next).isEqualTo(length / FULL + 1);
        ByteBuf joined = decodeInPieces(stream, 1 << 20);
        assertThat(joined).isEqualTo(payload);
        joined.release();
        assertThat(decoder.sequenceId()).isEqualTo(length / FULL);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, FULL - 1, FULL, 2 * FULL + 5})
    void fillsInHeadersBehindThePayload(int length) {
        ByteBuf payload = pattern(length);
        ByteBuf expected = Unpooled.buffer();
        PacketEncoder.write(expected.writeByte(7), 254, payload);

        ByteBuf out = Unpooled.buffer().writeByte(7);
        int headerIndex = PacketEncoder.start(out);
        out.writeBytes(payload, 0, length);
        int next = PacketEncoder.finish(out, headerIndex, 254);

        assertThat(out).isEqualTo(expected);
        assertThat(next).isEqualTo((254 + length / FULL + 1) & 0xFF);
    }

    /** T3: a full packet whose successor is not there yet is no complete payload. */
    @Test
    void waitsBehindAFullPacketForTheNextOne() {
        ByteBuf stream = Unpooled.buffer();
        PacketEncoder.write(stream, 0, pattern(FULL + 3));

        for (int split : new int[] {FULL + 4, FULL + 5, FULL + 7, FULL + 8, FULL + 10}) {
            assertThat(decoder.decode(stream.slice(0, split)))
                    .as("split at %s", split)
                    .isNull();
            ByteBuf payload = decoder.decode(stream.slice(split, stream.readableBytes() - split));
            assertThat(payload.readableBytes()).isEqualTo(FULL + 3);
            payload.release();
        }
    }

    /** T4: a payload over more than 256 packets is none here, but a reply with more than 256 payloads is. */
    @Test
    void sequenceIdWrapsFrom255To0() {
        decoder.sequenceMode(SequenceMode.CONTINUE);
        ByteBuf stream = Unpooled.buffer();
        for (int i = 0; i < 600; i++) {
            PacketEncoder.write(stream, i, Unpooled.EMPTY_BUFFER);
        }

        for (int i = 0; i < 600; i++) {
            decoder.decode(stream).release();
            assertThat(decoder.sequenceId()).isEqualTo(i & 0xFF);
        }
    }

    /** T5: a command begins with sequence id 0, whatever came before. */
    @Test
    void refusesACommandThatGoesOnCounting() {
        ByteBuf in = bytes("01000000 0e 01000001 0e");
        decoder.decode(in).release();

        assertThatThrownBy(() -> decoder.decode(in)).isInstanceOfSatisfying(ProtocolException.class, e -> {
            assertThat(e.errno()).isEqualTo(1156);
            assertThat(e.sqlState()).isEqualTo("08S01");
        });
    }

    @Test
    void refusesBytesOfAnotherProtocolByTheirSequenceId() {
        ByteBuf in = Unpooled.copiedBuffer("GET / HTTP/1.1\r\n", java.nio.charset.StandardCharsets.US_ASCII);

        assertThatThrownBy(() -> decoder.decode(in)).hasMessageContaining("out of order");
    }

    @Test
    void refusesADeclaredLengthOverTheLimitBeforeItsBytesCome() {
        decoder.maxPayloadBytes(1000);

        assertThatThrownBy(() -> decoder.decode(bytes("e9030000")))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1153))
                .hasMessageContaining("1001")
                .hasMessageContaining("1000");
    }

    @Test
    void refusesJoinedPacketsOverTheLimit() {
        decoder.maxPayloadBytes(FULL + 10);
        ByteBuf stream = Unpooled.buffer();
        PacketEncoder.write(stream, 0, pattern(FULL + 11));

        assertThatThrownBy(() -> decoder.decode(stream))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1153));
    }

    /** P1: a header that declares 16 MB and one byte reserve a small buffer, not 16 MB. */
    @Test
    void allocatesByWhatCameNotByWhatWasDeclared() {
        AtomicInteger reserved = new AtomicInteger();
        try (PacketDecoder small = decoder(64 << 20, SequenceMode.RESTART, new Counting(reserved, 1 << 30))) {
            assertThat(small.decode(bytes("ffffff00 aa"))).isNull();
            assertThat(reserved).hasValue(256);
        }
        assertThat(reserved).hasValue(0);
    }

    @Test
    void refusesWhenTheBudgetIsExhaustedAndGivesBackWhatItHad() {
        AtomicInteger reserved = new AtomicInteger();
        try (PacketDecoder small = decoder(64 << 20, SequenceMode.RESTART, new Counting(reserved, 1000))) {
            ByteBuf in = Unpooled.buffer().writeBytes(bytes("00100000")).writeZero(2000);
            assertThatThrownBy(() -> small.decode(in))
                    .isInstanceOfSatisfying(
                            ProtocolException.class, e -> assertThat(e.errno()).isEqualTo(1041));
        }
        assertThat(reserved).hasValue(0);
    }

    @Test
    void passesTheReservationOfAPayloadToItsTaker() {
        AtomicInteger reserved = new AtomicInteger();
        PacketDecoder counted = decoder(1000, SequenceMode.RESTART, new Counting(reserved, 1000));
        assertThat(counted.decode(bytes("0300 0000 aa"))).isNull();
        counted.decode(bytes("bbcc")).release();

        int taken = counted.takeReservedBytes();
        counted.close();

        assertThat(taken).isEqualTo(3);
        assertThat(reserved).hasValue(3);
    }

    private ByteBuf decodeInPieces(ByteBuf stream, int pieceBytes) {
        while (true) {
            ByteBuf piece = stream.readSlice(Math.min(pieceBytes, stream.readableBytes()));
            ByteBuf payload = decoder.decode(piece);
            if (payload != null) {
                assertThat(stream.isReadable()).isFalse();
                return payload;
            }
        }
    }

    private static ByteBuf pattern(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + (i >>> 13));
        }
        return Unpooled.wrappedBuffer(bytes);
    }

    private record Counting(AtomicInteger reserved, int limit) implements Reservation {
        @Override
        public boolean tryReserve(int bytes) {
            if (reserved.get() + bytes > limit) {
                return false;
            }
            reserved.addAndGet(bytes);
            return true;
        }

        @Override
        public void release(int bytes) {
            reserved.addAndGet(-bytes);
        }
    }
}
