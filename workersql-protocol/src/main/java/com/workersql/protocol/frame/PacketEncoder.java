// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import io.netty.buffer.ByteBuf;

/**
 * Writes payloads as packets. Stateless: the sequence id goes in and the next one comes out.
 *
 * <p>A payload of n bytes travels as n / 0xFFFFFF full packets and one shorter packet behind them, which is empty when n is a
 * multiple of 0xFFFFFF. Source: dev.mysql.com "MySQL Packets".
 */
public final class PacketEncoder {
    /** The bytes of a packet's header. */
    public static final int HEADER_BYTES = 4;

    private static final int FULL = PacketDecoder.MAX_PACKET_BYTES;
    private static final int MOVE_BYTES = 64 * 1024;

    private PacketEncoder() {}

    /**
     * Writes {@code payload} as one or more packets.
     *
     * @param out grows as needed; stays the caller's
     * @param sequenceId of the first packet; only its low eight bits count
     * @param payload its readable bytes are copied, its indices do not move; stays the caller's
     * @return the sequence id for the next packet, 0 to 255
     */
    public static int write(ByteBuf out, int sequenceId, ByteBuf payload) {
        int index = payload.readerIndex();
        int left = payload.readableBytes();
        int id = sequenceId;
        while (true) {
            int length = Math.min(left, FULL);
            writeHeader(out, length, id++);
            out.writeBytes(payload, index, length);
            index += length;
            left -= length;
            if (length < FULL) {
                return id & 0xFF;
            }
        }
    }

    /** Writes the header of a packet of {@code length} bytes, at most 0xFFFFFF. */
    public static void writeHeader(ByteBuf out, int length, int sequenceId) {
        out.writeIntLE(length | sequenceId << 24);
    }

    /**
     * Begins a packet whose payload the caller then writes to {@code out} itself.
     *
     * @return the index that {@link #finish} wants
     */
    public static int start(ByteBuf out) {
        int headerIndex = out.writerIndex();
        out.writeIntLE(0);
        return headerIndex;
    }

    /**
     * Ends a packet that {@link #start} began: fills in the header. A payload of 16 MB or more is cut into packets in place.
     *
     * @param headerIndex what {@link #start} gave
     * @param sequenceId of the first packet; only its low eight bits count
     * @return the sequence id for the next packet, 0 to 255
     */
    public static int finish(ByteBuf out, int headerIndex, int sequenceId) {
        int length = out.writerIndex() - headerIndex - HEADER_BYTES;
        if (length < FULL) {
            out.setIntLE(headerIndex, length | sequenceId << 24);
            return (sequenceId + 1) & 0xFF;
        }
        int fullPackets = length / FULL;
        out.ensureWritable(fullPackets * HEADER_BYTES);
        out.writerIndex(out.writerIndex() + fullPackets * HEADER_BYTES);
        // From the last part to the first: each moves to the right, into room that the one behind it has left.
        for (int i = fullPackets; i >= 0; i--) {
            int from = headerIndex + HEADER_BYTES + i * FULL;
            int to = from + i * HEADER_BYTES;
            int part = Math.min(FULL, length - i * FULL);
            moveRight(out, from, to, part);
            out.setIntLE(to - HEADER_BYTES, part | (sequenceId + i) << 24);
        }
        return (sequenceId + fullPackets + 1) & 0xFF;
    }

    private static void moveRight(ByteBuf buffer, int from, int to, int length) {
        if (from == to) {
            return;
        }
        byte[] piece = new byte[Math.min(MOVE_BYTES, length)];
        int left = length;
        while (left > 0) {
            int bytes = Math.min(piece.length, left);
            left -= bytes;
            buffer.getBytes(from + left, piece, 0, bytes);
            buffer.setBytes(to + left, piece, 0, bytes);
        }
    }
}
