// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import io.netty.buffer.ByteBuf;

/**
 * Puts the layer of compression on the bytes of packets; the counterpart of {@link CompressedFrameDecoder}.
 *
 * <p>Bytes are cut where a compressed packet is full, wherever that is in a packet: a packet of 0xFFFFFF bytes and its header need
 * two. What is short, or does not get shorter, is sent as it is. Counts its sequence ids; not safe for several threads.
 */
public final class CompressedFrameEncoder implements AutoCloseable {
    /** Fewer bytes than this are never compressed, as in MySQL. */
    public static final int LEAST_COMPRESSED_BYTES = 50;

    private final BlockCompression compression;
    private final int maxFrameBytes;
    private int sequenceId;

    /**
     * @param algorithm what both sides agreed on; must be {@link CompressionAlgorithm#isAvailable available}
     * @param level 1 to 9 for zlib, 1 to 22 for zstd
     * @param maxFrameBytes how many bytes go into one compressed packet at the most: 1024 to
     *     {@link CompressedFrameDecoder#MAX_FRAME_BYTES}
     */
    public CompressedFrameEncoder(CompressionAlgorithm algorithm, int level, int maxFrameBytes) {
        if (maxFrameBytes < 1024 || maxFrameBytes > CompressedFrameDecoder.MAX_FRAME_BYTES) {
            throw new IllegalArgumentException("maxFrameBytes is " + maxFrameBytes + ", allowed are 1024 to 16777215");
        }
        this.maxFrameBytes = maxFrameBytes;
        this.compression = algorithm.open(level);
    }

    /** The sequence id of the next compressed packet; only its low eight bits count. */
    public void sequenceId(int next) {
        sequenceId = next & 0xFF;
    }

    /** The sequence id of the next compressed packet. */
    public int sequenceId() {
        return sequenceId;
    }

    /**
     * Writes all readable bytes of {@code packets} as compressed packets, and moves its reader index behind them.
     *
     * @param packets headers and payloads, cut anywhere; stays the caller's
     * @param out grows as needed; stays the caller's
     */
    public void encode(ByteBuf packets, ByteBuf out) {
        while (packets.isReadable()) {
            int length = Math.min(packets.readableBytes(), maxFrameBytes);
            int index = packets.readerIndex();
            int headerIndex = out.writerIndex();
            out.writeZero(CompressedFrameDecoder.HEADER_BYTES);
            int content = headerIndex + CompressedFrameDecoder.HEADER_BYTES;
            int inflatedBytes = length;
            if (length >= LEAST_COMPRESSED_BYTES) {
                compression.deflate(packets, index, length, out);
            }
            if (length < LEAST_COMPRESSED_BYTES || out.writerIndex() - content >= length) {
                out.writerIndex(content).writeBytes(packets, index, length);
                inflatedBytes = 0;
            }
            out.setMediumLE(headerIndex, out.writerIndex() - content);
            out.setByte(headerIndex + 3, sequenceId);
            out.setMediumLE(headerIndex + 4, inflatedBytes);
            sequenceId(sequenceId + 1);
            packets.skipBytes(length);
        }
    }

    /** Releases all memory. The encoder cannot be used any more. */
    @Override
    public void close() {
        compression.close();
    }
}
