// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

import com.workersql.router.Statement;
import java.util.Arrays;

/** Where the rows behind VALUES stand in the text of an INSERT, from the parenthesis, or ROW before it, to its end. */
public final class RowPlaces {

    private int count;
    private int[] starts = new int[16];
    private int[] ends = new int[16];

    private RowPlaces() {}

    /**
     * {@return the rows; null where the text has a comment that a server may read as SQL, or no rows}
     *
     * @param statement an INSERT or REPLACE that the grammar has accepted
     */
    public static RowPlaces of(Statement statement) {
        for (int at = statement.offset(); at + 3 < statement.offset() + statement.length(); at++) {
            byte[] bytes = statement.bytes();
            if (bytes[at] == '/' && bytes[at + 1] == '*' && (bytes[at + 2] == '!' || bytes[at + 2] == 'M')) {
                return null;
            }
        }
        Lexer lexer = new Lexer();
        lexer.reset(statement.bytes(), statement.offset(), statement.length(), statement.context());
        RowPlaces rows = new RowPlaces();
        rows.read(lexer);
        return rows.count == 0 ? null : rows;
    }

    private void read(Lexer lexer) {
        int depth = 0;
        boolean values = false;
        int rowWord = -1;
        for (int kind = lexer.next(); kind != Token.END; kind = lexer.next()) {
            boolean word = kind == Token.WORD && lexer.code() != 0;
            boolean mark = kind == Token.MARK;
            if (!values) {
                depth += mark && lexer.code() == '(' ? 1 : mark && lexer.code() == ')' ? -1 : 0;
                values = word && depth == 0 && (Word.VALUES.is(lexer.code()) || Word.VALUE.is(lexer.code()));
            } else if (mark && lexer.code() == '(') {
                if (depth++ == 0) {
                    begin(rowWord >= 0 ? rowWord : lexer.start());
                    rowWord = -1;
                }
            } else if (mark && lexer.code() == ')') {
                if (--depth == 0) {
                    ends[count - 1] = lexer.end();
                }
            } else if (depth == 0 && word && Word.ROW.is(lexer.code())) {
                rowWord = lexer.start();
            } else if (depth == 0 && !(mark && lexer.code() == ',')) {
                return;
            }
        }
    }

    private void begin(int start) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, count * 2);
            ends = Arrays.copyOf(ends, count * 2);
        }
        starts[count++] = start;
    }

    /** {@return how many rows there are, at least one} */
    public int count() {
        return count;
    }

    /** {@return where a row begins} */
    public int start(int row) {
        return starts[row];
    }

    /** {@return where a row ends} */
    public int end(int row) {
        return ends[row];
    }

    /** {@return the row in which a place is, or -1} */
    public int at(int place) {
        int found = Arrays.binarySearch(starts, 0, count, place);
        int row = found >= 0 ? found : -found - 2;
        return row >= 0 && place < ends[row] ? row : -1;
    }
}
