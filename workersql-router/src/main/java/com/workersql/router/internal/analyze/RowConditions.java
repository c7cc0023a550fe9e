// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.internal.analyze.KeyFacts.Column;
import com.workersql.router.internal.analyze.SpreadFacts.Choice;
import com.workersql.router.internal.lex.Brackets;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads what a condition on rows says of each of their columns: {@code (a, b) IN ((1, 2), (3, 4))} leaves 1 and 3 to a. A
 * column says nothing where one of its values is no plain one, or of another type than those before it.
 */
final class RowConditions {

    private final FoldedStatement s;

    private RowConditions(FoldedStatement s) {
        this.s = s;
    }

    /** {@return the choices of the condition of tokens {@code first} to {@code last}; empty for any other condition} */
    static List<Choice> read(FoldedStatement s, int first, int last) {
        int from = first;
        int to = last;
        while (s.isMark(from, '(') && Brackets.close(s, from) == to) {
            from++;
            to--;
        }
        return new RowConditions(s).choices(from, to);
    }

    private List<Choice> choices(int from, int to) {
        int open = open(from);
        if (open < 0) {
            return List.of();
        }
        int sign = Brackets.close(s, open) + 1;
        boolean list = s.isWord(sign, Word.IN) && s.isMark(sign + 1, '(') && Brackets.close(s, sign + 1) == to;
        boolean equal = s.isMark(sign, '=') || s.isMark(sign, Token.NULL_SAFE_EQUAL);
        List<int[]> columns = elements(open);
        List<List<int[]>> rows = list ? rows(sign + 2, to - 1) : equal ? rows(sign + 1, to) : List.of();
        if (rows.isEmpty() || rows.stream().anyMatch(row -> row.size() != columns.size())) {
            return List.of();
        }
        List<Choice> choices = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            int[] column = columns.get(i);
            List<Integer> slots = slots(rows, i);
            if (slots != null && s.isName(column[0]) && ChoiceReader.endOfColumn(s, column[0]) == column[1] + 1) {
                Column name = ChoiceReader.column(s, column[0], column[1] + 1);
                choices.add(new Choice(name, slots, false));
            }
        }
        return choices;
    }

    /** {@return the parenthesis of a row that begins here, or -1} */
    private int open(int token) {
        int open = s.isWord(token, Word.ROW) ? token + 1 : token;
        return s.isMark(open, '(') ? open : -1;
    }

    /** {@return the rows between two tokens with commas between them; empty where there is anything else} */
    private List<List<int[]>> rows(int from, int to) {
        List<List<int[]>> rows = new ArrayList<>();
        int token = from;
        while (token <= to) {
            int open = open(token);
            if (open < 0) {
                return List.of();
            }
            rows.add(elements(open));
            token = Brackets.close(s, open) + 1;
            if (token <= to && !s.isMark(token++, ',')) {
                return List.of();
            }
        }
        return rows;
    }

    /** {@return the first and last tokens of what stands between the commas in a parenthesis} */
    private List<int[]> elements(int open) {
        List<int[]> elements = new ArrayList<>();
        int close = Brackets.close(s, open);
        int start = open + 1;
        int depth = 0;
        for (int token = start; token <= close; token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (token == close || (depth == 0 && s.isMark(token, ','))) {
                elements.add(new int[] {start, token - 1});
                start = token + 1;
            } else if (s.isMark(token, ')')) {
                depth--;
            }
        }
        return elements;
    }

    private List<Integer> slots(List<List<int[]>> rows, int column) {
        List<Integer> slots = new ArrayList<>();
        int kind = -1;
        for (List<int[]> row : rows) {
            int[] element = row.get(column);
            int token = element[0];
            if (token != element[1] || !ChoiceReader.isValue(s, token) || (kind >= 0 && kind != s.kind(token))) {
                return null;
            }
            kind = s.kind(token);
            slots.add(s.slot(token));
        }
        return slots;
    }
}
