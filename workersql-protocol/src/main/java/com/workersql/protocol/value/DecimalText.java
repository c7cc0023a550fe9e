// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import java.math.BigDecimal;

/** Prints DECIMAL as the servers do in text rows: all digits of its scale, never an exponent. */
final class DecimalText {
    /** A {@code long} holds them all. */
    private static final int MAX_DIGITS = 18;

    private DecimalText() {}

    /** True when {@link #appendShort} can print it, which most that people store are. */
    static boolean isShort(BigDecimal value) {
        int scale = value.scale();
        return scale >= 0 && scale <= MAX_DIGITS && value.precision() <= MAX_DIGITS;
    }

    /** Prints a decimal of at most 18 digits, of which none is left out; once compiled, without an allocation. */
    static void appendShort(TextBuffer out, BigDecimal value) {
        int scale = value.scale();
        long digits = value.scaleByPowerOfTen(scale).longValue();
        if (digits < 0) {
            out.append('-');
        }
        long magnitude = Math.abs(digits);
        if (scale == 0) {
            out.appendUnsigned(magnitude);
            return;
        }
        long one = NumberBytes.powerOfTen(scale);
        long whole = magnitude / one;
        out.appendUnsigned(whole);
        out.append('.');
        appendFraction(out, magnitude - whole * one, scale);
    }

    private static void appendFraction(TextBuffer out, long fraction, int digits) {
        if (digits <= EightDigits.BYTES) {
            out.appendDigits(fraction, digits);
            return;
        }
        long first = fraction / EightDigits.LIMIT;
        appendFraction(out, first, digits - EightDigits.BYTES);
        out.appendDigits(fraction - first * EightDigits.LIMIT, EightDigits.BYTES);
    }
}
