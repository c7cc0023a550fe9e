// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.frame.CompressedFrameDecoder;
import com.workersql.protocol.frame.CompressedFrameEncoder;
import com.workersql.protocol.frame.CompressionAlgorithm;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.proxy.ProxyHeader;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Packets, compressed packets of both kinds, read and written, and the PROXY header; cut anywhere. */
final class FramesTarget implements FuzzTarget {
    private static final int MAX_PAYLOAD_BYTES = 1 << 16;
    private static final int MAX_FRAME_BYTES = 1 << 14;
    private static final int PROXY_MODE = 5;

    @Override
    public void decode(ByteBuf in, ByteBufAllocator allocator) {
        int mode = Choices.upTo(PROXY_MODE + 1, in);
        Random cuts = Choices.cuts(in);
        switch (mode) {
            case 0 -> packets(in, cuts, allocator);
            case 1 -> compressed(in, cuts, CompressionAlgorithm.ZLIB, allocator);
            case 2 -> compressed(in, cuts, CompressionAlgorithm.ZSTD, allocator);
            case 3 -> roundTrip(in, cuts, CompressionAlgorithm.ZLIB, allocator);
            case 4 -> roundTrip(in, cuts, CompressionAlgorithm.ZSTD, allocator);
            default -> proxyHeader(in, allocator);
        }
    }

    private static PacketDecoder packetDecoder(ByteBufAllocator allocator) {
        return new PacketDecoder(allocator, MAX_PAYLOAD_BYTES, SequenceMode.UNCHECKED, Reservation.UNLIMITED);
    }

    private static void packets(ByteBuf in, Random cuts, ByteBufAllocator allocator) {
        try (PacketDecoder decoder = packetDecoder(allocator)) {
            while (in.isReadable()) {
                ByteBuf piece = Choices.piece(in, cuts);
                for (ByteBuf payload = decoder.decode(piece); payload != null; payload = decoder.decode(piece)) {
                    payload.release();
                }
                assertThat(piece.isReadable()).isFalse();
            }
        }
    }

    private static void compressed(
            ByteBuf in, Random cuts, CompressionAlgorithm algorithm, ByteBufAllocator allocator) {
        try (PacketDecoder packets = packetDecoder(allocator);
                CompressedFrameDecoder frames = new CompressedFrameDecoder(allocator, algorithm, MAX_FRAME_BYTES)) {
            while (in.isReadable()) {
                inflate(frames, packets, Choices.piece(in, cuts), new ArrayList<>());
            }
        }
    }

    private static void inflate(
            CompressedFrameDecoder frames, PacketDecoder packets, ByteBuf piece, List<String> payloads) {
        for (ByteBuf content = frames.decode(piece); content != null; content = frames.decode(piece)) {
            try {
                for (ByteBuf payload = packets.decode(content); payload != null; payload = packets.decode(content)) {
                    payloads.add(ByteBufUtil.hexDump(payload));
                    payload.release();
                }
            } finally {
                content.release();
            }
        }
    }

    /** What comes out of both layers is what went in, whatever it is and wherever it is cut. */
    private static void roundTrip(ByteBuf in, Random cuts, CompressionAlgorithm algorithm, ByteBufAllocator allocator) {
        ByteBuf packets = allocator.buffer();
        ByteBuf wire = allocator.buffer();
        List<String> sent = new ArrayList<>();
        List<String> received = new ArrayList<>();
        try (PacketDecoder decoder = packetDecoder(allocator);
                CompressedFrameEncoder encoder = new CompressedFrameEncoder(algorithm, 1, 1024);
                CompressedFrameDecoder frames = new CompressedFrameDecoder(allocator, algorithm, MAX_FRAME_BYTES)) {
            while (in.isReadable()) {
                ByteBuf payload = in.readSlice(Math.min(in.readableBytes(), cuts.nextInt(3000)));
                sent.add(ByteBufUtil.hexDump(payload));
                PacketEncoder.write(packets, sent.size(), payload);
            }
            encoder.encode(packets, wire);
            while (wire.isReadable()) {
                inflate(frames, decoder, Choices.piece(wire, cuts), received);
            }
        } finally {
            packets.release();
            wire.release();
        }
        assertThat(received).isEqualTo(sent);
    }

    private static void proxyHeader(ByteBuf in, ByteBufAllocator allocator) {
        ProxyHeader header = ProxyHeader.decode(in, 1024);
        if (header == null) {
            return;
        }
        ByteBuf out = allocator.buffer();
        try {
            header.encodeV1(out);
            assertThat(ProxyHeader.decode(out, 1024)).isNotNull();
            header.encodeV2(out, true);
            ProxyHeader again = ProxyHeader.decode(out, 2048);
            assertThat(again.source()).isEqualTo(header.source());
            assertThat(again.destination()).isEqualTo(header.destination());
        } finally {
            out.release();
        }
    }

    @Override
    public Stream<byte[]> seeds() {
        byte[] ping = {1, 0, 0, 0, 14};
        byte[] statement = new byte[300];
        statement[0] = 3;
        ByteBuf packets = Unpooled.buffer().writeBytes(ping);
        PacketEncoder.write(packets, 0, Unpooled.wrappedBuffer(statement));
        byte[] stream = ByteBufUtil.getBytes(packets);
        byte[] v1 = "PROXY TCP4 192.0.2.1 198.51.100.1 5000 3306\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] v2 = ByteBufUtil.decodeHexDump("0d0a0d0a000d0a515549540a2111000cc0000201c633640113880cea");
        return Stream.of(
                Choices.seed(stream, 0, 1),
                Choices.seed(compress(packets.duplicate(), CompressionAlgorithm.ZLIB), 1, 2),
                Choices.seed(compress(packets.duplicate(), CompressionAlgorithm.ZSTD), 2, 3),
                Choices.seed(stream, 3, 4),
                Choices.seed(stream, 4, 5),
                Choices.seed(v1, PROXY_MODE, 0),
                Choices.seed(v2, PROXY_MODE, 0));
    }

    private static byte[] compress(ByteBuf packets, CompressionAlgorithm algorithm) {
        ByteBuf out = Unpooled.buffer();
        try (CompressedFrameEncoder encoder = new CompressedFrameEncoder(algorithm, algorithm.defaultLevel(), 1024)) {
            encoder.encode(packets, out);
        }
        return ByteBufUtil.getBytes(out);
    }
}
