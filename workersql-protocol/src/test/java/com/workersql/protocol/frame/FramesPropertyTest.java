// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** T12 to T16: payloads come out of packets and of compressed packets as they went in, wherever the stream is cut. */
class FramesPropertyTest {
    private static final int MAX_PAYLOAD_BYTES = 1 << 20;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);

    @Property
    void packetsCutAnywhereGiveTheirPayloads(
            @ForAll("payloads") List<byte[]> payloads,
            @ForAll int firstSequenceId,
            @ForAll("cuts") List<Integer> cuts) {
        ByteBuf stream = allocator.buffer();
        write(payloads, firstSequenceId, stream);
        List<String> received = new ArrayList<>();
        try (PacketDecoder decoder = decoder()) {
            decoder.expectSequenceId(firstSequenceId);
            Pieces pieces = new Pieces(stream, cuts);
            while (stream.isReadable()) {
                read(decoder, pieces.next(), received);
            }
            assertThat(decoder.isAtPacketBoundary()).isTrue();
        }
        stream.release();
        assertThat(received).isEqualTo(hex(payloads));
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    @Property
    void compressedPacketsCutAnywhereGiveTheirPayloads(
            @ForAll("payloads") List<byte[]> payloads,
            @ForAll CompressionAlgorithm algorithm,
            @ForAll("frameSizes") int maxFrameBytes,
            @ForAll("cuts") List<Integer> cutsOfPackets,
            @ForAll("cuts") List<Integer> cutsOfFrames) {
        ByteBuf packets = allocator.buffer();
        ByteBuf wire = allocator.buffer();
        write(payloads, 0, packets);
        List<String> received = new ArrayList<>();
        try (PacketDecoder decoder = decoder();
                CompressedFrameEncoder encoder = new CompressedFrameEncoder(algorithm, 1, maxFrameBytes);
                CompressedFrameDecoder frames = new CompressedFrameDecoder(allocator, algorithm, maxFrameBytes)) {
            Pieces written = new Pieces(packets, cutsOfPackets);
            while (packets.isReadable()) {
                encoder.encode(written.next(), wire);
            }
            Pieces pieces = new Pieces(wire, cutsOfFrames);
            while (wire.isReadable()) {
                ByteBuf piece = pieces.next();
                for (ByteBuf content = frames.decode(piece); content != null; content = frames.decode(piece)) {
                    read(decoder, content, received);
                    content.release();
                }
            }
            assertThat(decoder.isAtPacketBoundary()).isTrue();
            assertThat(frames.bufferedBytes()).isZero();
        }
        packets.release();
        wire.release();
        assertThat(received).isEqualTo(hex(payloads));
        assertThat(allocator.metric().usedHeapMemory()).isZero();
    }

    /** Takes pieces of the given sizes in turn. */
    private static final class Pieces {
        private final ByteBuf stream;
        private final List<Integer> sizes;
        private int next;

        Pieces(ByteBuf stream, List<Integer> sizes) {
            this.stream = stream;
            this.sizes = sizes;
        }

        ByteBuf next() {
            return stream.readSlice(Math.min(stream.readableBytes(), sizes.get(next++ % sizes.size())));
        }
    }

    private PacketDecoder decoder() {
        return new PacketDecoder(allocator, MAX_PAYLOAD_BYTES, SequenceMode.CONTINUE, Reservation.UNLIMITED);
    }

    private static void read(PacketDecoder decoder, ByteBuf piece, List<String> into) {
        for (ByteBuf payload = decoder.decode(piece); payload != null; payload = decoder.decode(piece)) {
            into.add(ByteBufUtil.hexDump(payload));
            payload.release();
        }
    }

    private static void write(List<byte[]> payloads, int firstSequenceId, ByteBuf out) {
        int sequenceId = firstSequenceId;
        for (byte[] payload : payloads) {
            int header = PacketEncoder.start(out);
            out.writeBytes(payload);
            sequenceId = PacketEncoder.finish(out, header, sequenceId);
        }
    }

    private static List<String> hex(List<byte[]> payloads) {
        return payloads.stream().map(ByteBufUtil::hexDump).toList();
    }

    /** Short ones of any bytes; longer ones, which take several compressed packets, of bytes that can be compressed or not. */
    @Provide
    Arbitrary<List<byte[]>> payloads() {
        Arbitrary<byte[]> any = Arbitraries.bytes().array(byte[].class).ofMaxSize(200);
        Arbitrary<byte[]> longer = Arbitraries.integers()
                .between(200, 20_000)
                .flatMap(length -> Arbitraries.longs().map(seed -> {
                    byte[] bytes = new byte[length];
                    if (seed % 2 == 0) {
                        new Random(seed).nextBytes(bytes);
                    }
                    return bytes;
                }));
        return Arbitraries.oneOf(any, any, longer).list().ofMaxSize(8);
    }

    @Provide
    Arbitrary<List<Integer>> cuts() {
        return Arbitraries.oneOf(
                        Arbitraries.integers().between(1, 9),
                        Arbitraries.integers().between(1, 5000))
                .list()
                .ofMinSize(1)
                .ofMaxSize(10);
    }

    @Provide
    Arbitrary<Integer> frameSizes() {
        return Arbitraries.of(1024, 4096, CompressedFrameDecoder.MAX_FRAME_BYTES);
    }
}
