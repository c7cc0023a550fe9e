// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import java.math.BigInteger;

/**
 * The shortest decimal that reads back as a given double, and of several the nearest to it; without allocation. The algorithm is Schubfach
 * of Raffaello Giulietti, "The Schubfach way to render doubles" (2020): of the multiples of a power of ten that is just less than the
 * distance of neighbouring doubles, the two around the double are tried, and before them those of ten times that power, of which at most one
 * reads back as the double. All numbers are four times too large, so that the middles between doubles are whole ones.
 */
final class ShortestDigits {
    private static final int MANTISSA_BITS = 52;
    private static final long IMPLICIT_BIT = 1L << MANTISSA_BITS;
    /** What is subtracted where the mantissa is taken as a whole number. */
    private static final int EXPONENT_BIAS = 1023 + MANTISSA_BITS;

    /** Scaled by 2^41, rounded. */
    private static final long LOG10_OF_2 = 661_971_961_083L;

    private static final long LOG10_OF_THREE_QUARTERS = -274_743_187_321L;
    /** Scaled by 2^38, rounded. */
    private static final long LOG2_OF_10 = 913_124_641_741L;

    private static final int LEAST_POWER = -292;
    private static final int GREATEST_POWER = 324;
    private static final int POWER_BITS = 126;
    private static final long LOW_BITS = (1L << 63) - 1;
    /** The 126 leading bits of each power of ten, rounded down, plus one; the upper and the lower 63 of them. */
    private static final long[] HIGH = new long[GREATEST_POWER - LEAST_POWER + 1];

    private static final long[] LOW = new long[HIGH.length];

    static {
        for (int n = LEAST_POWER; n <= GREATEST_POWER; n++) {
            BigInteger power = BigInteger.TEN.pow(Math.abs(n));
            BigInteger leading = n >= 0
                    ? power.shiftLeft(POWER_BITS).shiftRight(power.bitLength())
                    : BigInteger.ONE
                            .shiftLeft(POWER_BITS - 1 + power.bitLength())
                            .divide(power);
            BigInteger next = leading.add(BigInteger.ONE);
            HIGH[n - LEAST_POWER] = next.shiftRight(63).longValueExact();
            LOW[n - LEAST_POWER] = next.longValue() & LOW_BITS;
        }
    }

    private ShortestDigits() {}

    /**
     * The power of ten of which {@link #of} gives a multiple.
     *
     * @param value above zero and finite
     */
    static int exponent(double value) {
        long bits = Double.doubleToRawLongBits(value);
        return exponent(binaryExponent(bits), isNearerBelow(bits));
    }

    private static int exponent(int binaryExponent, boolean nearerBelow) {
        return (int) ((binaryExponent * LOG10_OF_2 + (nearerBelow ? LOG10_OF_THREE_QUARTERS : 0)) >> 41);
    }

    private static int binaryExponent(long bits) {
        return Math.max((int) (bits >>> MANTISSA_BITS), 1) - EXPONENT_BIAS;
    }

    /** Of a power of two the neighbour below is at half the distance of that above; the distance that counts is three quarters. */
    private static boolean isNearerBelow(long bits) {
        return (bits & (IMPLICIT_BIT - 1)) == 0 && bits >>> MANTISSA_BITS > 1;
    }

    /**
     * The digits, as a number of up to 17 of them: that times ten to the power of {@link #exponent} reads back as {@code value}, and
     * without the zeros at its end there is no shorter one.
     *
     * @param value above zero and finite
     */
    static long of(double value) {
        long bits = Double.doubleToRawLongBits(value);
        int binaryExponent = binaryExponent(bits);
        boolean nearerBelow = isNearerBelow(bits);
        int k = exponent(binaryExponent, nearerBelow);
        int shift = binaryExponent + (int) ((-k * LOG2_OF_10) >> 38) + 2;
        long high = HIGH[-k - LEAST_POWER];
        long low = LOW[-k - LEAST_POWER];
        long fraction = bits & (IMPLICIT_BIT - 1);
        long mantissa = 4 * (bits >>> MANTISSA_BITS == 0 ? fraction : fraction | IMPLICIT_BIT);
        long scaled = product(high, low, mantissa << shift);
        // Doubles with an even mantissa get also what lies exactly in the middle between them and a neighbour.
        long odd = fraction & 1;
        long least = product(high, low, (mantissa - (nearerBelow ? 1 : 2)) << shift) + odd;
        long greatest = product(high, low, (mantissa + 2) << shift) - odd;

        long below = scaled >> 2;
        long tensBelow = below / 10 * 10;
        boolean tensBelowFit = least <= 4 * tensBelow;
        if (tensBelowFit != (4 * (tensBelow + 10) <= greatest)) {
            return tensBelowFit ? tensBelow : tensBelow + 10;
        }
        boolean belowFits = least <= 4 * below;
        if (belowFits != (4 * (below + 1) <= greatest)) {
            return belowFits ? below : below + 1;
        }
        long toMiddle = scaled - (4 * below + 2);
        return toMiddle < 0 || (toMiddle == 0 && (below & 1) == 0) ? below : below + 1;
    }

    /** The upper bits of the product; the lowest one is set also where any bit below was, so that comparisons are exact. */
    private static long product(long high, long low, long factor) {
        long middle = ((high * factor) >>> 1) + Math.multiplyHigh(low, factor);
        long upper = Math.multiplyHigh(high, factor) + (middle >>> 63);
        return upper | (((middle & LOW_BITS) + LOW_BITS) >>> 63);
    }
}
