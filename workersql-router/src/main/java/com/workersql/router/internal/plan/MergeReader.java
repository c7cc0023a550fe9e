// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.workersql.router.ParameterValue;
import com.workersql.router.Statement;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import com.workersql.router.internal.plan.SelectClauses.Span;
import com.workersql.router.internal.rewrite.SelectEdit;
import com.workersql.router.merge.Merge;
import com.workersql.router.merge.Merge.Aggregate;
import com.workersql.router.merge.Merge.Condition;
import com.workersql.router.merge.Merge.Function;
import com.workersql.router.merge.Merge.OrderKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads from a SELECT how the rows of several shards become its result, and what has to be changed in its text for that: columns
 * that are added behind those of the client, AVG as a sum and a count, and a LIMIT that lets enough rows through.
 */
final class MergeReader {

    private static final String HIDDEN = "workersql_";

    private final Statement statement;
    private final FoldedStatement s;
    private final SelectClauses clauses;
    private final boolean oneTable;
    private final SelectEdit edit;
    private final List<SelectItem> items = new ArrayList<>();
    private final List<OrderKey> orders = new ArrayList<>();
    private final List<Integer> groups = new ArrayList<>();
    private final List<Aggregate> aggregates = new ArrayList<>();
    private final List<Condition> conditions = new ArrayList<>();
    private final List<Integer> hidden = new ArrayList<>();
    private boolean star;
    private int hiddenCount;
    private long offset;
    private long limit = -1;
    private List<HavingReader.Term> having = List.of();
    private String refusal;

    MergeReader(Statement statement, FoldedStatement s, boolean oneTable) {
        this.statement = statement;
        this.s = s;
        this.clauses = SelectClauses.of(s);
        this.oneTable = oneTable;
        this.edit = new SelectEdit(s);
    }

    /** {@return what stands in the way, or null} */
    String refusal() {
        return refusal;
    }

    /** {@return the changes to the text; empty where it stays as it is} */
    SelectEdit edit() {
        return edit;
    }

    /** {@return the merge, or null with a {@link #refusal}} */
    Merge read(int aggregateCalls) {
        refusal = clauses.refusal();
        if (refusal == null && clauses.from < 0) {
            refusal = "a SELECT without FROM";
        }
        if (refusal == null) {
            clauses.items().forEach(span -> {
                SelectItem item = SelectItem.of(s, span);
                star |= item.isStar();
                items.add(item);
            });
            having();
        }
        if (refusal == null) {
            aggregates(aggregateCalls);
        }
        if (refusal == null) {
            having.forEach(this::condition);
        }
        if (refusal == null) {
            clauses.orders().forEach(this::order);
        }
        if (refusal == null && clauses.limit >= 0) {
            limit();
        }
        if (refusal != null) {
            return null;
        }
        edit.append(clauses.from);
        return new Merge(
                fromEnd(orders), groups, aggregates, conditions, clauses.isDistinct, offset, limit, hiddenCount);
    }

    private void refuse(String what) {
        if (refusal == null) {
            refusal = what;
        }
    }

    private void aggregates(int aggregateCalls) {
        boolean grouped = clauses.groupBy >= 0;
        long whole = items.stream().filter(item -> item.function() != null).count();
        long ordered = clauses.orders().stream()
                .filter(span -> SelectItem.of(s, key(span)).function() != null)
                .count();
        long compared = having.stream()
                .filter(term -> SelectItem.of(s, term.operand()).function() != null)
                .count();
        if (!grouped && whole == 0 && aggregateCalls == 0) {
            if (!having.isEmpty()) {
                refuse("HAVING without groups");
            }
            return;
        }
        if (star || clauses.isDistinct) {
            refuse(star ? "* beside aggregates" : "DISTINCT beside aggregates");
            return;
        }
        if (whole + ordered + compared != aggregateCalls) {
            refuse("an aggregate within an expression");
            return;
        }
        List<Span> keys = clauses.groups();
        for (Span key : keys) {
            String column = SelectItem.column(s, key);
            if (column == null) {
                refuse("GROUP BY of an expression");
                return;
            }
            groups.add(groupColumn(key, column));
        }
        for (int i = 0; i < items.size(); i++) {
            SelectItem item = items.get(i);
            if (item.function() != null) {
                aggregate(i, item);
            } else if (!groups.contains(i)) {
                refuse("a column that is neither grouped nor an aggregate");
            }
        }
    }

    private void having() {
        if (clauses.having < 0) {
            return;
        }
        Span clause = clauses.having();
        having = HavingReader.read(statement, s, clause);
        if (having == null) {
            refuse("HAVING of anything but comparisons with values");
            return;
        }
        edit.remove(clauses.having, clause.to());
    }

    /** Behind the aggregates of the list: what HAVING compares is one of them, a group's column, or is added. */
    private void condition(HavingReader.Term term) {
        int index = item(term.operand());
        SelectItem operand = SelectItem.of(s, term.operand());
        if (index < 0 && operand.function() == null) {
            refuse("HAVING of what is neither grouped nor an aggregate");
            return;
        }
        if (index < 0) {
            index = appended(operand);
        }
        conditions.add(new Condition(index, term.comparison(), term.value()));
    }

    private int appended(SelectItem call) {
        boolean average = call.function() == Function.AVG;
        String argument =
                text(new Span(call.expression().from() + 2, call.expression().to() - 1));
        int index = append(average ? "SUM(" + argument + ")" : text(call.expression()));
        int count = average ? append("COUNT(" + argument + ")") : index;
        aggregates.add(new Aggregate(index, call.function(), count));
        return index;
    }

    private int groupColumn(Span key, String column) {
        for (int i = 0; i < items.size(); i++) {
            SelectItem item = items.get(i);
            boolean same = column.equals(item.column())
                    && (oneTable || text(item.expression()).equals(text(key)));
            if (same && (item.alias() == null || item.alias().equals(column))) {
                return i;
            }
            if (column.equals(item.alias())) {
                refuse("GROUP BY of a name that is a column and an alias");
            }
        }
        return append(text(key));
    }

    private void aggregate(int index, SelectItem item) {
        if (item.function() != Function.AVG) {
            aggregates.add(new Aggregate(index, item.function(), index));
            return;
        }
        Span call = item.expression();
        String argument = text(new Span(call.from() + 2, call.to() - 1));
        edit.replace(call.from(), call.from(), "SUM");
        if (item.alias() == null) {
            edit.insertBehind(call.to(), " AS `" + text(call).replace("`", "``") + "`");
        }
        aggregates.add(new Aggregate(index, Function.AVG, append("COUNT(" + argument + ")")));
    }

    private Span key(Span span) {
        boolean directed = s.isWord(span.to(), Word.DESC)
                || (s.kind(span.to()) == Token.WORD && s.text(span.to()).equalsIgnoreCase("ASC"));
        return directed && span.to() > span.from() ? new Span(span.from(), span.to() - 1) : span;
    }

    private void order(Span span) {
        boolean descending = s.isWord(span.to(), Word.DESC);
        Span key = key(span);
        int index = -1;
        if (key.from() == key.to() && s.kind(key.from()) == Token.INTEGER) {
            index = position(s.text(key.from()));
        } else {
            index = item(key);
        }
        if (index < 0 && refusal == null) {
            boolean derived = aggregates.isEmpty() && groups.isEmpty() && !clauses.isDistinct && !mentionsAlias(key);
            if (!derived) {
                refuse("ORDER BY of what is not in the select list");
                return;
            }
            index = append(text(key));
        }
        orders.add(new OrderKey(index, descending));
    }

    private int position(String text) {
        int position = text.length() > 4 ? 0 : Integer.parseInt(text);
        if (position < 1 || position > items.size() || star) {
            refuse("ORDER BY of a position");
            return -1;
        }
        return position - 1;
    }

    /** {@return the item that a key of ORDER BY means, or -1; an alias goes before a column of the same name} */
    private int item(Span key) {
        String column = SelectItem.column(s, key);
        boolean bare = key.from() == key.to();
        int found = -1;
        int before = 0;
        for (int i = 0; i < items.size(); i++) {
            SelectItem item = items.get(i);
            boolean named = bare && column != null && column.equals(item.alias());
            boolean same = item.alias() == null
                    && (text(item.expression()).equalsIgnoreCase(text(key))
                            || (oneTable && column != null && column.equals(item.column())));
            if (named || same) {
                if (found >= 0) {
                    refuse("ORDER BY of a name that stands for several columns");
                }
                found = i;
                before = i;
            }
        }
        // Behind a star nobody here knows how many columns stand before; its text can still be added once more.
        boolean unknown = found >= 0 && items.subList(0, before).stream().anyMatch(SelectItem::isStar);
        if (unknown) {
            return append(text(items.get(found).expression()));
        }
        return found;
    }

    private boolean mentionsAlias(Span key) {
        for (int token = key.from(); token <= key.to(); token++) {
            if (s.isName(token) && !s.isMark(token - 1, '.') && !s.isMark(token + 1, '.')) {
                String name = s.name(token).toLowerCase(Locale.ROOT);
                if (items.stream().anyMatch(item -> name.equals(item.alias()))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Adds a column behind the client's; {@return its index} */
    private int append(String expression) {
        hiddenCount++;
        edit.column(expression + " AS " + HIDDEN + hiddenCount);
        int index = items.size() + hiddenCount - 1;
        hidden.add(index);
        return index;
    }

    /** With a star in the list, hidden columns are counted from the end. */
    private List<OrderKey> fromEnd(List<OrderKey> keys) {
        if (!star) {
            return keys;
        }
        List<OrderKey> counted = new ArrayList<>();
        for (OrderKey key : keys) {
            int place = hidden.indexOf(key.column());
            counted.add(place < 0 ? key : new OrderKey(place - hiddenCount, key.isDescending()));
        }
        return counted;
    }

    private void limit() {
        int token = clauses.limit + 1;
        Long first = number(token);
        Long second = null;
        boolean comma = s.isMark(token + 1, ',');
        int last = token;
        if (comma || s.isWord(token + 1, Word.OFFSET)) {
            second = number(token + 2);
            last = token + 2;
        }
        boolean plain = first != null && (last == token || second != null) && last == s.tokens() - 1;
        if (!plain) {
            refuse("LIMIT of anything but numbers at the end");
            return;
        }
        offset = last == token ? 0 : comma ? first : second;
        limit = comma ? second : first;
        if (offset > Long.MAX_VALUE - limit) {
            refuse("LIMIT beyond all rows");
            return;
        }
        boolean grouped = !aggregates.isEmpty() || !groups.isEmpty();
        if (grouped) {
            // A group's rows on one shard are only a part of it: which groups come first is known behind the merge
            // alone.
            edit.remove(clauses.limit, last);
        } else if (offset > 0 || s.kind(token) == Token.PARAMETER) {
            edit.replace(token, last, Long.toString(offset + limit));
        }
    }

    private Long number(int token) {
        int slot = s.slot(token);
        if (slot < 0) {
            return null;
        }
        List<ParameterValue> values = Literals.of(statement, s, slot);
        return values.size() == 1 && values.get(0) instanceof ParameterValue.SignedInteger number && number.value() >= 0
                ? (Long) number.value()
                : null;
    }

    private String text(Span span) {
        return s.text(s.start(span.from()), s.end(span.to()));
    }
}
