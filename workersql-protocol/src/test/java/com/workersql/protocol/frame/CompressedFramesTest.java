// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compression, with the ways in which other codecs have failed at it, by their numbers in the project's list. */
class CompressedFramesTest {
    private static final UnpooledByteBufAllocator ALLOCATOR = UnpooledByteBufAllocator.DEFAULT;
    private static final int MAX = CompressedFrameDecoder.MAX_FRAME_BYTES;

    @ParameterizedTest
    @EnumSource
    void inflatesWhatItCompressedHoweverItIsCut(CompressionAlgorithm algorithm) {
        byte[] packets = new byte[20_000];
        Random random = new Random(5);
        for (int i = 0; i < packets.length; i++) {
            packets[i] = (byte) (i < 10_000 ? i % 7 : random.nextInt());
        }
        ByteBuf stream = compressed(algorithm, 4096, packets);
        byte[] bytes = ByteBufUtil.getBytes(stream);
        stream.release();
        for (int piece : new int[] {1, 3, 7, 8, 1000, bytes.length}) {
            assertThat(inflated(algorithm, bytes, piece)).isEqualTo(packets);
        }
    }

    @ParameterizedTest
    @EnumSource
    void compressesWhatGetsShorterAndSendsTheRestAsItIs(CompressionAlgorithm algorithm) {
        ByteBuf small = compressed(algorithm, MAX, new byte[49]);
        assertThat(small.readableBytes()).isEqualTo(7 + 49);
        assertThat(small.getUnsignedMediumLE(4)).isZero();
        ByteBuf shorter = compressed(algorithm, MAX, new byte[50_000]);
        assertThat(shorter.readableBytes()).isLessThan(200);
        assertThat(shorter.getUnsignedMediumLE(4)).isEqualTo(50_000);
        byte[] noise = new byte[50_000];
        new Random(1).nextBytes(noise);
        ByteBuf longer = compressed(algorithm, MAX, noise);
        assertThat(longer.readableBytes()).isEqualTo(7 + noise.length);
        assertThat(longer.getUnsignedMediumLE(4)).isZero();
        small.release();
        shorter.release();
        longer.release();
    }

    @Test
    void takesZlibWhereBothAlgorithmsWereAgreedOn() {
        long both = CapabilityFlags.CLIENT_COMPRESS | CapabilityFlags.CLIENT_ZSTD_COMPRESSION_ALGORITHM;
        assertThat(CompressionAlgorithm.of(new CapabilityFlags(both))).isEqualTo(CompressionAlgorithm.ZLIB);
        assertThat(CompressionAlgorithm.of(new CapabilityFlags(CapabilityFlags.CLIENT_ZSTD_COMPRESSION_ALGORITHM)))
                .isEqualTo(CompressionAlgorithm.ZSTD);
        assertThat(CompressionAlgorithm.of(CapabilityFlags.NONE)).isNull();
    }

    @Test
    void t12AStoredFrameEndsWhereItsOwnLengthSays() {
        // Two stored frames, then a compressed one: whoever reads past a stored frame takes a header for zlib's.
        ByteBuf stream = Unpooled.buffer();
        stream.writeBytes(hex("050000" + "01" + "000000" + "0100000001"));
        stream.writeBytes(hex("010000" + "02" + "000000" + "aa"));
        ByteBuf last = compressed(CompressionAlgorithm.ZLIB, MAX, new byte[100]);
        stream.writeBytes(last);
        last.release();
        byte[] found = inflated(CompressionAlgorithm.ZLIB, ByteBufUtil.getBytes(stream), stream.readableBytes());
        assertThat(found).hasSize(5 + 1 + 100).startsWith(1, 0, 0, 0, 1, 0xAA, 0);
    }

    @Test
    void t13APacketHeaderMayLieInTwoFrames() {
        // 05 | 00 00 1b fe 00 00 22 00: an EOF whose length's first byte came in the frame before.
        byte[] stream = hex("010000" + "07" + "000000" + "05" + "080000" + "08" + "000000" + "00001bfe00002200");
        ByteBuf packets = Unpooled.wrappedBuffer(inflated(CompressionAlgorithm.ZLIB, stream, stream.length));
        try (PacketDecoder decoder =
                new PacketDecoder(ALLOCATOR, 1024, SequenceMode.UNCHECKED, Reservation.UNLIMITED)) {
            ByteBuf eof = decoder.decode(packets);
            assertThat(ByteBufUtil.hexDump(eof)).isEqualTo("fe00002200");
            assertThat(decoder.sequenceId()).isEqualTo(0x1B);
            eof.release();
        }
    }

    @Test
    void t14SequenceIdsOfFramesAreToldAndNotChecked() {
        try (CompressedFrameDecoder decoder = new CompressedFrameDecoder(ALLOCATOR, CompressionAlgorithm.ZLIB, MAX)) {
            for (int id : new int[] {0, 3, 4, 1, 255, 0}) {
                ByteBuf frame = Unpooled.buffer();
                frame.writeMediumLE(1).writeByte(id).writeMediumLE(0).writeByte(9);
                decoder.decode(frame).release();
                assertThat(decoder.sequenceId()).isEqualTo(id);
            }
        }
        try (CompressedFrameEncoder encoder = new CompressedFrameEncoder(CompressionAlgorithm.ZLIB, 6, 1024)) {
            encoder.sequenceId(255);
            ByteBuf out = Unpooled.buffer();
            encoder.encode(Unpooled.wrappedBuffer(new byte[1025]), out);
            assertThat(out.getUnsignedByte(3)).isEqualTo((short) 255);
            assertThat(encoder.sequenceId()).isEqualTo(1);
        }
    }

    @Test
    void t15AFullPacketWithItsHeaderTakesTwoFrames() {
        byte[] noise = new byte[MAX];
        new Random(3).nextBytes(noise);
        for (int payloadBytes : new int[] {MAX - 4, MAX - 3, MAX}) {
            ByteBuf packets = Unpooled.buffer(MAX + 16);
            PacketEncoder.write(packets, 0, Unpooled.wrappedBuffer(noise, 0, payloadBytes));
            int all = packets.readableBytes();
            byte[] expected = ByteBufUtil.getBytes(packets);
            ByteBuf stream = compressed(CompressionAlgorithm.ZLIB, MAX, expected);
            assertThat(stream.getUnsignedMediumLE(0)).isEqualTo(Math.min(all, MAX));
            assertThat(stream.readableBytes()).isEqualTo(all + (all > MAX ? 14 : 7));
            byte[] bytes = ByteBufUtil.getBytes(stream);
            assertThat(inflated(CompressionAlgorithm.ZLIB, bytes, 1 << 20)).isEqualTo(expected);
            packets.release();
            stream.release();
        }
    }

    @ParameterizedTest
    @EnumSource
    void p5LiesAboutTheInflatedLengthAreRefusedBy1157(CompressionAlgorithm algorithm) {
        ByteBuf honest = compressed(algorithm, MAX, new byte[5000]);
        byte[] bytes = ByteBufUtil.getBytes(honest);
        honest.release();
        for (int told : new int[] {1, 4999, 5001, 100_000, MAX}) {
            byte[] lie = bytes.clone();
            lie[4] = (byte) told;
            lie[5] = (byte) (told >> 8);
            lie[6] = (byte) (told >> 16);
            assertRefused(algorithm, lie, MAX);
        }
        byte[] noise = new byte[7 + 40];
        new Random(2).nextBytes(noise);
        noise[0] = 40;
        noise[1] = noise[2] = 0;
        noise[6] = 0;
        noise[4] |= 1;
        assertRefused(algorithm, noise, MAX);
        byte[] trailing = Arrays.copyOf(bytes, bytes.length + 1);
        trailing[0]++;
        assertRefused(algorithm, trailing, MAX);
        assertRefused(algorithm, hex("00000000010000"), MAX);
    }

    @ParameterizedTest
    @EnumSource
    void p5ABombIsRefusedByItsHeaderAndALyingOneTakesNoMoreThanTheLimit(CompressionAlgorithm algorithm) {
        int limit = 1 << 20;
        ByteBuf bomb = compressed(algorithm, MAX, new byte[15 << 20]);
        byte[] bytes = ByteBufUtil.getBytes(bomb);
        bomb.release();
        assertThat(bytes.length).isLessThan(20_000);
        assertRefused(algorithm, bytes, limit);
        bytes[4] = 0;
        bytes[5] = 0;
        bytes[6] = 0x10;
        long before = used();
        long[] peak = {0};
        try (CompressedFrameDecoder decoder = new CompressedFrameDecoder(ALLOCATOR, algorithm, limit)) {
            assertThatThrownBy(() -> {
                        for (byte b : bytes) {
                            decoder.decode(Unpooled.wrappedBuffer(new byte[] {b}));
                            peak[0] = Math.max(peak[0], used() - before);
                        }
                    })
                    .isInstanceOf(ProtocolException.class);
        }
        assertThat(peak[0]).isLessThan(limit + (1 << 20));
        assertThat(used()).isLessThanOrEqualTo(before);
    }

    /** Remembers the largest buffer that was asked for. */
    private static final class Largest extends AbstractByteBufAllocator {
        private int bytes;

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            bytes = Math.max(bytes, initialCapacity);
            return ALLOCATOR.heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            bytes = Math.max(bytes, initialCapacity);
            return ALLOCATOR.directBuffer(initialCapacity, maxCapacity);
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    /** Nothing is allocated for what these few bytes could not hold, whatever their header tells. */
    @Test
    void p5AShortBlockTakesNoMoreMemoryThanItCouldHold() {
        byte[] frame = hex("28b52ffd" + "00" + "58" + "2303" + "00" + "41");
        ByteBuf stream = Unpooled.buffer();
        stream.writeMediumLE(frame.length)
                .writeByte(0)
                .writeMediumLE(16_000_000)
                .writeBytes(frame);
        Largest allocator = new Largest();
        try (CompressedFrameDecoder decoder = new CompressedFrameDecoder(
                allocator, CompressionAlgorithm.ZSTD, CompressedFrameDecoder.MAX_FRAME_BYTES)) {
            assertThatThrownBy(() -> decoder.decode(stream))
                    .isInstanceOf(ProtocolException.class)
                    .hasMessageContaining("it cannot hold as many");
        }
        assertThat(allocator.bytes).isLessThanOrEqualTo(frame.length);
    }

    @Test
    void p5ABlockIsInflatedWithoutTheWindowThatItsHeaderAsksFor() {
        // A frame whose header asks for a window of 2 GiB and tells no size, with one block of a byte repeated a
        // hundred times.
        byte[] frame = hex("28b52ffd" + "00" + "a8" + "2303" + "00" + "41");
        ByteBuf stream = Unpooled.buffer();
        stream.writeMediumLE(frame.length).writeByte(0).writeMediumLE(100).writeBytes(frame);
        byte[] expected = new byte[100];
        Arrays.fill(expected, (byte) 'A');
        assertThat(inflated(CompressionAlgorithm.ZSTD, ByteBufUtil.getBytes(stream), 1024))
                .isEqualTo(expected);
    }

    @Test
    void waitsForBytesWithoutAllocatingByTheDeclaredLength() {
        long before = used();
        try (CompressedFrameDecoder decoder = new CompressedFrameDecoder(ALLOCATOR, CompressionAlgorithm.ZLIB, MAX)) {
            assertThat(decoder.decode(Unpooled.wrappedBuffer(hex("ffffff00ffffff78"))))
                    .isNull();
            assertThat(used() - before).isLessThan(16 * 1024);
        }
    }

    @ParameterizedTest
    @EnumSource
    void throwsNothingButProtocolExceptionOnRandomStreams(CompressionAlgorithm algorithm) {
        Random random = new Random(11);
        long before = used();
        for (int round = 0; round < 500; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (bytes.length > 7 && random.nextBoolean()) {
                bytes[0] = (byte) (bytes.length - 7);
                bytes[1] = bytes[2] = bytes[6] = 0;
            }
            try {
                inflated(algorithm, bytes, 1 + random.nextInt(50));
            } catch (ProtocolException e) {
                assertThat(e.errno()).isEqualTo(1157);
            }
        }
        assertThat(used()).isLessThanOrEqualTo(before);
    }

    @Test
    void inflatesWhatAnotherZlibMade() {
        Deflater deflater = new Deflater(1);
        deflater.setInput(new byte[300]);
        deflater.finish();
        byte[] content = new byte[100];
        int length = deflater.deflate(content);
        deflater.end();
        ByteBuf stream = Unpooled.buffer();
        stream.writeMediumLE(length).writeByte(0).writeMediumLE(300).writeBytes(content, 0, length);
        assertThat(inflated(CompressionAlgorithm.ZLIB, ByteBufUtil.getBytes(stream), 5))
                .isEqualTo(new byte[300]);
    }

    private static void assertRefused(CompressionAlgorithm algorithm, byte[] stream, int limit) {
        try (CompressedFrameDecoder decoder = new CompressedFrameDecoder(ALLOCATOR, algorithm, limit)) {
            assertThatThrownBy(() -> decoder.decode(Unpooled.wrappedBuffer(stream)))
                    .isInstanceOf(ProtocolException.class)
                    .extracting(e -> ((ProtocolException) e).errno())
                    .isEqualTo(1157);
        }
    }

    private static ByteBuf compressed(CompressionAlgorithm algorithm, int maxFrameBytes, byte[] packets) {
        ByteBuf out = Unpooled.buffer();
        try (CompressedFrameEncoder encoder =
                new CompressedFrameEncoder(algorithm, algorithm.defaultLevel(), maxFrameBytes)) {
            encoder.encode(Unpooled.wrappedBuffer(packets), out);
        }
        return out;
    }

    private static byte[] inflated(CompressionAlgorithm algorithm, byte[] stream, int pieceBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (CompressedFrameDecoder decoder = new CompressedFrameDecoder(ALLOCATOR, algorithm, MAX)) {
            for (int at = 0; at < stream.length; at += pieceBytes) {
                ByteBuf in = Unpooled.wrappedBuffer(stream, at, Math.min(pieceBytes, stream.length - at));
                for (ByteBuf bytes = decoder.decode(in); bytes != null; bytes = decoder.decode(in)) {
                    out.writeBytes(ByteBufUtil.getBytes(bytes));
                    bytes.release();
                }
            }
        }
        return out.toByteArray();
    }

    private static byte[] hex(String hex) {
        return ByteBufUtil.decodeHexDump(hex);
    }

    private static long used() {
        return ALLOCATOR.metric().usedDirectMemory() + ALLOCATOR.metric().usedHeapMemory();
    }
}
