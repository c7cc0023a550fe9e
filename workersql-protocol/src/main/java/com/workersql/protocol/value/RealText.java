// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/**
 * Prints FLOAT and DOUBLE as the servers do in text rows; measured on MySQL 9.7 and MariaDB 11.4, which agree.
 *
 * <p>A DOUBLE has the fewest digits that read back as itself; a FLOAT is rounded to six digits, whatever it takes to read it
 * back. Both are written plainly from 10^-15 up to below 10^15, and beyond while a digit behind the point is left; otherwise as
 * {@code 1.5e20}. With a fixed number of decimals they are always written plainly.
 */
public final class RealText {
    private static final int FLOAT_DIGITS = 6;
    /** Whole numbers below are plain, and a {@code long} holds them. */
    private static final double LEAST_WITH_EXPONENT = 1e15;

    private static final double SHORT_SCALE = 1e6;
    /** Of fewer millionths the digits in front of the point are eight at the most. */
    private static final double LEAST_WITH_LONG_WHOLE = 1e14;
    /** Its neighbours are one apart: what is added to it is rounded, and stands in the lower bits of the sum. */
    private static final double WHOLE = 0x1p52;

    private static final long WHOLE_BITS = Double.doubleToRawLongBits(WHOLE);
    /** More than the roundings of a decimal to a double and of its product with a power of ten come to. */
    private static final double ROUNDING = 0x1p-50;

    private static final float LEAST_FLOAT_OF_FULL_PRECISION = 1e-37f;

    private RealText() {}

    /** The text of a DOUBLE. */
    public static String of(double value) {
        TextBuffer out = new TextBuffer();
        appendDouble(out, value);
        return out.toString();
    }

    /** The text of a FLOAT. */
    public static String of(float value) {
        TextBuffer out = new TextBuffer();
        appendFloat(out, value);
        return out.toString();
    }

    static void appendDouble(TextBuffer out, double value) {
        out.appendDouble(value);
    }

    /**
     * Prints a DOUBLE into an array.
     *
     * @param start where {@link NumberBytes#MAX_BYTES} bytes and one must be free
     * @return the index behind the last digit
     */
    static int putDouble(byte[] out, int start, double value) {
        double magnitude = Math.abs(value);
        double product = magnitude * SHORT_SCALE;
        int minus = (int) (Double.doubleToRawLongBits(value) >>> (Long.SIZE - 1));
        // Not of an infinite value, nor of none.
        if (product < LEAST_WITH_LONG_WHOLE) {
            long scaled = Double.doubleToRawLongBits(product + WHOLE) - WHOLE_BITS;
            if (isShort(magnitude, product, (double) scaled)) {
                return NumberBytes.putMillionths(out, start, scaled, minus);
            }
        }
        if (!Double.isFinite(value)) {
            out[start] = '0';
            return start + 1;
        }
        // Also of a negative zero.
        out[start] = '-';
        return putAnyDouble(out, start + minus, magnitude);
    }

    /**
     * Whether a double is the quotient of a whole number and a million. Most doubles that people store have few decimals, which is found
     * out faster than the digits of any: a whole number of up to fifteen digits, divided by an exact power of ten, is the double nearest
     * to that decimal; and no two decimals of fifteen digits are the same double, so there is no shorter one.
     */
    private static boolean isShort(double magnitude, double product, double scaled) {
        // The division is slow, and in vain where the product is further from a whole number than its rounding
        // explains.
        return Math.abs(product - scaled) <= product * ROUNDING && scaled / SHORT_SCALE == magnitude;
    }

    private static int putAnyDouble(byte[] out, int start, double magnitude) {
        if (magnitude < LEAST_WITH_EXPONENT && magnitude == (long) magnitude) {
            return NumberBytes.putUnsigned(out, start, (long) magnitude);
        }
        return NumberBytes.putDecimal(out, start, ShortestDigits.of(magnitude), ShortestDigits.exponent(magnitude));
    }

    static void appendFloat(TextBuffer out, float value) {
        if (!Float.isFinite(value)) {
            out.append('0');
            return;
        }
        appendSign(out, value);
        if (value == 0) {
            out.append('0');
        } else {
            BigDecimal digits = sixDigits(Math.abs(value));
            out.appendDecimal(digits.unscaledValue().longValueExact(), -digits.scale());
        }
    }

    /** A FLOAT with fixed decimals is printed by way of a double: 0.1 with ten decimals is 0.1000000015. */
    static void appendFixed(TextBuffer out, double value, int decimals) {
        if (!Double.isFinite(value)) {
            out.append('0');
            return;
        }
        appendSign(out, value);
        double magnitude = Math.abs(value);
        BigDecimal digits = magnitude == 0 ? BigDecimal.ZERO : shortest(magnitude);
        if (digits.scale() > decimals) {
            digits = new BigDecimal(magnitude).setScale(decimals, RoundingMode.HALF_EVEN);
        }
        out.append(digits.setScale(decimals, RoundingMode.UNNECESSARY).toPlainString());
    }

    /** Also of a negative zero. */
    private static void appendSign(TextBuffer out, double value) {
        if (Double.doubleToRawLongBits(value) < 0) {
            out.append('-');
        }
    }

    private static BigDecimal shortest(double value) {
        return BigDecimal.valueOf(ShortestDigits.of(value), -ShortestDigits.exponent(value))
                .stripTrailingZeros();
    }

    private static BigDecimal sixDigits(float value) {
        if (value >= LEAST_FLOAT_OF_FULL_PRECISION) {
            BigDecimal candidate = new BigDecimal(Float.toString(value)).stripTrailingZeros();
            if (candidate.precision() <= FLOAT_DIGITS) {
                return candidate;
            }
        }
        return new BigDecimal((double) value)
                .round(new MathContext(FLOAT_DIGITS, RoundingMode.HALF_EVEN))
                .stripTrailingZeros();
    }
}
