// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** ASCII text in the making, used again for each value. */
final class TextBuffer {
    private static final byte[] LONG_MIN = "-9223372036854775808".getBytes(StandardCharsets.US_ASCII);

    private static final int MAX_DIGITS = 19;

    private byte[] bytes = new byte[64];
    private int length;

    TextBuffer clear() {
        length = 0;
        return this;
    }

    int length() {
        return length;
    }

    void append(char c) {
        ensure(1);
        bytes[length++] = (byte) c;
    }

    void append(String ascii) {
        ensure(ascii.length());
        for (int i = 0; i < ascii.length(); i++) {
            bytes[length++] = (byte) ascii.charAt(i);
        }
    }

    void appendZeros(int count) {
        ensure(count);
        Arrays.fill(bytes, length, length + count, (byte) '0');
        length += count;
    }

    void appendLong(long value) {
        if (value == Long.MIN_VALUE) {
            ensure(LONG_MIN.length);
            System.arraycopy(LONG_MIN, 0, bytes, length, LONG_MIN.length);
            length += LONG_MIN.length;
        } else if (value < 0) {
            append('-');
            appendDigits(-value, 1);
        } else {
            appendDigits(value, 1);
        }
    }

    void appendUnsigned(long value) {
        if (value < 0) {
            long tenth = (value >>> 1) / 5;
            appendDigits(tenth, 1);
            append((char) ('0' + (value - tenth * 10)));
        } else {
            appendDigits(value, 1);
        }
    }

    /** A number that is not negative, with zeros in front up to {@code width}. */
    void appendDigits(long value, int width) {
        int digits = 1;
        for (long bound = 10; digits < MAX_DIGITS && value >= bound; bound *= 10) {
            digits++;
        }
        int size = Math.max(digits, width);
        ensure(size);
        int at = length + size;
        long rest = value;
        while (rest > Integer.MAX_VALUE) {
            long tenth = rest / 10;
            bytes[--at] = (byte) ('0' + (int) (rest - tenth * 10));
            rest = tenth;
        }
        // What is left is divided faster.
        int small = (int) rest;
        while (at > length) {
            int tenth = small / 10;
            bytes[--at] = (byte) ('0' + (small - tenth * 10));
            small = tenth;
        }
        length += size;
    }

    /** A number that is not negative, divided by ten to the power of {@code decimals}. */
    void appendScaled(long value, int decimals) {
        appendDigits(value, decimals + 1);
        if (decimals > 0) {
            ensure(1);
            int point = length - decimals;
            System.arraycopy(bytes, point, bytes, point + 1, decimals);
            bytes[point] = '.';
            length++;
        }
    }

    /** Puts zeros in front of all that was appended, up to {@code width}. */
    void padFront(int width) {
        int missing = width - length;
        if (missing > 0) {
            ensure(missing);
            System.arraycopy(bytes, 0, bytes, missing, length);
            Arrays.fill(bytes, 0, missing, (byte) '0');
            length += missing;
        }
    }

    void copyTo(ByteBuf out) {
        out.writeBytes(bytes, 0, length);
    }

    void copyTo(StringBuilder out) {
        for (int i = 0; i < length; i++) {
            out.append((char) bytes[i]);
        }
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.US_ASCII);
    }

    private void ensure(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(length + more, 2 * bytes.length));
        }
    }
}
