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
 *
 * <p>Binary rows are printed for people and JSON, not on the way of forwarded rows: exact decimal arithmetic is fast enough
 * for the digits that {@link Double#toString} does not get right (up to Java 18 it may give one too many).
 */
public final class RealText {
    private static final int FLOAT_DIGITS = 6;
    private static final int DOUBLE_SAFE_DIGITS = 15;
    private static final int DOUBLE_MAX_DIGITS = 17;
    private static final int MAX_PLAIN_POINT = 15;
    /** Below this, fewer than fifteen digits of a double may be significant. */
    private static final double LEAST_DOUBLE_OF_FULL_PRECISION = 1e-290;

    private static final double LEAST_SHORT = 1e-5;
    private static final double MAX_SHORT = 1e15;
    private static final long MAX_SHORT_SCALED = 1_000_000_000_000_000L;
    private static final int MAX_SHORT_DECIMALS = 15;
    /** More than the roundings of a decimal to a double and of its product with a power of ten come to. */
    private static final double ROUNDING = 0x1p-50;

    private static final int MANTISSA_BITS = 52;
    private static final long MANTISSA = (1L << MANTISSA_BITS) - 1;
    /** The greatest does not let a mantissa overflow. */
    private static final long[] POWERS_OF_FIVE = {1, 5, 25, 125, 625};

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
        if (!Double.isFinite(value)) {
            out.append('0');
        } else if (value == 0) {
            appendZero(out, value);
        } else if (!appendShort(out, value)) {
            append(out, value < 0, shortest(Math.abs(value)));
        }
    }

    /**
     * Most doubles that people store are decimals of few digits: those are found without allocation. A whole number of up to fifteen
     * digits, divided by an exact power of ten, is the double nearest to that decimal; and no two decimals of fifteen digits are the
     * same double, so the first that gives the value back is the shortest.
     */
    private static boolean appendShort(TextBuffer out, double value) {
        double magnitude = Math.abs(value);
        if (magnitude < LEAST_SHORT || magnitude >= MAX_SHORT) {
            return false;
        }
        long mantissa = (Double.doubleToRawLongBits(magnitude) & MANTISSA) | (MANTISSA + 1);
        int zeros = Long.numberOfTrailingZeros(mantissa);
        int fractionBits = MANTISSA_BITS - zeros - Math.getExponent(magnitude);
        if (fractionBits <= 0) {
            out.appendLong((long) value);
            return true;
        }
        if (fractionBits < POWERS_OF_FIVE.length) {
            // Halves, quarters and so on have as many decimals as bits behind the point: n / 2^k is n * 5^k / 10^k.
            long scaled = (mantissa >>> zeros) * POWERS_OF_FIVE[fractionBits];
            if (scaled < MAX_SHORT_SCALED) {
                appendDecimal(out, value < 0, scaled, fractionBits);
                return true;
            }
        }
        for (int decimals = 1; decimals <= MAX_SHORT_DECIMALS; decimals++) {
            double power = DecimalToDouble.power(decimals);
            double product = magnitude * power;
            double scaled = Math.rint(product);
            if (scaled >= MAX_SHORT) {
                return false;
            }
            // The division is slow, and in vain where the product is further from a whole number than its rounding
            // explains.
            if (Math.abs(product - scaled) <= product * ROUNDING && scaled / power == magnitude) {
                appendDecimal(out, value < 0, (long) scaled, decimals);
                return true;
            }
        }
        return false;
    }

    private static void appendDecimal(TextBuffer out, boolean negative, long scaled, int decimals) {
        if (negative) {
            out.append('-');
        }
        out.appendScaled(scaled, decimals);
    }

    static void appendFloat(TextBuffer out, float value) {
        if (!Float.isFinite(value)) {
            out.append('0');
        } else if (value == 0) {
            appendZero(out, value);
        } else {
            append(out, value < 0, sixDigits(Math.abs(value)));
        }
    }

    /** A FLOAT with fixed decimals is printed by way of a double: 0.1 with ten decimals is 0.1000000015. */
    static void appendFixed(TextBuffer out, double value, int decimals) {
        if (!Double.isFinite(value)) {
            out.append('0');
            return;
        }
        if (Double.doubleToRawLongBits(value) < 0) {
            out.append('-');
        }
        double magnitude = Math.abs(value);
        BigDecimal digits = magnitude == 0 ? BigDecimal.ZERO : shortest(magnitude);
        if (digits.scale() > decimals) {
            digits = new BigDecimal(magnitude).setScale(decimals, RoundingMode.HALF_EVEN);
        }
        out.append(digits.setScale(decimals, RoundingMode.UNNECESSARY).toPlainString());
    }

    private static void appendZero(TextBuffer out, double zero) {
        if (Double.doubleToRawLongBits(zero) < 0) {
            out.append('-');
        }
        out.append('0');
    }

    private static void append(TextBuffer out, boolean negative, BigDecimal stripped) {
        if (negative) {
            out.append('-');
        }
        int digits = stripped.precision();
        // The value is 0.DIGITS times ten to this power.
        int point = digits - stripped.scale();
        if (point > -MAX_PLAIN_POINT && (point <= MAX_PLAIN_POINT || digits > point)) {
            out.append(stripped.toPlainString());
            return;
        }
        String text = stripped.unscaledValue().toString();
        out.append(text.charAt(0));
        if (digits > 1) {
            out.append('.');
            out.append(text.substring(1));
        }
        out.append('e');
        out.appendLong(point - 1L);
    }

    private static BigDecimal shortest(double value) {
        boolean fullPrecision = value >= LEAST_DOUBLE_OF_FULL_PRECISION;
        BigDecimal candidate = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        // No two decimals of up to fifteen digits are the same double, so there is no shorter one.
        if (fullPrecision && candidate.precision() <= DOUBLE_SAFE_DIGITS) {
            return candidate;
        }
        BigDecimal exact = new BigDecimal(value);
        for (int digits = fullPrecision ? DOUBLE_SAFE_DIGITS : 1; digits < DOUBLE_MAX_DIGITS; digits++) {
            // At powers of two the nearest decimal may lie outside of what rounds to the value while its neighbour does
            // not.
            for (RoundingMode mode : new RoundingMode[] {RoundingMode.HALF_EVEN, RoundingMode.DOWN, RoundingMode.UP}) {
                BigDecimal rounded = exact.round(new MathContext(digits, mode));
                if (rounded.doubleValue() == value) {
                    return rounded.stripTrailingZeros();
                }
            }
        }
        return exact.round(new MathContext(DOUBLE_MAX_DIGITS, RoundingMode.HALF_EVEN))
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
