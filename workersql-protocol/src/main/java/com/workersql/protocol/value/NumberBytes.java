// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Numbers as digits in an array. Each method takes the index at which the first byte lies and gives the one behind the last; digits are
 * written eight at a time, so that {@link #MAX_BYTES} must be free, of which those behind the number hold anything then.
 */
final class NumberBytes {
    /** A digit, a point, fourteen zeros and seventeen digits, or twenty digits, and what is written behind them in vain. */
    static final int MAX_BYTES = 48;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final int DECIMAL_DIGITS = 2 * EightDigits.BYTES + 1;
    /** Where the point is further away from the first digit, an exponent stands instead. */
    private static final int MAX_PLAIN_POINT = 15;

    /** What sixteen digits cannot say. */
    private static final long SIXTEEN_DIGITS = 10_000_000_000_000_000L;

    private static final long[] POWERS = new long[19];

    static {
        POWERS[0] = 1;
        for (int i = 1; i < POWERS.length; i++) {
            POWERS[i] = 10 * POWERS[i - 1];
        }
    }

    private NumberBytes() {}

    /** @param exponent 0 to 18 */
    static long powerOfTen(int exponent) {
        return POWERS[exponent];
    }

    static int putUnsigned(byte[] out, int start, long value) {
        return value >= 0 && value < SIXTEEN_DIGITS ? putShort(out, start, value) : putLong(out, start, value);
    }

    /** A number of up to sixteen digits. */
    private static int putShort(byte[] out, int start, long value) {
        if (value < EightDigits.FOUR_LIMIT) {
            int digits = EightDigits.ofFour((int) value);
            int zeros = EightDigits.leadingZerosOfFour(digits);
            INT.set(out, start, digits >>> (zeros * 8));
            return start + Integer.BYTES - zeros;
        }
        if (value < EightDigits.LIMIT) {
            return putFirst(out, start, (int) value);
        }
        long first = value / EightDigits.LIMIT;
        int at = putFirst(out, start, (int) first);
        return putLow(out, at, EightDigits.of((int) (value - first * EightDigits.LIMIT)), EightDigits.BYTES);
    }

    /** A number of seventeen digits and more. */
    private static int putLong(byte[] out, int start, long value) {
        long rest = Long.divideUnsigned(value, EightDigits.LIMIT);
        int at = putShort(out, start, rest);
        return putLow(out, at, EightDigits.of((int) (value - rest * EightDigits.LIMIT)), EightDigits.BYTES);
    }

    /** A number of up to eight digits, without the zeros in front. */
    private static int putFirst(byte[] out, int at, int value) {
        long digits = EightDigits.of(value);
        return putLow(out, at, digits, EightDigits.BYTES - EightDigits.leadingZeros(digits, EightDigits.BYTES - 1));
    }

    /**
     * The last eight digits of a number, with a point in front of the very last of them.
     *
     * @param zeros so many in front are left out
     * @param scale how many digits stand behind the point, up to the eight without the zeros; 0 for no point
     */
    static int putLast(byte[] out, int at, long digits, int zeros, int scale) {
        int point = at + EightDigits.BYTES - zeros - scale;
        LONG.set(out, at, digits >>> (zeros * 8));
        if (scale == 0) {
            return point;
        }
        out[point] = '.';
        return putLow(out, point + 1, digits, scale);
    }

    /** The last {@code count} of eight digits, 0 to 8. */
    static int putLow(byte[] out, int at, long digits, int count) {
        LONG.set(out, at, digits >>> ((EightDigits.BYTES - count) * 8));
        return at + count;
    }

    /**
     * So many millionths, plainly and without zeros at the end.
     *
     * @param number less than 10^14, not negative
     * @param minus 1 for a minus sign in front, 0 for none
     */
    static int putMillionths(byte[] out, int start, long number, int minus) {
        int whole = (int) (number / 1_000_000);
        long fraction = EightDigits.of(100 * (int) (number - whole * 1_000_000L));
        out[start] = '-';
        int at = putFirst(out, start + minus, whole);
        out[at] = '.';
        LONG.set(out, at + 1, fraction);
        int digits = EightDigits.BYTES - EightDigits.trailingZeros(fraction);
        return digits == 0 ? at : at + 1 + digits;
    }

    /**
     * A number without the zeros at its end: plainly where the point is near its digits, as {@code 1.5e20} otherwise.
     *
     * @param number above zero, of up to seventeen digits
     * @param exponent of ten, by which it is multiplied
     */
    static int putDecimal(byte[] out, int start, long number, int exponent) {
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
            putWithPoint(out, start, first, second, last, 1);
            return putExponent(out, start + (count == 1 ? 1 : count + 1), point - 1);
        }
        if (point > 0) {
            putWithPoint(out, start, first, second, last, point);
            return start + (count <= point ? point : count + 1);
        }
        // Zeros, of which the second one becomes the point.
        LONG.set(out, start, EightDigits.of(0));
        LONG.set(out, start + EightDigits.BYTES, EightDigits.of(0));
        out[start + 1] = '.';
        int at = start + 2 - point;
        LONG.set(out, at, first);
        LONG.set(out, at + EightDigits.BYTES, second);
        out[at + 2 * EightDigits.BYTES] = (byte) ('0' + last);
        return at + count;
    }

    private static int putExponent(byte[] out, int start, int exponent) {
        int at = start;
        out[at++] = 'e';
        if (exponent < 0) {
            out[at++] = '-';
        }
        return putFirst(out, at, Math.abs(exponent));
    }

    /** Seventeen digits with a point behind the first {@code point} of them, 1 to 16. */
    private static void putWithPoint(byte[] out, int at, long first, long second, int last, int point) {
        if (point < EightDigits.BYTES) {
            putWithPoint(out, at, first, point);
            LONG.set(out, at + EightDigits.BYTES + 1, second);
        } else {
            LONG.set(out, at, first);
            putWithPoint(out, at + EightDigits.BYTES, second, point - EightDigits.BYTES);
        }
        out[at + 2 * EightDigits.BYTES + 1] = (byte) ('0' + last);
    }

    /** Eight digits with a point behind the first {@code point} of them, 0 to 8. */
    private static void putWithPoint(byte[] out, int at, long digits, int point) {
        out[at + EightDigits.BYTES] = (byte) (digits >>> (Long.SIZE - Byte.SIZE));
        // In two steps, since a long is shifted by less than 64 bits.
        long whole = (1L << (point * Byte.SIZE / 2) << (point * Byte.SIZE / 2)) - 1;
        LONG.set(out, at, (digits & whole) | ((digits & ~whole) << Byte.SIZE));
        out[at + point] = '.';
    }
}
