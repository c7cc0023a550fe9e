// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.internal.lex.Brackets;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Reads columns, rows and assignments from the tokens of a statement that the grammar has accepted. */
final class InsertReader {

    private InsertReader() {}

    /** {@return the rows of an INSERT or REPLACE, or null where it takes them from a query} */
    static KeyFacts.Insert insert(FoldedStatement s, TableName table) {
        int token = 1;
        while (s.isWord(token, Word.LOW_PRIORITY)
                || s.isWord(token, Word.DELAYED)
                || s.isWord(token, Word.HIGH_PRIORITY)
                || s.isWord(token, Word.IGNORE)
                || s.isWord(token, Word.INTO)) {
            token++;
        }
        token++;
        while (s.isMark(token, '.')) {
            token += 2;
        }
        if (s.isWord(token, Word.PARTITION)) {
            token = Brackets.close(s, token + 1) + 1;
        }
        List<String> columns = new ArrayList<>();
        int list = -1;
        if (s.isMark(token, '(') && !s.isWord(token + 1, Word.SELECT) && !s.isWord(token + 1, Word.WITH)) {
            list = token;
            int end = Brackets.close(s, token);
            for (int i = token + 1; i < end; i += 2) {
                while (s.isMark(i + 1, '.')) {
                    i += 2;
                }
                if (!s.isName(i)) {
                    return null;
                }
                columns.add(s.name(i).toLowerCase(Locale.ROOT));
            }
            token = end + 1;
        }
        if (s.isWord(token, Word.SET)) {
            return new KeyFacts.Insert(table, assignments(s, token + 1), assigned(s, token, Word.SET), token);
        }
        if (!s.isWord(token, Word.VALUES) && !s.isWord(token, Word.VALUE)) {
            return null;
        }
        return new KeyFacts.Insert(table, rows(s, token + 1, columns), list < 0 ? null : columns, list);
    }

    private static Map<String, int[]> rows(FoldedStatement s, int from, List<String> columns) {
        Map<String, int[]> slots = new HashMap<>();
        Set<String> unknown = new HashSet<>();
        int token = from;
        int rows = 0;
        while (true) {
            if (s.isWord(token, Word.ROW)) {
                token++;
            }
            if (!s.isMark(token, '(')) {
                break;
            }
            int end = Brackets.close(s, token);
            int start = token + 1;
            int column = 0;
            for (int i = start; i <= end; i++) {
                if (s.isMark(i, '(')) {
                    i = Brackets.close(s, i);
                }
                if (i == end || s.isMark(i, ',')) {
                    if (column < columns.size()) {
                        add(slots, unknown, columns.get(column), i == start + 1 ? s.slot(start) : -1);
                    }
                    column++;
                    start = i + 1;
                }
            }
            rows++;
            for (int missing = column; missing < columns.size(); missing++) {
                unknown.add(columns.get(missing));
            }
            token = end + 1;
            if (!s.isMark(token, ',')) {
                break;
            }
            token++;
        }
        int found = rows;
        slots.entrySet().removeIf(entry -> unknown.contains(entry.getKey()) || entry.getValue().length != found);
        return slots;
    }

    private static void add(Map<String, int[]> slots, Set<String> unknown, String column, int slot) {
        if (slot < 0) {
            unknown.add(column);
            return;
        }
        int[] before = slots.get(column);
        int[] after = before == null ? new int[1] : Arrays.copyOf(before, before.length + 1);
        after[after.length - 1] = slot;
        slots.put(column, after);
    }

    private static Map<String, int[]> assignments(FoldedStatement s, int from) {
        Map<String, int[]> slots = new HashMap<>();
        Set<String> twice = new HashSet<>();
        int start = from;
        int depth = 0;
        for (int token = from; token <= s.tokens(); token++) {
            depth += s.isMark(token, '(') ? 1 : s.isMark(token, ')') ? -1 : 0;
            boolean ends = token == s.tokens()
                    || (depth == 0
                            && (s.isMark(token, ',')
                                    || s.isWord(token, Word.ON)
                                    || s.isWord(token, Word.AS)
                                    || s.isWord(token, Word.RETURNING)));
            if (!ends) {
                continue;
            }
            int sign = start;
            while (sign < token && !s.isMark(sign, '=')) {
                sign++;
            }
            if (sign > start && sign + 2 == token && s.slot(sign + 1) >= 0) {
                String column = s.name(sign - 1).toLowerCase(Locale.ROOT);
                if (slots.put(column, new int[] {s.slot(sign + 1)}) != null) {
                    twice.add(column);
                }
            }
            start = token + 1;
            if (!s.isMark(token, ',')) {
                break;
            }
        }
        twice.forEach(slots::remove);
        return slots;
    }

    /** {@return the columns that UPDATE ... SET assigns, in lower case} */
    static List<String> assigned(FoldedStatement s) {
        return assigned(s, 1, Word.SET);
    }

    /** {@return the columns that ON DUPLICATE KEY UPDATE assigns, in lower case} */
    static List<String> assignedToDuplicates(FoldedStatement s) {
        return assigned(s, 1, Word.KEY);
    }

    /** The list of assignments begins behind a word: SET, or the KEY of ON DUPLICATE KEY UPDATE. */
    private static List<String> assigned(FoldedStatement s, int from, Word before) {
        List<String> columns = new ArrayList<>();
        int depth = 0;
        boolean list = false;
        for (int token = from; token < s.tokens(); token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')')) {
                depth--;
            } else if (depth == 0) {
                boolean begins = before == Word.SET
                        ? s.isWord(token, Word.SET)
                        : s.isWord(token, Word.UPDATE) && s.isWord(token - 1, Word.KEY);
                boolean ends =
                        s.isWord(token, Word.WHERE) || (s.isWord(token, Word.ON) && s.isWord(token + 2, Word.KEY));
                list = (list || begins) && !ends;
                if (list && (begins || s.isMark(token, ',')) && s.isName(token + 1)) {
                    int name = token + 1;
                    while (s.isMark(name + 1, '.')) {
                        name += 2;
                    }
                    columns.add(s.name(name).toLowerCase(Locale.ROOT));
                }
            }
        }
        return columns;
    }
}
