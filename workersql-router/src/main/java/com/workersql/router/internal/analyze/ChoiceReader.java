// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.internal.analyze.KeyFacts.Column;
import com.workersql.router.internal.analyze.SpreadFacts.Choice;
import com.workersql.router.internal.analyze.SpreadFacts.Interval;
import com.workersql.router.internal.lex.Brackets;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads what a condition that holds for every row says of a column by several values: IN lists, alternatives and ranges. A
 * condition is the run of tokens that it spans, so that neither grammar's tree matters.
 */
final class ChoiceReader {

    private final FoldedStatement s;
    private final List<Choice> choices = new ArrayList<>();
    private final List<Interval> intervals = new ArrayList<>();

    ChoiceReader(FoldedStatement s) {
        this.s = s;
    }

    List<Choice> choices() {
        return choices;
    }

    List<Interval> intervals() {
        return intervals;
    }

    /** Takes the condition of tokens {@code from} to {@code to}, both included. */
    void read(int from, int to) {
        Choice choice = alternatives(from, to);
        if (choice != null) {
            choices.add(choice);
            return;
        }
        Interval interval = interval(from, to);
        if (interval != null) {
            intervals.add(interval);
            return;
        }
        choices.addAll(RowConditions.read(s, from, to));
    }

    /** One value, a list, or several of these of one column with OR between them; null for anything else. */
    private Choice alternatives(int first, int last) {
        int from = first;
        int to = last;
        while (s.isMark(from, '(') && Brackets.close(s, from) == to) {
            from++;
            to--;
        }
        Choice all = null;
        int start = from;
        int depth = 0;
        for (int token = from; token <= to + 1; token++) {
            if (s.isMark(token, '(')) {
                depth++;
            } else if (s.isMark(token, ')')) {
                depth--;
            }
            boolean ends = token > to || (depth == 0 && s.isWord(token, Word.OR));
            if (!ends) {
                continue;
            }
            boolean whole = start == from && token > to;
            Choice one = whole ? single(from, to) : alternatives(start, token - 1);
            if (one == null || (all != null && !all.column().equals(one.column()))) {
                return null;
            }
            all = all == null ? one : new Choice(one.column(), joined(all.slots(), one.slots()), false);
            start = token + 1;
        }
        return all;
    }

    private static List<Integer> joined(List<Integer> left, List<Integer> right) {
        List<Integer> all = new ArrayList<>(left);
        all.addAll(right);
        return all;
    }

    private Choice single(int from, int to) {
        int after = endOfColumn(from);
        if (after > from
                && s.isWord(after, Word.IN)
                && s.isMark(after + 1, '(')
                && Brackets.close(s, after + 1) == to) {
            List<Integer> slots = list(after + 2, to - 1);
            return slots == null ? null : new Choice(column(from, after), slots, true);
        }
        boolean columnFirst = after > from && isEqual(after) && after + 1 == to && value(to);
        if (columnFirst) {
            return new Choice(column(from, after), List.of(s.slot(to)), false);
        }
        if (value(from) && isEqual(from + 1) && endOfColumn(from + 2) == to + 1 && s.isName(from + 2)) {
            return new Choice(column(from + 2, to + 1), List.of(s.slot(from)), false);
        }
        return null;
    }

    private List<Integer> list(int from, int to) {
        List<Integer> slots = new ArrayList<>();
        for (int token = from; token <= to; token += 2) {
            if (!value(token) || (token != to && !s.isMark(token + 1, ','))) {
                return null;
            }
            slots.add(s.slot(token));
        }
        return from + 2 * (slots.size() - 1) == to ? slots : null;
    }

    private Interval interval(int first, int last) {
        int from = first;
        int to = last;
        while (s.isMark(from, '(') && Brackets.close(s, from) == to) {
            from++;
            to--;
        }
        int after = endOfColumn(from);
        if (after > from && s.isWord(after, Word.BETWEEN)) {
            boolean plain = value(after + 1) && s.isWord(after + 2, Word.AND) && value(after + 3) && after + 3 == to;
            return plain ? new Interval(column(from, after), s.slot(after + 1), s.slot(after + 3), true, true) : null;
        }
        if (after > from && after + 1 == to && value(to)) {
            return bound(column(from, after), s.mark(after), s.slot(to));
        }
        if (value(from) && s.isName(from + 2) && endOfColumn(from + 2) == to + 1) {
            return bound(column(from + 2, to + 1), mirrored(s.mark(from + 1)), s.slot(from));
        }
        return null;
    }

    private static int mirrored(int mark) {
        return switch (mark) {
            case '<' -> '>';
            case '>' -> '<';
            case '<' | '=' << 8 -> '>' | '=' << 8;
            case '>' | '=' << 8 -> '<' | '=' << 8;
            default -> 0;
        };
    }

    private static Interval bound(Column column, int mark, int slot) {
        return switch (mark) {
            case '<' -> new Interval(column, -1, slot, false, false);
            case '<' | '=' << 8 -> new Interval(column, -1, slot, false, true);
            case '>' -> new Interval(column, slot, -1, false, false);
            case '>' | '=' << 8 -> new Interval(column, slot, -1, true, false);
            default -> null;
        };
    }

    private boolean isEqual(int token) {
        return s.isMark(token, '=');
    }

    private boolean value(int token) {
        return isValue(s, token);
    }

    static boolean isValue(FoldedStatement s, int token) {
        return s.slot(token) >= 0 && (token == 0 || !ParserText.isIntroducer(s, token - 1));
    }

    private int endOfColumn(int from) {
        return endOfColumn(s, from);
    }

    static int endOfColumn(FoldedStatement s, int from) {
        if (!s.isName(from)) {
            return from;
        }
        int end = from + 1;
        while (s.isMark(end, '.') && s.isName(end + 1)) {
            end += 2;
        }
        return end;
    }

    private Column column(int from, int end) {
        return column(s, from, end);
    }

    /** {@return the column whose name the tokens up to {@code end} are} */
    static Column column(FoldedStatement s, int from, int end) {
        return new Column(
                end - from == 1 ? null : s.name(end - 3), s.name(end - 1).toLowerCase(Locale.ROOT));
    }
}
