// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.classify;

import com.workersql.router.NamedEffect;
import com.workersql.router.NamedEffect.Action;
import com.workersql.router.StatementKind;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.List;

/**
 * Reads of which sequences a statement takes a value, and of which it reads the latest one, in the order in which MariaDB evaluates
 * them. That a value is taken counts only where it does not depend on the data: as a whole item of a SELECT without tables, as a
 * whole value of a row behind VALUES, or as what is assigned to a user variable.
 */
final class SequenceNames {
    private static final String CURRENT_VALUE = "CURRVAL";

    private final FoldedStatement s;
    private final StatementKind kind;
    private final List<NamedEffect> found;

    private SequenceNames(FoldedStatement s, StatementKind kind, List<NamedEffect> found) {
        this.s = s;
        this.kind = kind;
        this.found = found;
    }

    static void read(FoldedStatement s, StatementKind kind, List<NamedEffect> found) {
        if (s.isMariaDb()) {
            new SequenceNames(s, kind, found).read();
        }
    }

    /** {@return whether a name is spelt as what ORACLE mode asks of a sequence} */
    static boolean isCurrentValue(FoldedStatement s, int token) {
        int length = s.end(token) - s.start(token);
        return s.isMariaDb()
                && (length == CURRENT_VALUE.length() || length == CURRENT_VALUE.length() + 2)
                && s.name(token).equalsIgnoreCase(CURRENT_VALUE);
    }

    private void read() {
        boolean plain = isPlainList();
        boolean rows = kind == StatementKind.INSERT || kind == StatementKind.REPLACE;
        int values = rows ? values() : -1;
        int depth = 0;
        for (int token = 0; token < s.tokens(); token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')')) {
                depth--;
                if (depth == 0 && token > values && !s.isMark(token + 1, ',')) {
                    // What follows the rows is evaluated for some of them.
                    values = -1;
                }
            }
            int name = name(token);
            if (s.isWord(token, Word.LASTVAL) || s.isWord(token, Word.PREVIOUS)) {
                if (name >= 0) {
                    add(Action.READ_SEQUENCE_VALUE, qualified(name));
                } else if (s.isMark(token + 1, '(') || s.isWord(token + 1, Word.VALUE)) {
                    add(Action.READ_SEQUENCE_VALUE, null);
                }
            } else if (s.isMark(token - 1, '.') && s.isName(token) && isCurrentValue(s, token)) {
                add(Action.READ_SEQUENCE_VALUE, null);
            } else if (name >= 0 && (plain || isRowValue(token, values, depth) || isAssigned(token))) {
                add(Action.TAKE_SEQUENCE_VALUE, qualified(name));
            }
        }
    }

    /** {@return whether the statement is SELECT or DO of nothing but sequences' values and literals, each on its own} */
    private boolean isPlainList() {
        if (!s.isWord(0, Word.SELECT) && !s.isWord(0, Word.DO)) {
            return false;
        }
        int token = 0;
        do {
            token = isLiteral(token + 1) ? token + 2 : end(token + 1);
            if (token < 0) {
                return false;
            }
            if (s.isWord(token, Word.AS)) {
                token++;
            }
            if (s.isName(token)) {
                token++;
            }
        } while (s.isMark(token, ','));
        return token == s.tokens();
    }

    private boolean isLiteral(int token) {
        return s.kind(token) >= Token.INTEGER && s.kind(token) <= Token.PARAMETER;
    }

    /** {@return the token VALUES before the rows, or -1} */
    private int values() {
        int depth = 0;
        for (int token = 1; token < s.tokens(); token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')')) {
                depth--;
            } else if (depth == 0) {
                if (s.isWord(token, Word.SELECT) || s.isWord(token, Word.SET)) {
                    return -1;
                }
                if ((s.isWord(token, Word.VALUES) || s.isWord(token, Word.VALUE)) && s.isMark(token + 1, '(')) {
                    return token;
                }
            }
        }
        return -1;
    }

    private boolean isRowValue(int token, int values, int depth) {
        int end = end(token);
        return values > 0
                && token > values
                && depth == 1
                && end > 0
                && (s.isMark(token - 1, '(') || s.isMark(token - 1, ','))
                && (s.isMark(end, ',') || s.isMark(end, ')'));
    }

    private boolean isAssigned(int token) {
        int end = end(token);
        return kind == StatementKind.SET
                && s.isMark(token - 1, '=')
                && s.kind(token - 2) == Token.USER_VARIABLE
                && (s.isWord(token - 3, Word.SET) || s.isMark(token - 3, ','))
                && (end == s.tokens() || s.isMark(end, ','));
    }

    /** {@return the token of the name of the sequence that is asked here, or -1} */
    private int name(int token) {
        int name = switch (s.word(token)) {
            case NEXTVAL, LASTVAL -> s.isMark(token + 1, '(') ? token + 2 : -1;
            case NEXT, PREVIOUS -> s.isWord(token + 1, Word.VALUE) && s.isWord(token + 2, Word.FOR) ? token + 3 : -1;
            default -> -1;
        };
        return name >= 0 && s.isName(name) ? name : -1;
    }

    /** {@return the token behind what asks a sequence here, or -1} */
    private int end(int token) {
        int name = name(token);
        if (name < 0) {
            return -1;
        }
        int last = isQualified(name) ? name + 2 : name;
        if (!s.isMark(token + 1, '(')) {
            return last + 1;
        }
        return s.isMark(last + 1, ')') ? last + 2 : -1;
    }

    private boolean isQualified(int name) {
        return s.isMark(name + 1, '.') && s.isName(name + 2);
    }

    private String qualified(int name) {
        return isQualified(name) ? s.name(name) + "." + s.name(name + 2) : s.name(name);
    }

    private void add(Action action, String name) {
        found.add(new NamedEffect(action, name));
    }
}
