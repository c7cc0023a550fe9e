// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.ProtocolException;
import java.nio.charset.StandardCharsets;

/** Numbers that are written as text, read straight from their bytes. */
final class AsciiNumber {
    private static final long UNSIGNED_MAX_TENTH = Long.divideUnsigned(-1L, 10);
    private static final int MAX_SHOWN_BYTES = 64;
    /** So many digits always fit into 64 bits. */
    private static final int MAX_SAFE_DIGITS = 19;
    /** So many characters hold no number of more digits than fit into a signed {@code long}. */
    private static final int SHORT_BYTES = 18;
    /** e, a sign and nine digits. */
    private static final int MAX_EXPONENT_BYTES = 11;

    private AsciiNumber() {}

    static long signed(byte[] in, int index, int length) {
        boolean negative = length > 0 && in[index] == '-';
        int end = index + length;
        int digits = negative ? length - 1 : length;
        if (digits > 0 && digits <= 2 * EightDigits.BYTES && end >= 2 * EightDigits.BYTES) {
            long last = EightDigits.before(in, end, Math.min(digits, EightDigits.BYTES));
            boolean wellFormed = EightDigits.areDigits(last);
            long value = EightDigits.value(last);
            if (digits > EightDigits.BYTES) {
                long first = EightDigits.before(in, end - EightDigits.BYTES, digits - EightDigits.BYTES);
                wellFormed &= EightDigits.areDigits(first);
                value += EightDigits.value(first) * 100_000_000;
            }
            if (wellFormed) {
                return negative ? -value : value;
            }
        }
        return longSigned(in, index, length, negative);
    }

    private static long longSigned(byte[] in, int index, int length, boolean negative) {
        long magnitude = magnitude(in, index, length, negative || isPlus(in, index, length) ? 1 : 0);
        if (negative) {
            // The magnitude of the least long is the least long itself.
            if (magnitude < 0 && magnitude != Long.MIN_VALUE) {
                throw outOfRange(in, index, length, "a signed integer of 64 bits");
            }
            return -magnitude;
        }
        if (magnitude < 0) {
            throw outOfRange(in, index, length, "a signed integer of 64 bits");
        }
        return magnitude;
    }

    static long unsigned(byte[] in, int index, int length) {
        return magnitude(in, index, length, isPlus(in, index, length) ? 1 : 0);
    }

    /** Digits, a point, an exponent; without allocation but for the rarest numbers. */
    static double real(byte[] in, int index, int length) {
        if (length > SHORT_BYTES) {
            return longReal(in, index, length);
        }
        int end = index + length;
        boolean negative = length > 0 && in[index] == '-';
        int at = negative ? index + 1 : index;
        int first = at;
        long digits = 0;
        int digit;
        while (at < end && (digit = in[at] - '0') >= 0 && digit <= 9) {
            digits = digits * 10 + digit;
            at++;
        }
        int decimals = 0;
        if (at < end && in[at] == '.') {
            int point = at++;
            while (at < end && (digit = in[at] - '0') >= 0 && digit <= 9) {
                digits = digits * 10 + digit;
                at++;
            }
            decimals = at - point - 1;
            first++;
        }
        if (at == end && at > first && digits <= DecimalToDouble.EXACT_DIGITS) {
            // Both are exact, and IEEE 754 rounds the one operation right.
            double magnitude = decimals == 0 ? digits : digits / DecimalToDouble.power(decimals);
            return negative ? -magnitude : magnitude;
        }
        return longReal(in, index, length);
    }

    private static double longReal(byte[] in, int index, int length) {
        int end = index + length;
        int at = index;
        boolean negative = at < end && in[at] == '-';
        if (negative || isPlus(in, index, length)) {
            at++;
        }
        long digits = 0;
        int significant = 0;
        int seen = 0;
        long exponent = 0;
        boolean behindPoint = false;
        for (; at < end; at++) {
            byte c = in[at];
            if (c >= '0' && c <= '9') {
                seen++;
                // Zeros in front do not count.
                significant += significant > 0 || c != '0' ? 1 : 0;
                if (significant <= MAX_SAFE_DIGITS) {
                    digits = digits * 10 + (c - '0');
                    exponent -= behindPoint ? 1 : 0;
                } else {
                    exponent += behindPoint ? 0 : 1;
                }
            } else if (c == '.' && !behindPoint) {
                behindPoint = true;
            } else {
                break;
            }
        }
        boolean wellFormed = seen > 0;
        if (at < end && (in[at] | 0x20) == 'e' && end - at <= MAX_EXPONENT_BYTES) {
            int sign = at + 1 < end && in[at + 1] == '-' ? -1 : 1;
            at += at + 1 < end && (sign < 0 || in[at + 1] == '+') ? 2 : 1;
            wellFormed &= at < end;
            long value = 0;
            while (at < end && in[at] >= '0' && in[at] <= '9') {
                value = value * 10 + (in[at++] - '0');
            }
            exponent += sign * value;
        }
        if (wellFormed && at == end) {
            double magnitude = DecimalToDouble.convert(digits, exponent);
            // The digits that were left out lie between this number and the next: mostly both are the same double.
            boolean known = !Double.isNaN(magnitude)
                    && (significant <= MAX_SAFE_DIGITS || magnitude == DecimalToDouble.convert(digits + 1, exponent));
            if (known) {
                return negative ? -magnitude : magnitude;
            }
        }
        return slowReal(in, index, length);
    }

    private static double slowReal(byte[] in, int index, int length) {
        int start = index;
        while (start < index + length && in[start] == '0') {
            start++;
        }
        // With ZEROFILL, MySQL puts zeros even in front of the sign of a negative zero.
        int from = start < index + length && in[start] == '-' ? start : index;
        try {
            return Double.parseDouble(new String(in, from, index + length - from, StandardCharsets.ISO_8859_1));
        } catch (NumberFormatException e) {
            throw outOfRange(in, index, length, "a number");
        }
    }

    private static boolean isPlus(byte[] in, int index, int length) {
        return length > 0 && in[index] == '+';
    }

    /** Digits only, but for zeros behind a point: 5.00 is an integer too. */
    private static long magnitude(byte[] in, int index, int length, int signBytes) {
        int end = index + length;
        int at = index + signBytes;
        long value = 0;
        int digits = 0;
        for (; at < end; at++, digits++) {
            int digit = in[at] - '0';
            if (digit < 0 || digit > 9) {
                break;
            }
            int order = Long.compareUnsigned(value, UNSIGNED_MAX_TENTH);
            if (order > 0 || (order == 0 && digit > 5)) {
                throw outOfRange(in, index, length, "an integer of 64 bits");
            }
            value = value * 10 + digit;
        }
        if (at < end && in[at] == '.') {
            at++;
            while (at < end && in[at] == '0') {
                at++;
            }
        }
        if (digits == 0 || at < end) {
            throw outOfRange(in, index, length, "an integer");
        }
        return value;
    }

    private static ProtocolException outOfRange(byte[] in, int index, int length, String what) {
        String shown = new String(in, index, Math.min(length, MAX_SHOWN_BYTES), StandardCharsets.ISO_8859_1);
        return ProtocolException.malformed("\"" + shown + "\" is not " + what);
    }
}
