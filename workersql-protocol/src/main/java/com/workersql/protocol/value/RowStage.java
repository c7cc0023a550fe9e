// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.PacketEncoder;
import io.netty.buffer.ByteBuf;
import java.util.List;

/**
 * The row in the making, in an array, and in front of it the packets that are held back: a buffer of Netty takes some kilobytes at once for
 * what it costs to give it a single row.
 */
final class RowStage {
    /** Values that are longer go to the buffer straight away; so does what lies here when it is more. */
    static final int MAX_BYTES = 8 * 1024;
    /** Packets that are held are written when they are more, so that most rows behind them are not cut by {@link #MAX_BYTES}. */
    private static final int MAX_HELD_BYTES = MAX_BYTES / 2;

    /** The held packets, and behind them the row or the part of it that was not written yet. */
    final TextBuffer bytes = new TextBuffer();

    private final boolean holding;
    private ByteBuf out;
    private int heldBytes;
    private int headerBytes;
    /** A part of the row was written; it begins at {@link #startInOut}. Otherwise it begins behind the held packets. */
    private boolean written;

    private int startInOut;

    /** @param holding true to hold packets back */
    RowStage(boolean holding) {
        this.holding = holding;
    }

    @SuppressWarnings("ReferenceEquality") // The buffer itself, not one that holds the same.
    void begin(ByteBuf to, int bytesOfHeader) {
        if (heldBytes > 0 && to != out) {
            throw new IllegalStateException("rows are held for another buffer: flush() puts them there");
        }
        out = to;
        headerBytes = bytesOfHeader;
        written = false;
        bytes.cut(heldBytes).skip(bytesOfHeader);
    }

    /**
     * Begins a packet of a row of so many values as columns, of which the first ones are put as {@link #appendShort} says. Where the row
     * begins and where it goes on is in no field meanwhile: the next row would have to wait for each of them.
     *
     * @return how many values were put
     */
    int begin(ByteBuf to, byte[] layout, byte[] kinds, boolean binary, List<?> values) {
        int head = PacketEncoder.HEADER_BYTES + (binary ? RowLayout.binaryHeadBytes(layout.length) : 0);
        int start = heldBytes;
        begin(to, PacketEncoder.HEADER_BYTES);
        if (binary) {
            bytes.appendZeroBytes(head - PacketEncoder.HEADER_BYTES);
        }
        return appendShort(start + head, layout, kinds, binary, values, 0);
    }

    /**
     * Appends values from {@code first} on up to one that is not of the kind of its column, is not {@link ShortValue}, or has no room.
     *
     * @param end how long {@link #bytes} is
     * @param kinds {@link ShortValue#kind} of each column
     * @return the index of that value, or how many values there are
     */
    int appendShort(int end, byte[] layout, byte[] kinds, boolean binary, List<?> values, int first) {
        byte[] array = bytes.array();
        int last = Math.min(array.length - ShortValue.ROOM, MAX_BYTES);
        int at = end;
        int i = first;
        for (; i < kinds.length && at <= last; i++) {
            Object value = values.get(i);
            int behind = switch (kinds[i]) {
                case ShortValue.PRINTED_INTEGER -> ShortValue.putPrintedInteger(array, at, value);
                case ShortValue.LONG -> ShortValue.putEightBytes(array, at, value);
                case ShortValue.INTEGER -> ShortValue.putInteger(array, at, layout[i], value);
                case ShortValue.PRINTED_DOUBLE -> ShortValue.putPrintedDouble(array, at, value);
                case ShortValue.DOUBLE -> ShortValue.putDouble(array, at, value);
                case ShortValue.DECIMAL -> ShortValue.putDecimal(array, at, value);
                case ShortValue.PRINTED_DATE_TIME -> ShortValue.putPrintedDateTime(array, at, value);
                case ShortValue.DATE_TIME -> ShortValue.putDateTime(array, at, value);
                case ShortValue.TEXT -> ShortValue.putText(array, at, value);
                case ShortValue.BYTES -> ShortValue.putBytes(array, at, value);
                default -> ShortValue.NONE;
            };
            if (behind == ShortValue.NONE) {
                if (value != null || binary) {
                    break;
                }
                behind = ShortValue.putNull(array, at);
            }
            at = behind;
        }
        bytes.cut(at);
        return i;
    }

    /** The row so far is in it up to its writer index; for values that are too long for the array. */
    ByteBuf write() {
        if (!written) {
            startInOut = out.writerIndex() + heldBytes;
            written = true;
            heldBytes = 0;
        }
        bytes.copyTo(out);
        bytes.clear();
        return out;
    }

    /** Sets bits of a byte of the row that was appended already. */
    void setBits(int indexInPayload, int bits) {
        int index = headerBytes + indexInPayload;
        if (written) {
            out.setByte(startInOut + index, out.getByte(startInOut + index) | bits);
        } else {
            bytes.set(heldBytes + index, bytes.get(heldBytes + index) | bits);
        }
    }

    boolean isPacket() {
        return headerBytes > 0;
    }

    int endPacket(int sequenceId) {
        int length = bytes.length() - heldBytes - headerBytes;
        headerBytes = 0;
        if (written || length >= PacketDecoder.MAX_PACKET_BYTES) {
            return PacketEncoder.finish(write(), startInOut, sequenceId);
        }
        bytes.setInt(heldBytes, length | (sequenceId << 24));
        heldBytes = bytes.length();
        if (!holding || heldBytes > MAX_HELD_BYTES) {
            flush();
        }
        return (sequenceId + 1) & 0xFF;
    }

    /** Writes the packets that are held; a row that was begun is no more. */
    void flush() {
        headerBytes = 0;
        if (heldBytes > 0) {
            bytes.cut(heldBytes).copyTo(out);
            heldBytes = 0;
        }
        bytes.clear();
    }
}
