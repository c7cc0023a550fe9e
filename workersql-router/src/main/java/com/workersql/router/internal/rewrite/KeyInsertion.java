// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.rewrite;

import com.workersql.router.ShardStatement;
import com.workersql.router.Statement;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.RowPlaces;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts a column with generated keys into the text of an INSERT, and splits its rows where they are for several shards. The first key
 * is written as {@code LAST_INSERT_ID(key)}: the server then reports it as it reports a key of its own.
 */
public final class KeyInsertion {

    private final Statement statement;
    private final FoldedStatement s;
    private final int columnsToken;
    private final String column;
    private final RowPlaces rows;

    private KeyInsertion(Statement statement, FoldedStatement s, int columnsToken, String column, RowPlaces rows) {
        this.statement = statement;
        this.s = s;
        this.columnsToken = columnsToken;
        this.column = column;
        this.rows = rows;
    }

    /**
     * {@return the insertion; null where the text is not written plainly enough}
     *
     * @param statement an INSERT or REPLACE that the grammar has accepted
     * @param s the statement, folded
     * @param columnsToken the parenthesis that opens its list of columns, or the SET before its assignments
     * @param column the column's name
     */
    public static KeyInsertion of(Statement statement, FoldedStatement s, int columnsToken, String column) {
        String quoted = '`' + column.replace("`", "``") + '`';
        if (!StandardCharsets.US_ASCII.newEncoder().canEncode(quoted)) {
            return null;
        }
        if (!s.isMark(columnsToken, '(')) {
            return new KeyInsertion(statement, s, columnsToken, quoted, null);
        }
        RowPlaces rows = RowPlaces.of(statement);
        if (rows == null) {
            return null;
        }
        for (int row = 0; row < rows.count(); row++) {
            boolean separated = row == 0 || TextEdit.isSeparator(statement, rows.end(row - 1), rows.start(row));
            if (statement.bytes()[rows.start(row)] != '(' || !separated) {
                return null;
            }
        }
        return new KeyInsertion(statement, s, columnsToken, quoted, rows);
    }

    /** {@return how many rows there are} */
    public int rows() {
        return rows == null ? 1 : rows.count();
    }

    /**
     * {@return a text for each shard}
     *
     * @param first the first row's key; the others follow it
     * @param homes the shard of each row
     * @param shards those shards, in their order
     */
    public List<ShardStatement> on(long first, String[] homes, List<String> shards) {
        List<ShardStatement> parts = new ArrayList<>();
        for (String shard : shards) {
            TextEdit edit = new TextEdit(statement, s);
            if (rows == null) {
                assignment(edit, first);
            } else {
                rows(edit, first, homes, shard);
            }
            parts.add(edit.on(shard));
        }
        return parts;
    }

    private void assignment(TextEdit edit, long first) {
        int behindSet = s.end(columnsToken);
        edit.keep(statement.offset(), behindSet);
        edit.add(ascii(" " + column + " = " + key(first, true) + ","));
        edit.keep(behindSet, end());
    }

    private void rows(TextEdit edit, long first, String[] homes, String shard) {
        int behindParenthesis = s.end(columnsToken);
        String comma = s.isMark(columnsToken + 1, ')') ? "" : ", ";
        edit.keep(statement.offset(), behindParenthesis);
        edit.add(ascii(column + comma));
        edit.keep(behindParenthesis, rows.start(0));
        boolean any = false;
        for (int row = 0; row < homes.length; row++) {
            if (homes[row].equals(shard)) {
                if (any) {
                    edit.separate();
                }
                any = true;
                edit.add(ascii("(" + key(first + row, row == 0) + comma));
                edit.keep(rows.start(row) + 1, rows.end(row));
            }
        }
        edit.keep(rows.end(homes.length - 1), end());
    }

    private static String key(long key, boolean isReported) {
        return isReported ? "LAST_INSERT_ID(" + key + ")" : Long.toString(key);
    }

    private int end() {
        return statement.offset() + statement.length();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
