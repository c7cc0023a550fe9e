// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import com.workersql.router.internal.plan.SelectClauses.Span;
import com.workersql.router.merge.Merge;
import java.util.Locale;

/**
 * One item of a select list.
 *
 * @param expression the tokens of its expression
 * @param alias its alias in lower case; null without one
 * @param column the name of the column that it is, in lower case; null where it is something else
 * @param isStar whether it stands for all columns of one or all tables
 * @param function the aggregate that the whole expression is; null where it is none
 */
record SelectItem(Span expression, String alias, String column, boolean isStar, Merge.Function function) {

    static SelectItem of(FoldedStatement s, Span span) {
        int to = span.to();
        String alias = null;
        if (to - 1 > span.from() && s.isWord(to - 1, Word.AS) && (s.isName(to) || s.kind(to) == Token.STRING)) {
            alias = s.name(to).toLowerCase(Locale.ROOT);
            to -= 2;
        } else if (to > span.from() && s.isName(to) && !s.isMark(to - 1, '.') && isEndOfOperand(s, to - 1)) {
            alias = s.name(to).toLowerCase(Locale.ROOT);
            to -= 1;
        }
        Span expression = new Span(span.from(), to);
        boolean star = s.isMark(to, '*') && (to == span.from() || s.isMark(to - 1, '.'));
        return new SelectItem(expression, alias, column(s, expression), star, function(s, expression));
    }

    private static boolean isEndOfOperand(FoldedStatement s, int token) {
        return s.isMark(token, ')')
                || s.kind(token) == Token.QUOTED
                || s.slot(token) >= 0
                || (s.kind(token) == Token.WORD && s.word(token) == Word.OTHER);
    }

    /** {@return the last name of a span that is nothing but a column, in lower case; else null} */
    static String column(FoldedStatement s, Span span) {
        for (int token = span.from(); token <= span.to(); token++) {
            boolean name = (token - span.from()) % 2 == 0;
            if (name ? !s.isName(token) : !s.isMark(token, '.')) {
                return null;
            }
        }
        boolean whole = (span.to() - span.from()) % 2 == 0;
        return whole ? s.name(span.to()).toLowerCase(Locale.ROOT) : null;
    }

    private static Merge.Function function(FoldedStatement s, Span span) {
        if (s.kind(span.from()) != Token.WORD || !s.isMark(span.from() + 1, '(') || !closesAtEnd(s, span)) {
            return null;
        }
        boolean distinct = s.isWord(span.from() + 2, Word.DISTINCT);
        return switch (s.text(span.from()).toUpperCase(Locale.ROOT)) {
            case "COUNT" -> distinct ? null : Merge.Function.COUNT;
            case "SUM" -> distinct ? null : Merge.Function.SUM;
            case "AVG" -> distinct ? null : Merge.Function.AVG;
            case "MIN" -> Merge.Function.MIN;
            case "MAX" -> Merge.Function.MAX;
            default -> null;
        };
    }

    private static boolean closesAtEnd(FoldedStatement s, Span span) {
        int depth = 0;
        for (int token = span.from() + 1; token <= span.to(); token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')') && --depth == 0) {
                return token == span.to();
            }
        }
        return false;
    }
}
