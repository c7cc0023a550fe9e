// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Bytes in the making, used again for each value or row: printed values, and numbers as they lie in binary rows. An array takes them
 * several times faster than a buffer of Netty, which checks each.
 */
final class TextBuffer {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Numbers are written eight bytes at a time, the last of which may lie behind them. */
    private static final int MAX_DIGIT_BYTES = 3 * EightDigits.BYTES;

    /** What a length takes at the most. */
    private static final int MAX_PREFIX_BYTES = 9;

    private static final int DECIMAL_DIGITS = 2 * EightDigits.BYTES + 1;
    /** Where the point is further away from the first digit, an exponent stands instead. */
    private static final int MAX_PLAIN_POINT = 15;
    /** A digit, a point, fourteen zeros and the digits, and what is written behind them in vain. */
    private static final int MAX_DECIMAL_BYTES = 48;

    private static final long[] POWERS = new long[DECIMAL_DIGITS + 1];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = 10 * POWERS[i - 1];
        }
    }

    private byte[] bytes = new byte[128];
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

    void appendLong(long value) {
        if (value < 0) {
            append('-');
        }
        // The magnitude of the least long, taken as unsigned, is the least long itself.
        appendUnsigned(Math.abs(value));
    }

    void appendUnsigned(long value) {
        ensure(MAX_DIGIT_BYTES);
        length = putUnsigned(length, value);
    }

    /** A number as a value of a text row: its length in front. */
    void appendLongValue(long value) {
        ensure(2 + MAX_DIGIT_BYTES);
        int at = length + 1;
        if (value < 0) {
            bytes[at++] = '-';
        }
        endValue(putUnsigned(at, Math.abs(value)));
    }

    /** A number without sign as a value of a text row: its length in front. */
    void appendUnsignedValue(long value) {
        ensure(1 + MAX_DIGIT_BYTES);
        endValue(putUnsigned(length + 1, value));
    }

    /** Fills in the length of a value that lies in front of {@code end}, whose length has one byte. */
    private void endValue(int end) {
        bytes[length] = (byte) (end - length - 1);
        length = end;
    }

    /** Gives the index behind the number. */
    private int putUnsigned(int start, long value) {
        if (value >= 0 && value < EightDigits.LIMIT) {
            return putFirst(start, (int) value);
        }
        long rest = value >= 0 ? value / EightDigits.LIMIT : Long.divideUnsigned(value, EightDigits.LIMIT);
        int at;
        if (rest < EightDigits.LIMIT) {
            at = putFirst(start, (int) rest);
        } else {
            long first = rest / EightDigits.LIMIT;
            at = putFirst(start, (int) first);
            LONG.set(bytes, at, EightDigits.of((int) (rest - first * EightDigits.LIMIT)));
            at += EightDigits.BYTES;
        }
        LONG.set(bytes, at, EightDigits.of((int) (value - rest * EightDigits.LIMIT)));
        return at + EightDigits.BYTES;
    }

    /** A number without the zeros in front; gives the index behind it. */
    private int putFirst(int at, int value) {
        long digits = EightDigits.of(value);
        int zeros = EightDigits.leadingZeros(digits, EightDigits.BYTES - 1);
        LONG.set(bytes, at, digits >>> (zeros * 8));
        return at + EightDigits.BYTES - zeros;
    }

    /**
     * A number that is not negative, with zeros in front up to {@code width}.
     *
     * @param width at most 8
     */
    void appendDigits(long value, int width) {
        if (value >= POWERS[width]) {
            appendUnsigned(value);
            return;
        }
        ensure(EightDigits.BYTES);
        LONG.set(bytes, length, EightDigits.of((int) value) >>> ((EightDigits.BYTES - width) * 8));
        length += width;
    }

    /**
     * So many millionths, plainly and without zeros at the end.
     *
     * @param number less than 10^14, not negative
     * @param minus 1 for a minus sign in front, 0 for none
     */
    void appendMillionths(long number, int minus) {
        ensure(2 * EightDigits.BYTES + 2);
        int whole = (int) (number / 1_000_000);
        long fraction = EightDigits.of(100 * (int) (number - whole * 1_000_000L));
        bytes[length] = '-';
        int at = putFirst(length + minus, whole);
        bytes[at] = '.';
        LONG.set(bytes, at + 1, fraction);
        int digits = EightDigits.BYTES - EightDigits.trailingZeros(fraction);
        length = digits == 0 ? at : at + 1 + digits;
    }

    /**
     * A number without the zeros at its end: plainly where the point is near its digits, as {@code 1.5e20} otherwise.
     *
     * @param number above zero, of up to seventeen digits
     * @param exponent of ten, by which it is multiplied
     */
    void appendDecimal(long number, int exponent) {
        ensure(MAX_DECIMAL_BYTES);
        // The binary logarithm, times the decimal one of two, is less by one at times.
        int guess = ((Long.SIZE - Long.numberOfLeadingZeros(number)) * 1233) >> 12;
        int missing = DECIMAL_DIGITS - guess - (number >= POWERS[guess] ? 1 : 0);
        long digits = number * POWERS[missing];
        long head = digits / 1_000_000_000;
        int tail = (int) (digits - head * 1_000_000_000);
        long first = EightDigits.of((int) head);
        long second = EightDigits.of(tail / 10);
        int last = tail % 10;
        int count = DECIMAL_DIGITS;
        if (last == 0) {
            int zeros = EightDigits.trailingZeros(second);
            count -= 1 + zeros + (zeros == EightDigits.BYTES ? EightDigits.trailingZeros(first) : 0);
        }
        int point = DECIMAL_DIGITS - missing + exponent;
        if (point <= -MAX_PLAIN_POINT || (point > MAX_PLAIN_POINT && count <= point)) {
            putDecimal(length, first, second, last, 1);
            length += count == 1 ? 1 : count + 1;
            append('e');
            appendLong(point - 1L);
        } else if (point > 0) {
            putDecimal(length, first, second, last, point);
            length += count <= point ? point : count + 1;
        } else {
            // Zeros, of which the second one becomes the point.
            LONG.set(bytes, length, EightDigits.of(0));
            LONG.set(bytes, length + EightDigits.BYTES, EightDigits.of(0));
            bytes[length + 1] = '.';
            length += 2 - point;
            LONG.set(bytes, length, first);
            LONG.set(bytes, length + EightDigits.BYTES, second);
            bytes[length + 2 * EightDigits.BYTES] = (byte) ('0' + last);
            length += count;
        }
    }

    /** Seventeen digits with a point behind the first {@code point} of them, 1 to 16. */
    private void putDecimal(int at, long first, long second, int last, int point) {
        if (point < EightDigits.BYTES) {
            putWithPoint(at, first, point);
            LONG.set(bytes, at + EightDigits.BYTES + 1, second);
        } else {
            LONG.set(bytes, at, first);
            putWithPoint(at + EightDigits.BYTES, second, point - EightDigits.BYTES);
        }
        bytes[at + 2 * EightDigits.BYTES + 1] = (byte) ('0' + last);
    }

    /** Eight digits with a point behind the first {@code point} of them, 0 to 8. */
    private void putWithPoint(int at, long digits, int point) {
        bytes[at + EightDigits.BYTES] = (byte) (digits >>> (Long.SIZE - Byte.SIZE));
        // In two steps, since a long is shifted by less than 64 bits.
        long whole = (1L << (point * Byte.SIZE / 2) << (point * Byte.SIZE / 2)) - 1;
        LONG.set(bytes, at, (digits & whole) | ((digits & ~whole) << Byte.SIZE));
        bytes[at + point] = '.';
    }

    void appendByte(int value) {
        ensure(1);
        bytes[length++] = (byte) value;
    }

    void appendZeroBytes(int count) {
        ensure(count);
        Arrays.fill(bytes, length, length + count, (byte) 0);
        length += count;
    }

    void appendShort(int value) {
        ensure(Short.BYTES);
        SHORT.set(bytes, length, (short) value);
        length += Short.BYTES;
    }

    void appendInt(int value) {
        ensure(Integer.BYTES);
        INT.set(bytes, length, value);
        length += Integer.BYTES;
    }

    void appendLongBytes(long value) {
        ensure(Long.BYTES);
        LONG.set(bytes, length, value);
        length += Long.BYTES;
    }

    /** A length-encoded integer that is not negative. */
    void appendLengthEncoded(int value) {
        switch (LengthEncodedInteger.sizeOf(value)) {
            case 1 -> appendByte(value);
            case 3 -> {
                appendByte(0xFC);
                appendShort(value);
            }
            case 4 -> appendInt((value << 8) | 0xFD);
            default -> {
                appendByte(0xFE);
                appendLongBytes(value);
            }
        }
    }

    /** Puts a byte to where one was appended. */
    void set(int index, int value) {
        bytes[index] = (byte) value;
    }

    void setInt(int index, int value) {
        INT.set(bytes, index, value);
    }

    int get(int index) {
        return bytes[index];
    }

    void append(byte[] source, int index, int count) {
        ensure(count);
        System.arraycopy(source, index, bytes, length, count);
        length += count;
    }

    void append(TextBuffer source) {
        append(source.bytes, 0, source.length);
    }

    void append(ByteBuf source, int index, int count) {
        ensure(count);
        source.getBytes(index, bytes, length, count);
        length += count;
    }

    /**
     * Appends text of which every character is ASCII, as a value of a text row, or nothing.
     *
     * @return false when another character is in it
     */
    @SuppressWarnings("deprecation") // It copies the low byte of each character, which is all of it when it is ASCII.
    boolean appendAsciiValue(String text) {
        int count = text.length();
        int mark = length;
        ensure(MAX_PREFIX_BYTES + count);
        if (count < LengthEncodedInteger.NULL_MARKER) {
            bytes[length++] = (byte) count;
        } else {
            appendLengthEncoded(count);
        }
        text.getBytes(0, count, bytes, length);
        int all = 0;
        for (int i = 0; i < count; i++) {
            all |= text.charAt(i);
        }
        if (all > 0x7F) {
            length = mark;
            return false;
        }
        length += count;
        return true;
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
        if (more > bytes.length - length) {
            grow(more);
        }
    }

    private void grow(int more) {
        bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), 2 * bytes.length));
    }
}
