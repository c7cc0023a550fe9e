// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

/**
 * DES of one block under the key of 64 zero bits, whose sixteen round keys are all zero (FIPS 46-3). It is no encryption,
 * only a well mixed and reversible numbering that another sharding system uses; without round keys it is small enough to
 * stand here, and unlike a {@code Cipher} it has no state to share between threads.
 */
final class NullKeyDes {

    private static final byte[][] SUBSTITUTION = {
        {
            14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12, 11, 9, 5, 3, 8,
            4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9, 1, 7, 5, 11, 3, 14, 10, 0, 6, 13
        },
        {
            15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1, 10, 6, 9, 11, 5,
            0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15, 4, 2, 11, 6, 7, 12, 0, 5, 14, 9
        },
        {
            10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5, 14, 12, 11, 15, 1,
            13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6, 9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12
        },
        {
            7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2, 12, 1, 10, 14, 9,
            10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1, 13, 8, 9, 4, 5, 11, 12, 7, 2, 14
        },
        {
            2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15, 10, 3, 9, 8, 6,
            4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14, 2, 13, 6, 15, 0, 9, 10, 4, 5, 3
        },
        {
            12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13, 14, 0, 11, 3, 8,
            9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5, 15, 10, 11, 14, 1, 7, 6, 0, 8, 13
        },
        {
            4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5, 12, 2, 15, 8, 6,
            1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4, 10, 7, 9, 5, 0, 15, 14, 2, 3, 12
        },
        {
            13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6, 11, 0, 14, 9, 2,
            7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10, 8, 13, 15, 12, 9, 0, 3, 5, 6, 11
        }
    };

    private static final int[] PERMUTATION = {
        16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19, 13, 30, 6, 22, 11,
        4, 25
    };

    private NullKeyDes() {}

    static long encrypt(long block) {
        long permuted = initialPermutation(block);
        int left = (int) (permuted >>> 32);
        int right = (int) permuted;
        for (int round = 0; round < 16; round++) {
            int next = left ^ feistel(right);
            left = right;
            right = next;
        }
        return finalPermutation(((long) right << 32) | (left & 0xFFFFFFFFL));
    }

    private static int feistel(int half) {
        int substituted = 0;
        for (int box = 0; box < 8; box++) {
            // The expansion takes the box's four bits and their neighbours, around the word's ends.
            int six = Integer.rotateLeft(half, box * 4 + 5) & 0x3F;
            int row = ((six >>> 4) & 2) | (six & 1);
            int column = (six >>> 1) & 15;
            substituted = (substituted << 4) | SUBSTITUTION[box][row * 16 + column];
        }
        int result = 0;
        for (int position : PERMUTATION) {
            result = (result << 1) | ((substituted >>> (32 - position)) & 1);
        }
        return result;
    }

    private static long initialPermutation(long block) {
        long result = 0;
        for (int i = 0; i < 64; i++) {
            result = (result << 1) | ((block >>> (64 - initialPosition(i))) & 1);
        }
        return result;
    }

    private static long finalPermutation(long block) {
        long result = 0;
        for (int i = 0; i < 64; i++) {
            long bit = (block >>> (63 - i)) & 1;
            result |= bit << (64 - initialPosition(i));
        }
        return result;
    }

    /** The standard's table counts down by eight from 58, 60, 62, 64, 57, 59, 61, 63, a row each. */
    private static int initialPosition(int index) {
        int row = index >>> 3;
        int first = row < 4 ? 58 + 2 * row : 57 + 2 * (row - 4);
        return first - 8 * (index & 7);
    }
}
