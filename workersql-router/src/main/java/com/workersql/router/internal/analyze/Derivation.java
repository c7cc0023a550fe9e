// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.internal.analyze.Nesting.Role;
import com.workersql.router.internal.classify.Aggregates;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.Locale;
import org.antlr.v4.runtime.ParserRuleContext;

/** A derived or a common table, while the tree is read. */
final class Derivation {

    private static final int LONGEST_WORD = 11;

    final String name;
    final Role role;
    final boolean isPlain;
    /** Whether its columns have the names that its query gives them, and its rows are of that query alone. */
    final boolean isReadable;

    BlockReader query;
    boolean isOfSeveral;
    int mentions;

    private Derivation(String name, Role role, boolean isPlain, boolean isReadable) {
        this.name = name;
        this.role = role;
        this.isPlain = isPlain;
        this.isReadable = isReadable;
    }

    /** Reads a {@code derivedTable}. */
    static Derivation derived(FoldedStatement s, Grammar.Parsed parsed, ParserRuleContext node) {
        String name = "";
        boolean renamed = false;
        for (int i = 0; i < node.getChildCount(); i++) {
            if (node.getChild(i) instanceof ParserRuleContext child) {
                String rule = parsed.rules().get(child.getRuleIndex());
                if (rule.equals("tableAlias")) {
                    name = s.name(parsed.last(child));
                }
                renamed |= rule.equals("columnInternalRefList");
            }
        }
        boolean lateral = s.isWord(parsed.first(node), Word.LATERAL);
        boolean plain = isPlain(s, parsed.first(node), parsed.last(node));
        Derivation derivation = new Derivation(name, lateral ? Role.LATERAL : Role.TABLE, plain, !renamed);
        derivation.mentions = 1;
        return derivation;
    }

    /** Reads a {@code commonTableExpression}. */
    static Derivation common(FoldedStatement s, Grammar.Parsed parsed, ParserRuleContext node, boolean recursive) {
        int first = parsed.first(node);
        boolean plain = !recursive && isPlain(s, first + 1, parsed.last(node));
        return new Derivation(s.name(first), Role.TABLE, plain, !recursive && !s.isMark(first + 1, '('));
    }

    /** Whether nothing in a query looks at more than one joined row at once. */
    private static boolean isPlain(FoldedStatement s, int from, int to) {
        for (int token = from; token <= to; token++) {
            if (s.isMark(token - 1, '.')) {
                continue;
            }
            switch (s.word(token)) {
                case GROUP, HAVING, DISTINCT, LIMIT, ORDER, UNION, EXCEPT, INTERSECT, WINDOW, RECURSIVE -> {
                    return false;
                }
                default -> {
                    if (isOfSeveralRows(s, token)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    private static boolean isOfSeveralRows(FoldedStatement s, int token) {
        if (Aggregates.isCall(s, token)) {
            return true;
        }
        if (s.kind(token) != Token.WORD || s.end(token) - s.start(token) > LONGEST_WORD) {
            return false;
        }
        return switch (s.text(token).toLowerCase(Locale.ROOT)) {
            case "distinctrow", "fetch", "minus", "over", "procedure", "qualify", "rownum" -> true;
            default -> false;
        };
    }
}
