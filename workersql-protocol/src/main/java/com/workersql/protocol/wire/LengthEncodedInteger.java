// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.wire;

import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;

/**
 * The length-encoded integer: one byte below 251; 0xFC, 0xFD or 0xFE and 2, 3 or 8 bytes, little endian.
 *
 * <p>0xFB means NULL in a row and 0xFF starts an ERR packet; as an integer both are malformed. Values of 2^63 and above are
 * given as the negative {@code long} with the same bits. Encodings longer than needed are accepted, as servers do. Source:
 * dev.mysql.com "Protocol::LengthEncodedInteger".
 */
public final class LengthEncodedInteger {
    /** The byte that stands for NULL in place of a length-encoded string. */
    public static final int NULL_MARKER = 0xFB;

    private static final int TWO_BYTES = 0xFC;
    private static final int THREE_BYTES = 0xFD;
    private static final int EIGHT_BYTES = 0xFE;

    private LengthEncodedInteger() {}

    /**
     * Reads the integer at the reader index and moves the index behind it.
     *
     * @throws ProtocolException when it is truncated, or NULL, or no integer
     */
    public static long read(ByteBuf in) {
        int index = in.readerIndex();
        long value = get(in, index);
        in.readerIndex(index + sizeAt(in, index));
        return value;
    }

    /**
     * Gives the integer at {@code index}; no index moves.
     *
     * @throws ProtocolException when it is truncated, or NULL, or no integer
     */
    public static long get(ByteBuf in, int index) {
        int available = in.writerIndex() - index;
        if (available < 1) {
            throw truncated(1, available);
        }
        int first = in.getUnsignedByte(index);
        if (first < NULL_MARKER) {
            return first;
        }
        int size = sizeByFirstByte(first);
        if (available < size) {
            throw truncated(size, available);
        }
        return switch (first) {
            case TWO_BYTES -> in.getUnsignedShortLE(index + 1);
            case THREE_BYTES -> in.getUnsignedMediumLE(index + 1);
            default -> in.getLongLE(index + 1);
        };
    }

    /**
     * How many bytes the integer at {@code index} takes (1, 3, 4 or 9), by its first byte alone.
     *
     * @throws ProtocolException when there is no byte, or it is NULL or no integer
     */
    public static int sizeAt(ByteBuf in, int index) {
        if (in.writerIndex() - index < 1) {
            throw truncated(1, 0);
        }
        return sizeByFirstByte(in.getUnsignedByte(index));
    }

    /** How many bytes {@code value}, taken as unsigned, needs: 1, 3, 4 or 9. */
    public static int sizeOf(long value) {
        if (value < 0) {
            return 9;
        }
        if (value < NULL_MARKER) {
            return 1;
        }
        if (value <= 0xFFFF) {
            return 3;
        }
        return value <= 0xFF_FFFF ? 4 : 9;
    }

    /** Writes {@code value}, taken as unsigned, in its shortest form. */
    public static void write(ByteBuf out, long value) {
        switch (sizeOf(value)) {
            case 1 -> out.writeByte((int) value);
            case 3 -> out.writeByte(TWO_BYTES).writeShortLE((int) value);
            case 4 -> out.writeByte(THREE_BYTES).writeMediumLE((int) value);
            default -> out.writeByte(EIGHT_BYTES).writeLongLE(value);
        }
    }

    /**
     * Reads the length of something that follows in the same buffer, and checks that so many bytes are there: no memory is
     * ever asked for by a length whose bytes have not come.
     *
     * @throws ProtocolException when it is malformed or larger than the rest of the buffer
     */
    public static int readLength(ByteBuf in) {
        long length = read(in);
        if (length < 0 || length > in.readableBytes()) {
            throw ProtocolException.malformed(
                    "a length of " + Long.toUnsignedString(length) + " bytes, " + in.readableBytes() + " are left");
        }
        return (int) length;
    }

    private static int sizeByFirstByte(int first) {
        return switch (first) {
            case NULL_MARKER -> throw ProtocolException.malformed("NULL in place of a length-encoded integer");
            case TWO_BYTES -> 3;
            case THREE_BYTES -> 4;
            case EIGHT_BYTES -> 9;
            case 0xFF -> throw ProtocolException.malformed("0xff in place of a length-encoded integer");
            default -> 1;
        };
    }

    private static ProtocolException truncated(int needed, int available) {
        return ProtocolException.malformed(
                "a length-encoded integer of " + needed + " bytes, " + Math.max(0, available) + " are left");
    }
}
