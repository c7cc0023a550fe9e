// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;

/** Where the value of a binary row or parameter lies, and what it says. The same grammar serves both directions. */
final class BinaryValue {
    private BinaryValue() {}

    /** How many bytes stand in front of the content at {@code index} to tell its length: 0 for numbers. */
    static int prefixBytes(ColumnType type, ByteBuf in, int index) {
        return switch (type.binaryForm()) {
            case DATE_TIME, TIME -> 1;
            case STRING -> LengthEncodedInteger.sizeAt(in, index);
            default -> 0;
        };
    }

    /**
     * How long the content is that starts with its prefix at {@code index}.
     *
     * @throws ProtocolException when it does not end at {@code end} at the latest, or has a length that its type does not know
     */
    static int contentBytes(ColumnType type, ByteBuf in, int index, int end) {
        long length = switch (type.binaryForm()) {
            case NONE -> 0;
            case INT1 -> 1;
            case INT2 -> 2;
            case INT4, FLOAT -> 4;
            case INT8, DOUBLE -> 8;
            case DATE_TIME, TIME -> temporalBytes(type, in, index, end);
            case STRING -> LengthEncodedInteger.get(in, index);
        };
        int left = end - index - prefixBytes(type, in, index);
        if (length < 0 || length > left) {
            throw ProtocolException.malformed("a value of type " + type + " with " + Long.toUnsignedString(length)
                    + " bytes, " + Math.max(0, left) + " are left");
        }
        boolean temporal =
                type.binaryForm() == ColumnType.BinaryForm.DATE_TIME || type.binaryForm() == ColumnType.BinaryForm.TIME;
        if (temporal && length >= 11) {
            requireMicros(type, in.getUnsignedIntLE(index + (int) length - 3));
        }
        return (int) length;
    }

    /** The last four bytes of the longest forms. */
    private static void requireMicros(ColumnType type, long micros) {
        if (micros > 999_999) {
            throw ProtocolException.malformed("a value of type " + type + " with " + micros + " microseconds");
        }
    }

    private static int temporalBytes(ColumnType type, ByteBuf in, int index, int end) {
        if (index >= end) {
            throw ProtocolException.malformed("a value of type " + type + " without its length");
        }
        int length = in.getUnsignedByte(index);
        boolean known = type.binaryForm() == ColumnType.BinaryForm.TIME
                ? length == 0 || length == 8 || length == 12
                : length == 0 || length == 4 || length == 7 || length == 11;
        if (!known) {
            throw ProtocolException.malformed("a value of type " + type + " with " + length + " bytes");
        }
        return length;
    }

    /** The bits of an integer, extended to 64 with or without sign. */
    static long integer(ColumnType type, boolean unsigned, byte[] in, int index) {
        return switch (type.binaryForm()) {
            case INT1 -> unsigned ? in[index] & 0xFF : in[index];
            case INT2 ->
                unsigned || type == ColumnType.YEAR
                        ? PayloadWindow.shortAt(in, index) & 0xFFFF
                        : PayloadWindow.shortAt(in, index);
            case INT4 ->
                unsigned ? Integer.toUnsignedLong(PayloadWindow.intAt(in, index)) : PayloadWindow.intAt(in, index);
            case INT8 -> PayloadWindow.longAt(in, index);
            default -> throw new IllegalStateException("no integer: " + type);
        };
    }

    static double real(byte[] in, int index) {
        return Double.longBitsToDouble(PayloadWindow.longAt(in, index));
    }

    static float shortReal(byte[] in, int index) {
        return Float.intBitsToFloat(PayloadWindow.intAt(in, index));
    }
}
