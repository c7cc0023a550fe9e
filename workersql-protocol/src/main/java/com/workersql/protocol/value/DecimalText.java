// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import java.math.BigDecimal;

/** Prints DECIMAL as the servers do in text rows: all digits of its scale, never an exponent. */
final class DecimalText {
    /** A {@code long} holds them all. */
    private static final int MAX_DIGITS = 18;

    private DecimalText() {}

    /** True when {@link #putShort} can print it, which most that people store are. */
    static boolean isShort(BigDecimal value) {
        int scale = value.scale();
        return scale >= 0 && scale <= MAX_DIGITS && value.precision() <= MAX_DIGITS;
    }

    /**
     * Prints a decimal of at most 18 digits, of which none is left out; once compiled, without an allocation.
     *
     * @param start where {@link NumberBytes#MAX_BYTES} bytes must be free
     * @return the index behind the last digit
     */
    static int putShort(byte[] out, int start, BigDecimal value) {
        int scale = value.scale();
        long digits = value.scaleByPowerOfTen(scale).longValue();
        out[start] = '-';
        int at = start + (int) (digits >>> (Long.SIZE - 1));
        long magnitude = Math.abs(digits);
        if (scale < EightDigits.BYTES && magnitude < EightDigits.LIMIT) {
            long all = EightDigits.of((int) magnitude);
            int zeros = EightDigits.leadingZeros(all, EightDigits.BYTES - 1 - scale);
            return NumberBytes.putLast(out, at, all, zeros, scale);
        }
        if (scale <= EightDigits.BYTES && magnitude >= EightDigits.LIMIT) {
            long first = magnitude / EightDigits.LIMIT;
            int last = (int) (magnitude - first * EightDigits.LIMIT);
            at = NumberBytes.putUnsigned(out, at, first);
            return NumberBytes.putLast(out, at, EightDigits.of(last), 0, scale);
        }
        long one = NumberBytes.powerOfTen(scale);
        long whole = magnitude / one;
        at = NumberBytes.putUnsigned(out, at, whole);
        out[at] = '.';
        return putFraction(out, at + 1, magnitude - whole * one, scale);
    }

    /** @param digits 8 to 18 */
    private static int putFraction(byte[] out, int at, long fraction, int digits) {
        long first = fraction / EightDigits.LIMIT;
        int behind = at + digits - EightDigits.BYTES;
        if (digits > 2 * EightDigits.BYTES) {
            putFraction(out, at, first, digits - EightDigits.BYTES);
        } else {
            NumberBytes.putLow(out, at, EightDigits.of((int) first), digits - EightDigits.BYTES);
        }
        return NumberBytes.putLow(
                out, behind, EightDigits.of((int) (fraction - first * EightDigits.LIMIT)), EightDigits.BYTES);
    }
}
