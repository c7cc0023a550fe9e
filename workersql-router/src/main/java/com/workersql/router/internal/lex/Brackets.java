// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

/** Which token closes which, and how far a clause goes. */
public final class Brackets {

    private final FoldedStatement s;
    private final int[] partner;

    private Brackets(FoldedStatement s, int[] partner) {
        this.s = s;
        this.partner = partner;
    }

    /** {@return the brackets of a statement, or null where they do not match} */
    public static Brackets of(FoldedStatement s) {
        int[] partner = new int[s.tokens()];
        int[] open = new int[FoldedStatement.MAX_NESTING + 2];
        int depth = 0;
        for (int token = 0; token < s.tokens(); token++) {
            int mark = s.mark(token);
            partner[token] = -1;
            if (mark == '(' || mark == '{') {
                if (depth == open.length) {
                    return null;
                }
                open[depth++] = token;
            } else if (mark == ')' || mark == '}') {
                if (depth == 0 || s.mark(open[depth - 1]) != (mark == ')' ? '(' : '{')) {
                    return null;
                }
                partner[token] = open[--depth];
                partner[open[depth]] = token;
            }
        }
        return depth == 0 ? new Brackets(s, partner) : null;
    }

    /**
     * {@return the token that closes a parenthesis, or the end where none does; for whoever asks of few, and has a statement whose
     * brackets match}
     */
    public static int close(FoldedStatement s, int open) {
        int depth = 0;
        for (int token = open; token < s.tokens(); token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')') && --depth == 0) {
                return token;
            }
        }
        return s.tokens();
    }

    /** {@return the token behind this one and what it opens} */
    public int next(int token) {
        return partner[token] > token ? partner[token] + 1 : token + 1;
    }

    /** {@return the token that closes what this one opens} */
    public int close(int open) {
        return partner[open];
    }

    /** {@return where the query block of a SELECT ends: at what closes it, at the next of a UNION, or with the text} */
    public int endOfBlock(int select) {
        int token = select + 1;
        while (token < s.tokens() && !isClosing(token) && !isSetOperator(token)) {
            token = next(token);
        }
        return token;
    }

    /** {@return where the level of a token ends: at what closes it or with the text} */
    public int endOfLevel(int from) {
        int token = from;
        while (token < s.tokens() && !isClosing(token)) {
            token = next(token);
        }
        return token;
    }

    /** {@return the first of the words between two tokens of one level, or the end} */
    public int find(int from, int end, Word... words) {
        for (int token = from; token < end; token = next(token)) {
            for (Word word : words) {
                if (s.isWord(token, word)) {
                    return token;
                }
            }
        }
        return end;
    }

    /** {@return whether a token closes something} */
    public boolean isClosing(int token) {
        return s.isMark(token, ')') || s.isMark(token, '}');
    }

    /** {@return whether a token joins two queries} */
    public boolean isSetOperator(int token) {
        return switch (s.word(token)) {
            case UNION, EXCEPT, INTERSECT, MINUS -> true;
            default -> false;
        };
    }
}
