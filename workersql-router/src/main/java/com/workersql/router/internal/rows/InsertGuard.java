// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rows;

import com.workersql.router.internal.lex.Brackets;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;

/** Sees to it that every row of an INSERT is the tenant's: adds its value, or checks the one that is written. */
final class InsertGuard {

    private final FoldedStatement s;
    private final Brackets brackets;
    private final RowScope scope;
    private final Insertions insertions;
    private String table;
    private String column;
    /** Whether the statement gives the tenant column a value behind SET. */
    private boolean assigned;

    private int counted;
    private int parameters;

    InsertGuard(FoldedStatement s, Brackets brackets, RowScope scope, Insertions insertions) {
        this.s = s;
        this.brackets = brackets;
        this.scope = scope;
        this.insertions = insertions;
    }

    /** {@return how many names of tables it has passed} */
    int guard() throws Unproven {
        int at = 1;
        while (s.isWord(at, Word.LOW_PRIORITY)
                || s.isWord(at, Word.DELAYED)
                || s.isWord(at, Word.HIGH_PRIORITY)
                || s.isWord(at, Word.IGNORE)
                || s.isWord(at, Word.INTO)) {
            at++;
        }
        if (!s.isWord(0, Word.INSERT) || !s.isName(at)) {
            throw Unproven.of("this form of INSERT");
        }
        while (s.isMark(at + 1, '.') && s.isName(at + 2)) {
            at += 2;
        }
        table = s.name(at);
        column = scope.tenantColumn(table);
        if (column == null || column.equals(RowScope.EVERYBODYS)) {
            throw Unproven.of("writing table " + table + ", which has no tenant column");
        }
        for (int token = at; token < s.tokens(); token = brackets.next(token)) {
            if (s.isWord(token, Word.DUPLICATE) && s.isWord(token - 1, Word.ON)) {
                // Which row has the key that is there already is not known here: it may be another tenant's.
                throw Unproven.of("ON DUPLICATE KEY UPDATE");
            }
        }
        at++;
        if (s.isWord(at, Word.PARTITION)) {
            at = brackets.close(at + 1) + 1;
        }
        if (s.isWord(at, Word.SET)) {
            assignments(at);
        } else {
            columns(at);
        }
        return 1;
    }

    private void assignments(int set) throws Unproven {
        Assignments.read(s, brackets, set, s.tokens(), name -> {
            if (s.name(name).equalsIgnoreCase(column)) {
                assigned = true;
                int value = name + 2;
                boolean alone = value + 1 >= s.tokens()
                        || s.isMark(value + 1, ',')
                        || s.isWord(value + 1, Word.AS)
                        || s.isWord(value + 1, Word.RETURNING);
                check(value, alone);
            }
        });
        if (!assigned) {
            insertions.behind(set, " " + TableReferences.quoted(column) + " = " + scope.literal() + ",");
        }
    }

    private void columns(int open) throws Unproven {
        boolean isList = s.isMark(open, '(')
                && s.isName(open + 1)
                && !s.isWord(open + 1, Word.SELECT)
                && !s.isWord(open + 1, Word.WITH);
        if (!isList) {
            throw Unproven.of("an INSERT that does not list its columns");
        }
        int close = brackets.close(open);
        int position = -1;
        int count = 0;
        for (int token = open + 1; token < close; token += 2) {
            while (s.isMark(token + 1, '.') && s.isName(token + 2)) {
                token += 2;
            }
            if (!s.isName(token) || (token + 1 < close && !s.isMark(token + 1, ','))) {
                throw Unproven.of("columns that could not be told");
            }
            if (s.name(token).equalsIgnoreCase(column)) {
                if (position >= 0) {
                    throw Unproven.of("a column that is listed twice");
                }
                position = count;
            }
            count++;
        }
        if (position < 0) {
            insertions.behind(close - 1, ", " + TableReferences.quoted(column));
        }
        int source = close + 1;
        if (s.isWord(source, Word.VALUES) || s.isWord(source, Word.VALUE)) {
            rows(source + 1, position);
        } else if (s.isWord(source, Word.SELECT) || s.isWord(source, Word.WITH)) {
            query(source, position);
        } else {
            throw Unproven.of("this form of INSERT");
        }
    }

    private void rows(int first, int position) throws Unproven {
        int at = first;
        while (true) {
            if (s.isWord(at, Word.ROW)) {
                at++;
            }
            if (!s.isMark(at, '(') || brackets.close(at) == at + 1) {
                throw Unproven.of("rows that could not be told");
            }
            int close = brackets.close(at);
            if (position < 0) {
                insertions.behind(close - 1, ", " + scope.literal());
            } else {
                value(at + 1, close, position);
            }
            at = close + 1;
            if (!s.isMark(at, ',')) {
                break;
            }
            at++;
        }
        if (at < s.tokens() && !s.isWord(at, Word.AS) && !s.isWord(at, Word.RETURNING)) {
            throw Unproven.of("rows that could not be told");
        }
    }

    private void value(int from, int close, int position) throws Unproven {
        int token = from;
        for (int passed = 0; passed < position && token < close; token = brackets.next(token)) {
            passed += s.isMark(token, ',') ? 1 : 0;
        }
        check(token, token + 1 == close || s.isMark(token + 1, ','));
    }

    private void check(int token, boolean alone) throws Unproven {
        int kind = s.kind(token);
        if (!alone || (kind != Token.PARAMETER && kind != Token.STRING && kind != Token.INTEGER)) {
            throw Unproven.of("a value of the tenant column that is no plain one");
        }
        boolean own = kind == Token.PARAMETER ? scope.isOwnParameter(parameter(token)) : scope.isOwn(s.text(token));
        if (!own) {
            throw Unproven.denied(table);
        }
    }

    /** Rows are asked about from left to right, so that one pass counts the placeholders before each. */
    private int parameter(int token) {
        for (; counted < token; counted++) {
            parameters += s.kind(counted) == Token.PARAMETER ? 1 : 0;
        }
        return parameters;
    }

    private void query(int source, int position) throws Unproven {
        int select = brackets.find(source, s.tokens(), Word.SELECT);
        if (position >= 0 || select == s.tokens()) {
            throw Unproven.of("an INSERT ... SELECT that gives the tenant column a value");
        }
        int end = brackets.endOfBlock(select);
        if (end < s.tokens()) {
            throw Unproven.of("an INSERT of a UNION");
        }
        int behind = select + 1;
        while (behind < end && !s.isWord(behind, Word.FROM) && !QueryBlock.isClause(s.word(behind))) {
            behind = brackets.next(behind);
        }
        insertions.behind(behind - 1, ", " + scope.literal());
    }
}
