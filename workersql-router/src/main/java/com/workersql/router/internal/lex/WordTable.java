// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

import java.nio.charset.StandardCharsets;

/** Finds the {@link Word} that stands in a text by its bytes: a table of hashes, which the lexer makes as it reads. */
final class WordTable {
    private static final int SIZE = 2048;
    private static final byte[][] SPELLINGS = new byte[SIZE][];
    private static final short[] CODES = new short[SIZE];
    private static final int LONGEST;

    private WordTable() {}

    static {
        int longest = 0;
        for (Word word : Word.values()) {
            if (word == Word.OTHER) {
                continue;
            }
            byte[] spelling = word.name().getBytes(StandardCharsets.US_ASCII);
            longest = Math.max(longest, spelling.length);
            int hash = 0;
            for (byte c : spelling) {
                hash = hash(hash, c);
            }
            int slot = slot(hash);
            while (SPELLINGS[slot] != null) {
                slot = (slot + 1) & (SIZE - 1);
            }
            SPELLINGS[slot] = spelling;
            CODES[slot] = (short) word.code();
        }
        LONGEST = longest;
    }

    /** {@return the code of the word that stands in the bytes, without regard to case; that of none is 0} */
    static int find(byte[] bytes, int start, int end, int hash) {
        int length = end - start;
        if (length > LONGEST || length < 2) {
            return 0;
        }
        int slot = slot(hash);
        while (true) {
            byte[] spelling = SPELLINGS[slot];
            if (spelling == null) {
                return 0;
            }
            if (spelling.length == length && matches(spelling, bytes, start)) {
                return CODES[slot];
            }
            slot = (slot + 1) & (SIZE - 1);
        }
    }

    private static boolean matches(byte[] spelling, byte[] bytes, int start) {
        for (int i = 0; i < spelling.length; i++) {
            int c = bytes[start + i];
            if (c >= 'a' && c <= 'z') {
                c -= 'a' - 'A';
            }
            if (c != spelling[i]) {
                return false;
            }
        }
        return true;
    }

    /** {@return the hash of one more byte; it clears the case bit, and the comparison tells apart what that merges} */
    static int hash(int hash, byte c) {
        return hash * 31 + (c & 0x5F);
    }

    private static int slot(int hash) {
        return (hash ^ (hash >>> 11)) & (SIZE - 1);
    }
}
