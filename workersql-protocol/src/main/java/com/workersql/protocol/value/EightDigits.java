// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

/**
 * Integers of up to eight digits at once, as the bytes of a {@code long}: the first digit lies lowest, and where there are fewer than
 * eight, zeros stand in front. Lengths change from row to row, so that a loop over the digits mostly ends in a wrong guess of the
 * processor.
 */
final class EightDigits {
    static final int BYTES = Long.BYTES;

    private static final long ZEROS = 0x3030_3030_3030_3030L;
    private static final long UPPER_HALVES = 0xF0F0_F0F0_F0F0_F0F0L;
    private static final long SIXES = 0x0606_0606_0606_0606L;

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
}
