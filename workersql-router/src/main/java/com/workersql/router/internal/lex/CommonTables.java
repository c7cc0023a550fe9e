// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.lex;

import java.util.ArrayList;
import java.util.List;

/**
 * Where the names of common tables are visible. A name is taken for a common table only where every server takes it for one:
 * behind its definition, to the end of the WITH's level, and within its own definition where that is RECURSIVE. Anywhere
 * else it is a table.
 */
public final class CommonTables {

    /** No name is a common table's. */
    public static final CommonTables NONE = new CommonTables();

    private record Visible(String name, int from, int to) {}

    private final List<Visible> visible = new ArrayList<>();

    private CommonTables() {}

    /** {@return the common tables of a statement, or null where a WITH is of another form than those known here} */
    public static CommonTables of(FoldedStatement s, Brackets brackets) {
        CommonTables tables = null;
        for (int token = 0; token < s.tokens(); token++) {
            if (s.isWord(token, Word.WITH)) {
                boolean recursive = s.isWord(token + 1, Word.RECURSIVE);
                int name = token + (recursive ? 2 : 1);
                if (recursive || isDefinition(s, brackets, name)) {
                    tables = tables == null ? new CommonTables() : tables;
                    if (!tables.definitions(s, brackets, name, recursive)) {
                        return null;
                    }
                }
            }
        }
        return tables == null ? NONE : tables;
    }

    /** WITH also stands before ROLLUP, CHECK OPTION and QUERY EXPANSION. */
    private static boolean isDefinition(FoldedStatement s, Brackets brackets, int name) {
        return s.isName(name) && s.isWord(behindColumns(s, brackets, name), Word.AS);
    }

    private static int behindColumns(FoldedStatement s, Brackets brackets, int name) {
        return s.isMark(name + 1, '(') ? brackets.close(name + 1) + 1 : name + 1;
    }

    private boolean definitions(FoldedStatement s, Brackets brackets, int first, boolean recursive) {
        int end = brackets.endOfLevel(first);
        int name = first;
        while (true) {
            int body = behindColumns(s, brackets, name) + 1;
            if (!isDefinition(s, brackets, name) || !s.isMark(body, '(')) {
                return false;
            }
            int close = brackets.close(body);
            visible.add(new Visible(s.name(name), recursive ? body : close, end));
            if (!s.isMark(close + 1, ',')) {
                return true;
            }
            name = close + 2;
        }
    }

    /** {@return whether a name without schema at a token is a common table's} */
    public boolean isVisible(String name, int at) {
        for (Visible table : visible) {
            if (table.name().equals(name) && at > table.from() && at < table.to()) {
                return true;
            }
        }
        return false;
    }
}
