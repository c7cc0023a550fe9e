// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayList;
import java.util.List;

/** Where the clauses of a SELECT with one block stand among its tokens; -1 for a clause that is not there. */
final class SelectClauses {

    /** A run of tokens, both ends included. */
    record Span(int from, int to) {}

    final FoldedStatement s;
    int list = 1;
    int from = -1;
    int groupBy = -1;
    int having = -1;
    int orderBy = -1;
    int limit = -1;
    int end;
    boolean isDistinct;
    private String refusal;

    private SelectClauses(FoldedStatement s) {
        this.s = s;
        this.end = s.tokens();
    }

    static SelectClauses of(FoldedStatement s) {
        SelectClauses clauses = new SelectClauses(s);
        clauses.read();
        return clauses;
    }

    /** {@return what stands in the way of merging, or null} */
    String refusal() {
        return refusal;
    }

    private void read() {
        if (!s.isWord(0, Word.SELECT)) {
            refusal = "a SELECT in parentheses";
            return;
        }
        modifiers();
        int depth = 0;
        for (int token = list; token < s.tokens(); token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')')) {
                depth--;
            }
            if (s.isMark(token - 1, '.')) {
                continue;
            }
            if (s.isWord(token, Word.SELECT)) {
                refusal = "a subquery";
                return;
            }
            if (depth == 0) {
                clause(token);
            }
        }
    }

    private void modifiers() {
        while (s.kind(list) == Token.WORD) {
            boolean distinct = s.isWord(list, Word.DISTINCT) || s.spells(list, "DISTINCTROW");
            isDistinct |= distinct;
            if (!distinct
                    && !s.spells(list, "ALL")
                    && !s.spells(list, "STRAIGHT_JOIN")
                    && !s.spells(list, "HIGH_PRIORITY")) {
                return;
            }
            list++;
        }
    }

    private void clause(int token) {
        switch (s.word(token)) {
            case FROM -> from = from < 0 ? token : from;
            case GROUP -> groupBy = s.isWord(token + 1, Word.BY) ? token : groupBy;
            case ORDER -> orderBy = s.isWord(token + 1, Word.BY) ? token : orderBy;
            case LIMIT -> limit = token;
            case HAVING -> having = token;
            default -> {
                if (s.spells(token, "ROLLUP")) {
                    refusal = "WITH ROLLUP";
                } else if (s.spells(token, "FETCH")) {
                    refusal = "FETCH";
                } else if (s.spells(token, "WINDOW")) {
                    refusal = "a window function";
                }
            }
        }
    }

    /** {@return the items of the select list} */
    List<Span> items() {
        return parts(list, from - 1);
    }

    /** {@return the keys of GROUP BY} */
    List<Span> groups() {
        int last = having > 0 ? having : orderBy > 0 ? orderBy : limit > 0 ? limit : end;
        return groupBy < 0 ? List.of() : parts(groupBy + 2, last - 1);
    }

    /** {@return the tokens behind HAVING, which is there} */
    Span having() {
        int last = orderBy > 0 ? orderBy : limit > 0 ? limit : end;
        return new Span(having + 1, last - 1);
    }

    /** {@return the keys of ORDER BY with their directions} */
    List<Span> orders() {
        return orderBy < 0 ? List.of() : parts(orderBy + 2, (limit > orderBy ? limit : end) - 1);
    }

    private List<Span> parts(int first, int last) {
        List<Span> parts = new ArrayList<>();
        int depth = 0;
        int start = first;
        for (int token = first; token <= last + 1; token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')')) {
                depth--;
            }
            if (token > last || (depth == 0 && s.isMark(token, ','))) {
                parts.add(new Span(start, token - 1));
                start = token + 1;
            }
        }
        return parts;
    }
}
