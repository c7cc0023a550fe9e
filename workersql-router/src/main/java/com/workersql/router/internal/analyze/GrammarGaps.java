// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.ServerFlavor;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Where the grammars have gaps: clauses that servers take and they do not. What holds nothing but values is left out of the text
 * that a grammar reads, and the rest is written there as something of the same structure. A clause of any other form than those
 * known here stays, so that the statement is not accepted.
 */
final class GrammarGaps {

    private static final String NOTHING = "";

    /** Functions without arguments, or with digits, that give a time. */
    private static final Set<String> NOW =
            Set.of("NOW", "SYSDATE", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP", "CURDATE", "CURRENT_DATE", "UTC_TIMESTAMP");

    private final FoldedStatement s;
    private final boolean mariaDb;
    private final String[] written;
    private final List<TableName> sequences = new ArrayList<>();
    private final List<TableName> dottedSequences = new ArrayList<>();
    private boolean any;
    private boolean misread;

    private GrammarGaps(FoldedStatement s, ServerFlavor flavor) {
        this.s = s;
        this.mariaDb = flavor == ServerFlavor.MARIADB;
        this.written = new String[s.tokens()];
    }

    /** {@return the gaps of a statement for a server of some family} */
    static GrammarGaps of(FoldedStatement s, ServerFlavor flavor) {
        GrammarGaps gaps = new GrammarGaps(s, flavor);
        for (int token = 0; token < s.tokens(); token++) {
            if (s.kind(token) == Token.WORD && !s.isMark(token - 1, '.')) {
                gaps.word(token);
            } else if (gaps.mariaDb
                    && (s.spells(token, "NEXTVAL") || s.spells(token, "CURRVAL"))
                    && s.isName(token - 2)) {
                boolean whole = s.isMark(token - 3, '.') && s.isName(token - 4);
                gaps.dottedSequences.add(new TableName(whole ? s.name(token - 4) : null, s.name(token - 2)));
            }
        }
        return gaps;
    }

    /** {@return whether the text that a grammar reads differs from the statement} */
    boolean any() {
        return any;
    }

    /** {@return whether a grammar would take the statement as it is for another one} */
    boolean isMisread() {
        return misread;
    }

    /** {@return whether nothing is written for a token} */
    boolean isLeftOut(int token) {
        return NOTHING.equals(written[token]);
    }

    /** {@return what is written for a token; null where it is written as it is} */
    String written(int token) {
        return written[token];
    }

    /**
     * {@return the sequences that the statement asks for a value}
     *
     * @param localNames the names by which columns are qualified: {@code s.nextval} is a column of a table, or, with
     *     {@code sql_mode=ORACLE}, a sequence's
     */
    List<TableName> sequences(Set<String> localNames) {
        List<TableName> all = new ArrayList<>(sequences);
        dottedSequences.stream()
                .filter(name -> !localNames.contains(name.name()))
                .forEach(all::add);
        return all;
    }

    /**
     * {@return where RETURNING begins, which lists columns of the rows that MariaDB has just written; the end where it holds a
     * query, which may name tables}
     */
    static int returning(FoldedStatement s) {
        int depth = 0;
        for (int token = 1; token < s.tokens(); token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')')) {
                depth--;
            } else if (depth == 0 && s.isWord(token, Word.RETURNING)) {
                for (int i = token; i < s.tokens(); i++) {
                    if (s.isWord(i, Word.SELECT) || s.isWord(i, Word.TABLE) || s.isWord(i, Word.VALUES)) {
                        return s.tokens();
                    }
                }
                return token;
            }
        }
        return s.tokens();
    }

    private void word(int token) {
        if (s.isWord(token, Word.INTERSECT)) {
            // Only how queries hang together is asked of the grammar, not what becomes of their rows.
            write(token, "UNION");
            return;
        }
        if (!mariaDb) {
            return;
        }
        switch (s.word(token)) {
            case FOR -> period(token);
            case OFFSET -> leaveOut(token, rows(value(token + 1)));
            case FETCH -> fetch(token);
            case DELETE -> {
                if (token == 0 && s.isWord(1, Word.HISTORY) && s.isWord(2, Word.FROM)) {
                    leaveOut(1, 2);
                    misread = true;
                }
            }
            case VALUES -> rowValues(token);
            case NEXT, PREVIOUS -> nextValue(token);
            case NEXTVAL, LASTVAL, SETVAL -> {
                if (s.isMark(token + 1, '(') && s.isName(token + 2)) {
                    sequence(token + 2);
                }
            }
            default -> {
                if (s.spells(token, "ROWS") && s.spells(token + 1, "EXAMINED")) {
                    leaveOut(s.isWord(token - 1, Word.LIMIT) ? token - 1 : token, value(token + 2));
                } else if (s.spells(token, "BEFORE")
                        && s.spells(token + 1, "SYSTEM_TIME")
                        && s.isWord(1, Word.HISTORY)) {
                    leaveOut(token, value(token + 2));
                }
            }
        }
    }

    /** FOR SYSTEM_TIME of a table, and FOR PORTION OF a period of one. */
    private void period(int token) {
        int from = -1;
        if (s.spells(token + 1, "SYSTEM_TIME")) {
            from = token + 2;
            if (s.spells(from, "ALL")) {
                leaveOut(token, from + 1);
                return;
            }
            if (s.isWord(from, Word.AS) && s.isWord(from + 1, Word.OF)) {
                leaveOut(token, value(from + 2));
                return;
            }
        } else if (s.spells(token + 1, "PORTION") && s.isWord(token + 2, Word.OF) && s.isName(token + 3)) {
            from = token + 4;
        }
        if (from < 0) {
            return;
        }
        Word between = s.isWord(from, Word.BETWEEN) ? Word.AND : s.isWord(from, Word.FROM) ? Word.TO : null;
        int middle = between == null ? -1 : value(from + 1);
        if (middle > 0 && s.isWord(middle, between)) {
            leaveOut(token, value(middle + 1));
        }
    }

    private void fetch(int token) {
        if (!s.spells(token + 1, "FIRST") && !s.isWord(token + 1, Word.NEXT)) {
            return;
        }
        int rows = rows(s.slot(token + 2) >= 0 ? token + 3 : token + 2);
        if (s.isWord(rows, Word.ONLY)) {
            leaveOut(token, rows + 1);
        } else if (s.isWord(rows, Word.WITH) && s.spells(rows + 1, "TIES")) {
            leaveOut(token, rows + 2);
        }
    }

    /** {@return the token behind ROW or ROWS, or -1} */
    private int rows(int token) {
        return s.isWord(token, Word.ROW) || s.spells(token, "ROWS") ? token + 1 : -1;
    }

    /** {@return the token behind a value that names no table, or -1} */
    private int value(int token) {
        boolean typed =
                s.isWord(token, Word.TIMESTAMP) || s.isWord(token, Word.TRANSACTION) || s.isWord(token, Word.DATE);
        int at = operand(typed ? token + 1 : token);
        while (at > 0 && (s.isMark(at, '+') || s.isMark(at, '-')) && s.spells(at + 1, "INTERVAL")) {
            at = operand(at + 2);
            at = at > 0 && s.kind(at) == Token.WORD ? at + 1 : -1;
        }
        return at;
    }

    private int operand(int token) {
        if (s.slot(token) >= 0 || s.kind(token) == Token.USER_VARIABLE) {
            return token + 1;
        }
        if (s.kind(token) != Token.WORD || NOW.stream().noneMatch(name -> s.spells(token, name))) {
            return -1;
        }
        if (!s.isMark(token + 1, '(')) {
            return token + 1;
        }
        int close = s.slot(token + 2) >= 0 ? token + 3 : token + 2;
        return s.isMark(close, ')') ? close + 1 : -1;
    }

    /** MariaDB writes VALUES (1), (2) where MySQL has VALUES ROW(1), ROW(2). */
    private void rowValues(int token) {
        boolean begins = token == 0
                || s.isMark(token - 1, '(')
                || s.isWord(token - 1, Word.UNION)
                || s.isWord(token - 1, Word.EXCEPT)
                || s.isWord(token - 1, Word.INTERSECT)
                || s.spells(token - 1, "ALL")
                || s.isWord(token - 1, Word.DISTINCT);
        if (!begins || s.isWord(0, Word.INSERT) || s.isWord(0, Word.REPLACE)) {
            return;
        }
        int depth = 0;
        for (int at = token + 1; at < s.tokens(); at++) {
            if (s.isMark(at, '(')) {
                if (depth++ == 0) {
                    write(at, "ROW(");
                }
            } else if (s.isMark(at, ')')) {
                if (--depth < 0) {
                    return;
                }
            } else if (depth == 0 && !s.isMark(at, ',')) {
                return;
            }
        }
    }

    private void nextValue(int token) {
        if (s.isWord(token + 1, Word.VALUE) && s.isWord(token + 2, Word.FOR) && s.isName(token + 3)) {
            write(token, "nextval");
            write(token + 1, "(");
            write(token + 2, NOTHING);
            int last = sequence(token + 3);
            write(last, ParserText.name(s, last) + ")");
        }
    }

    /** {@return the last token of the name that begins here, which is a sequence's} */
    private int sequence(int first) {
        int last = first;
        while (s.isMark(last + 1, '.') && s.isName(last + 2)) {
            last += 2;
        }
        sequences.add(new TableName(last == first ? null : s.name(last - 2), s.name(last)));
        return last;
    }

    private void write(int token, String text) {
        written[token] = text;
        any = true;
    }

    private void leaveOut(int from, int end) {
        for (int token = from; token < end; token++) {
            write(token, NOTHING);
        }
    }
}
