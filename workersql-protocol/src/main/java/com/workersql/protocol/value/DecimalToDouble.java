// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import java.math.BigInteger;

/**
 * The double nearest to a decimal number, without allocation: the algorithm of Daniel Lemire, "Number Parsing at a Gigabyte per Second"
 * (2021), by a product of 128 bits with a table of the powers of five. It gives the right double or says that it does not know, which is
 * so for results below the normal range and next to never otherwise.
 */
final class DecimalToDouble {
    /** Stands for "not known", which the algorithm itself never gives. */
    static final double UNKNOWN = Double.NaN;

    private static final int LEAST_EXPONENT = -342;
    private static final int GREATEST_EXPONENT = 308;
    private static final int EXACT_POWERS = 22;
    /** Whole numbers up to here are doubles. */
    static final long EXACT_DIGITS = 1L << 53;

    private static final int MANTISSA_BITS = 52;
    private static final int EXPONENT_BIAS = 1023;
    private static final long[] HIGH = new long[GREATEST_EXPONENT - LEAST_EXPONENT + 1];
    private static final long[] LOW = new long[HIGH.length];
    private static final double[] TENS = new double[EXACT_POWERS + 1];

    static {
        for (int q = LEAST_EXPONENT; q <= GREATEST_EXPONENT; q++) {
            BigInteger power = q >= 0 ? truncated(BigInteger.valueOf(5).pow(q)) : reciprocal(-q);
            HIGH[q - LEAST_EXPONENT] = power.shiftRight(64).longValue();
            LOW[q - LEAST_EXPONENT] = power.longValue();
        }
        for (int i = 0; i <= EXACT_POWERS; i++) {
            TENS[i] = BigInteger.TEN.pow(i).doubleValue();
        }
    }

    private DecimalToDouble() {}

    /** The 128 leading bits. */
    private static BigInteger truncated(BigInteger value) {
        int shift = 128 - value.bitLength();
        return shift >= 0 ? value.shiftLeft(shift) : value.shiftRight(-shift);
    }

    /** The 128 leading bits of 5^-q, rounded up. */
    private static BigInteger reciprocal(int q) {
        BigInteger power = BigInteger.valueOf(5).pow(q);
        int bits = power.bitLength();
        int shift = q <= 27 ? bits + 127 : 2 * bits + 128;
        BigInteger quotient = BigInteger.ONE.shiftLeft(shift).divide(power).add(BigInteger.ONE);
        return quotient.bitLength() > 128 ? quotient.shiftRight(quotient.bitLength() - 128) : quotient;
    }

    /** Ten to the power of 0 to 22, exactly. */
    static double power(int exponent) {
        return TENS[exponent];
    }

    /**
     * The double nearest to digits * 10^exponent.
     *
     * @param digits taken as unsigned
     * @return {@link #UNKNOWN} where another way has to be gone
     */
    static double convert(long digits, long exponent) {
        if (digits == 0) {
            return 0;
        }
        if (digits > 0 && digits <= EXACT_DIGITS && exponent >= -EXACT_POWERS && exponent <= EXACT_POWERS) {
            // Both operands are exact, and IEEE 754 rounds the one operation right.
            return exponent < 0 ? digits / TENS[(int) -exponent] : digits * TENS[(int) exponent];
        }
        if (exponent < LEAST_EXPONENT || exponent > GREATEST_EXPONENT) {
            return UNKNOWN;
        }
        return product(digits, (int) exponent);
    }

    private static double product(long digits, int exponent) {
        int leadingZeros = Long.numberOfLeadingZeros(digits);
        long normalized = digits << leadingZeros;
        long tableHigh = HIGH[exponent - LEAST_EXPONENT];
        long low = normalized * tableHigh;
        long high = multiplyHigh(normalized, tableHigh);
        if ((high & 0x1FF) == 0x1FF) {
            // The nine bits that are cut off could still carry: the lower half of the table's number decides.
            long more = multiplyHigh(normalized, LOW[exponent - LEAST_EXPONENT]);
            low += more;
            if (Long.compareUnsigned(low, more) < 0) {
                high++;
            }
        }
        if (low == -1 && (exponent < -27 || exponent > 55)) {
            return UNKNOWN;
        }
        int upperBit = (int) (high >>> 63);
        int shift = upperBit + 64 - MANTISSA_BITS - 3;
        long mantissa = high >>> shift;
        int power = (int) ((217_706L * exponent) >> 16) + 63 + upperBit - leadingZeros + EXPONENT_BIAS;
        if (power <= 0) {
            return UNKNOWN;
        }
        if (Long.compareUnsigned(low, 1) <= 0
                && exponent >= -4
                && exponent <= 23
                && (mantissa & 3) == 1
                && mantissa << shift == high) {
            // Exactly in the middle of two doubles: to the even one.
            mantissa &= ~1L;
        }
        mantissa = (mantissa + (mantissa & 1)) >>> 1;
        if (mantissa >= 2L << MANTISSA_BITS) {
            mantissa = 1L << MANTISSA_BITS;
            power++;
        }
        if (power >= 0x7FF) {
            return UNKNOWN;
        }
        return Double.longBitsToDouble((mantissa & ~(1L << MANTISSA_BITS)) | ((long) power << MANTISSA_BITS));
    }

    /** The upper half of the product of two unsigned numbers. */
    private static long multiplyHigh(long a, long b) {
        return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
    }
}
