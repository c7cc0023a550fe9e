// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.ParameterValue;
import com.workersql.router.Statement;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Word;
import com.workersql.router.internal.plan.SelectClauses.Span;
import com.workersql.router.merge.Merge.Comparison;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a HAVING as comparisons of aggregates or columns with values, all of which have to hold. A shard knows a part of each group
 * only, so that none of it can be left to the shards.
 */
final class HavingReader {

    /**
     * One comparison.
     *
     * @param operand the tokens of the aggregate or column
     * @param comparison how it is compared
     * @param value with what
     */
    record Term(Span operand, Comparison comparison, ParameterValue value) {}

    private HavingReader() {}

    /** {@return the comparisons; null where the clause is made of anything else} */
    static List<Term> read(Statement statement, FoldedStatement s, Span clause) {
        List<Term> terms = new ArrayList<>();
        int depth = 0;
        int start = clause.from();
        for (int token = clause.from(); token <= clause.to() + 1; token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')')) {
                depth--;
            }
            boolean ends = token > clause.to() || (depth == 0 && s.isWord(token, Word.AND));
            if (!ends) {
                continue;
            }
            Term term = term(statement, s, start, token - 1);
            if (term == null) {
                return null;
            }
            terms.add(term);
            start = token + 1;
        }
        return terms;
    }

    /** An operand, an operator and a value, either way round; anything more is another condition. */
    private static Term term(Statement statement, FoldedStatement s, int from, int to) {
        if (to - from < 2) {
            return null;
        }
        Comparison behind = comparison(s.mark(to - 1));
        ParameterValue last = value(statement, s, to);
        if (behind != null && last != null && isOperand(s, new Span(from, to - 2))) {
            return new Term(new Span(from, to - 2), behind, last);
        }
        Comparison before = comparison(s.mark(from + 1));
        ParameterValue first = value(statement, s, from);
        if (before != null && first != null && isOperand(s, new Span(from + 2, to))) {
            return new Term(new Span(from + 2, to), before.mirrored(), first);
        }
        return null;
    }

    private static boolean isOperand(FoldedStatement s, Span span) {
        SelectItem item = SelectItem.of(s, span);
        return item.alias() == null && (item.function() != null || item.column() != null);
    }

    private static ParameterValue value(Statement statement, FoldedStatement s, int token) {
        if (s.slot(token) < 0) {
            return null;
        }
        List<ParameterValue> values = Literals.of(statement, s, s.slot(token));
        return values.size() == 1 ? values.get(0) : null;
    }

    private static Comparison comparison(int mark) {
        return switch (mark) {
            case '=' -> Comparison.EQUAL;
            case '<' -> Comparison.LESS;
            case '>' -> Comparison.GREATER;
            case '<' | '=' << 8 -> Comparison.LESS_OR_EQUAL;
            case '>' | '=' << 8 -> Comparison.GREATER_OR_EQUAL;
            case '<' | '>' << 8, '!' | '=' << 8 -> Comparison.NOT_EQUAL;
            default -> null;
        };
    }
}
