// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

/**
 * Integers of up to eight digits at once, as the bytes of a {@code long}: the first digit lies lowest, and where there are fewer than
 * eight, zeros stand in front. Lengths change from row to row, so that a loop over the digits mostly ends in a wrong guess of the
 * processor.
 */
final class EightDigits {
    static final int BYTES = Long.BYTES;
    /** All numbers here are less. */
    static final int LIMIT = 100_000_000;

    private static final long ZEROS = 0x3030_3030_3030_3030L;
    private static final long UPPER_HALVES = 0xF0F0_F0F0_F0F0_F0F0L;
    private static final long SIXES = 0x0606_0606_0606_0606L;

    /** What four digits can say. */
    static final int FOUR_LIMIT = 10_000;
    /** The four digits of a number, the first one lowest; as long as lets the compiler see that no index is beyond its end. */
    private static final int[] FOUR = new int[1 << 14];

    private static final int LAST_OF_TABLE = FOUR.length - 1;

    static {
        for (int i = 0; i < FOUR_LIMIT; i++) {
            FOUR[i] = ('0' + i / 1000) | ('0' + i / 100 % 10) << 8 | ('0' + i / 10 % 10) << 16 | ('0' + i % 10) << 24;
        }
    }

    private EightDigits() {}

    /** The {@code length} bytes in front of {@code end}, 1 to 8; eight bytes have to lie in front of it, whatever they are. */
    static long before(byte[] in, int end, int length) {
        long theirs = -1L << ((BYTES - length) * 8);
        return (PayloadWindow.longAt(in, end - BYTES) & theirs) | (ZEROS & ~theirs);
    }

    /** True when all are digits: each has a 3 in its upper half, and still has when six is added. */
    static boolean areDigits(long bytes) {
        return ((bytes & UPPER_HALVES) | (((bytes + SIXES) & UPPER_HALVES) >>> 4)) == 0x3333_3333_3333_3333L;
    }

    /** The number of eight digits: they are joined to pairs, to fours and to one. */
    static long value(long bytes) {
        long digits = bytes - ZEROS;
        long pairs = digits * 10 + (digits >>> 8);
        long low = 0x0000_00FF_0000_00FFL;
        return ((pairs & low) * 0x000F_4240_0000_0064L + ((pairs >>> 16) & low) * 0x0000_2710_0000_0001L) >>> 32;
    }

    /**
     * The digits of a number, four at a time from a table. A multiplication and a shift divide by ten thousand whatever is less than
     * {@link #LIMIT}.
     */
    static long of(int value) {
        int upper = upperFour(value);
        return (ofFour(upper) & 0xFFFF_FFFFL) | (long) ofFour(value - FOUR_LIMIT * upper) << Integer.SIZE;
    }

    /** Apart from {@link #of}, which is inlined everywhere only as long as it is short. */
    private static int upperFour(int value) {
        return (int) ((value * 3_518_437_209L) >>> 45);
    }

    /** The digits of a number that is less than {@link #FOUR_LIMIT}. */
    static int ofFour(int value) {
        return FOUR[value & LAST_OF_TABLE];
    }

    /** How many zeros stand in front of other digits: 3 of zero itself. */
    static int leadingZerosOfFour(int digits) {
        return Math.min(Integer.numberOfTrailingZeros(digits ^ (int) ZEROS) >>> 3, 3);
    }

    /** How many zeros stand in front of other digits, {@code max} at most: 7 leaves one of zero itself. */
    static int leadingZeros(long digits, int max) {
        return Math.min(Long.numberOfTrailingZeros(digits ^ ZEROS) >>> 3, max);
    }

    /** How many zeros stand behind other digits: 8 of zero itself. */
    static int trailingZeros(long digits) {
        return Long.numberOfLeadingZeros(digits ^ ZEROS) >>> 3;
    }
}
