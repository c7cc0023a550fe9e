// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rows;

import com.workersql.router.internal.lex.Brackets;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Word;

/** Adds predicates to the WHERE of one query block, UPDATE or DELETE, or gives it one. */
final class QueryBlock {

    private QueryBlock() {}

    /** {@return whether a word begins what comes behind the tables of a block} */
    static boolean isClause(Word word) {
        return switch (word) {
            case WHERE, GROUP, HAVING, ORDER, LIMIT, WINDOW, FOR, LOCK, INTO, FETCH, RETURNING, PROCEDURE -> true;
            default -> false;
        };
    }

    /**
     * Adds predicates to what follows the tables, or the assignments, of a block.
     *
     * @param predicates joined by AND; may be empty
     * @param from the token behind the tables or assignments
     * @param end the token behind the block
     */
    static void restrict(
            FoldedStatement s, Brackets brackets, Insertions insertions, String predicates, int from, int end)
            throws Unproven {
        if (from < end && !isClause(s.word(from))) {
            throw Unproven.of("tables that could not be told");
        }
        boolean where = from < end && s.isWord(from, Word.WHERE);
        int behind = from;
        if (where) {
            behind = from + 1;
            while (behind < end && !isClause(s.word(behind))) {
                behind = brackets.next(behind);
            }
            if (behind == from + 1) {
                throw Unproven.of("a WHERE without a condition");
            }
        }
        rest(s, brackets, behind, end);
        if (predicates.isEmpty()) {
            return;
        }
        if (where) {
            insertions.behind(from, " " + predicates + " AND (");
            insertions.behind(behind - 1, ")");
        } else {
            insertions.behind(from - 1, " WHERE " + predicates);
        }
    }

    /** Behind the WHERE there is no second one, no further table, and FOR begins a lock and no old version of the rows. */
    private static void rest(FoldedStatement s, Brackets brackets, int from, int end) throws Unproven {
        for (int token = from; token < end; token = brackets.next(token)) {
            switch (s.word(token)) {
                case WHERE, FROM, JOIN, PROCEDURE -> throw Unproven.of("clauses in this order");
                case FOR -> {
                    if (!s.isWord(token + 1, Word.UPDATE) && !s.isWord(token + 1, Word.SHARE)) {
                        throw Unproven.of("rows of another time");
                    }
                }
                default -> {}
            }
        }
    }
}
