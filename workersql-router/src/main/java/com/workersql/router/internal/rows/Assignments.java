// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rows;

import com.workersql.router.internal.lex.Brackets;
import com.workersql.router.internal.lex.FoldedStatement;

/** What stands behind SET in an UPDATE or INSERT. */
final class Assignments {
    private Assignments() {}

    /** Takes one of them. */
    interface Reader {
        /**
         * An assignment.
         *
         * @param name the token that is the column's name, without table; the value begins two tokens behind it
         */
        void take(int name) throws Unproven;
    }

    /**
     * Reads them from left to right.
     *
     * @param set the token SET
     * @param end where they end at the latest
     */
    static void read(FoldedStatement s, Brackets brackets, int set, int end, Reader reader) throws Unproven {
        boolean begins = true;
        for (int token = set + 1; token < end; token = brackets.next(token)) {
            if (begins) {
                int name = token;
                while (s.isMark(name + 1, '.') && s.isName(name + 2)) {
                    name += 2;
                }
                if (!s.isName(name) || !s.isMark(name + 1, '=')) {
                    throw Unproven.of("assignments that could not be told");
                }
                reader.take(name);
            }
            begins = s.isMark(token, ',');
        }
    }
}
