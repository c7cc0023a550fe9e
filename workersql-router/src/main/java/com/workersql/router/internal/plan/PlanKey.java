// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.StatementContext;
import com.workersql.router.internal.lex.FoldedStatement;
import java.util.Arrays;

/**
 * The whole folded text with all that decides how it was read: never a hash alone, since two texts of one hash would share
 * a plan. One instance per scratch serves as the probe of a lookup, so that a hit allocates nothing.
 */
final class PlanKey {

    private byte[] text;
    private int length;
    private int reading;
    private long hash;

    void set(FoldedStatement s, StatementContext context, long seed) {
        text = s.folded();
        length = s.foldedLength();
        reading = (context.ansiQuotes() ? 1 : 0)
                | (context.noBackslashEscapes() ? 2 : 0)
                | switch (context.flavor()) {
                    case MYSQL -> 0;
                    case MARIADB -> 4;
                }
                | switch (context.charset()) {
                    case UTF8 -> 0;
                    case ASCII_SAFE -> 8;
                    case SJIS -> 16;
                    case GBK -> 24;
                    case BIG5 -> 32;
                    case GB18030 -> 40;
                };
        hash = s.hash(seed);
    }

    /** {@return a copy that may be kept} */
    PlanKey kept() {
        PlanKey copy = new PlanKey();
        copy.text = Arrays.copyOf(text, length);
        copy.length = length;
        copy.reading = reading;
        copy.hash = hash;
        return copy;
    }

    int weightBytes() {
        return length + 64;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PlanKey key
                && hash == key.hash
                && reading == key.reading
                && Arrays.equals(text, 0, length, key.text, 0, key.length);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(hash) * 31 + reading;
    }
}
