// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.internal.analyze.KeyFacts.BlockTable;
import com.workersql.router.internal.analyze.KeyFacts.Column;
import com.workersql.router.internal.analyze.KeyFacts.Equality;
import com.workersql.router.internal.analyze.KeyFacts.Join;
import com.workersql.router.internal.analyze.Nesting.Nested;
import com.workersql.router.internal.analyze.Nesting.Role;
import com.workersql.router.internal.analyze.Nesting.Source;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/** What one query block says of its tables' columns, as far as it holds for every row. */
final class BlockReader {

    private final FoldedStatement s;
    private final Grammar.Parsed parsed;
    private final List<BlockTable> tables = new ArrayList<>();
    private final List<Integer> tableTokens = new ArrayList<>();
    private final List<Equality> equalities = new ArrayList<>();
    private final List<Join> joins = new ArrayList<>();
    private final ChoiceReader choices;
    private final List<int[]> innerSpans = new ArrayList<>();
    private final List<Mention> mentions = new ArrayList<>();
    private final Map<String, Column> columns = new HashMap<>();
    private final BlockReader outer;
    private final Derivation derivation;
    private boolean outerBlocked;

    /** A derived or common table among the block's own tables; without a derivation where it is not known which it is. */
    private record Mention(String alias, int token, Derivation derivation) {}

    /**
     * @param outer the block around it; null for the outermost, and for a common table of the whole statement
     * @param derivation the table whose rows are the block's; null where they are none
     */
    BlockReader(FoldedStatement s, Grammar.Parsed parsed, BlockReader outer, Derivation derivation) {
        this.s = s;
        this.parsed = parsed;
        this.outer = outer;
        this.derivation = derivation;
        this.choices = new ChoiceReader(s);
        if (derivation != null) {
            derivation.isOfSeveral |= derivation.query != null;
            derivation.query = this;
        }
    }

    /** {@return the block around it, or null} */
    BlockReader outer() {
        return outer;
    }

    /** Takes a derived or common table that stands among the block's own. */
    void mention(String alias, int token, Derivation derived) {
        mentions.add(new Mention(alias, token, derived));
    }

    /** Takes a table of the block's own. */
    void table(BlockTable table, int token) {
        tables.add(table);
        tableTokens.add(token);
    }

    List<BlockTable> tables() {
        return tables;
    }

    /** {@return why the tables cannot be routed by key, or null} */
    String blocker() {
        return outerBlocked ? "RIGHT or NATURAL JOIN of sharded tables" : null;
    }

    /**
     * {@return what the block says}
     *
     * @param within the blocks within it, each behind the one around it
     */
    KeyFacts facts(KeyFacts.Insert insert, List<String> assigned, List<BlockReader> within, String blocker) {
        return facts(insert, assigned, within, true, blocker);
    }

    private KeyFacts facts(
            KeyFacts.Insert insert,
            List<String> assigned,
            List<BlockReader> within,
            boolean isOutermost,
            String blocker) {
        Set<Integer> nullable = new HashSet<>();
        for (int i = 0; i < tableTokens.size(); i++) {
            if (isInner(tableTokens.get(i))) {
                nullable.add(i);
            }
        }
        SpreadFacts spread = new SpreadFacts(choices.choices(), choices.intervals(), nullable);
        List<Source> sources = new ArrayList<>();
        for (Mention mention : mentions) {
            boolean known = mention.derivation() != null && !mention.derivation().isOfSeveral;
            int query = known ? within.indexOf(mention.derivation().query) : -1;
            sources.add(new Source(mention.alias(), query, isInner(mention.token())));
        }
        List<Nested> queries = new ArrayList<>();
        if (isOutermost) {
            within.forEach(block -> queries.add(block.nested(within)));
        }
        Nesting nesting = new Nesting(sources, queries);
        return new KeyFacts(tables, equalities, joins, insert, assigned, spread, null, nesting, blocker);
    }

    private Nested nested(List<BlockReader> within) {
        KeyFacts own = facts(null, List.of(), within, false, null);
        int around = within.indexOf(outer);
        if (derivation == null) {
            return new Nested(own, around, Role.VALUE, false, 0, Map.of());
        }
        boolean one = !derivation.isOfSeveral;
        return new Nested(
                own,
                around,
                derivation.role,
                one && derivation.isPlain,
                derivation.mentions,
                one && derivation.isReadable ? columns : Map.of());
    }

    private boolean isInner(int token) {
        return innerSpans.stream().anyMatch(span -> token >= span[0] && token <= span[1]);
    }

    /** {@return whether it has a table of its own} */
    boolean isOverTables() {
        return !tables.isEmpty();
    }

    /** Takes a star that stands for the columns of all tables. */
    void star() {
        columns.put("*", new Column(null, "*"));
    }

    /** Takes an item of the block's select list: a column keeps its name or has another one from then on. */
    void item(ParserRuleContext node) {
        int from = parsed.first(node);
        int to = parsed.last(node);
        if (s.isMark(to, '*')) {
            columns.put("*", new Column(to == from ? null : s.name(to - 2), "*"));
            return;
        }
        int end = ChoiceReader.endOfColumn(s, from);
        if (end == from) {
            return;
        }
        Column column = ChoiceReader.column(s, from, end);
        if (end - 1 == to) {
            columns.put(column.name(), column);
        } else if ((end == to || (end + 1 == to && s.isWord(end, Word.AS))) && s.isName(to)) {
            columns.put(s.name(to).toLowerCase(Locale.ROOT), column);
        }
    }

    /** Takes the conditions that a node of the block's own holds. */
    void predicates(ParserRuleContext node, String rule) {
        for (int i = 0; i + 1 < node.getChildCount(); i++) {
            if (!(node.getChild(i) instanceof TerminalNode terminal)) {
                continue;
            }
            String text = terminal.getText();
            if (text.equalsIgnoreCase("WHERE")) {
                conjuncts(node.getChild(i + 1), null);
            } else if (text.equalsIgnoreCase("ON") && (rule.equals("joinedTable") || rule.equals("joinPart"))) {
                Word side = s.word(parsed.first(node));
                if (side == Word.RIGHT || side == Word.NATURAL) {
                    outerBlocked = true;
                } else if (side == Word.LEFT) {
                    conjuncts(node.getChild(i + 1), innerSide(node));
                } else {
                    conjuncts(node.getChild(i + 1), null);
                }
            }
        }
        if (rule.equals("joinedTable") || rule.equals("joinPart")) {
            int from = parsed.first(node);
            outerBlocked |= s.isWord(from, Word.NATURAL) || s.isWord(from, Word.RIGHT);
            if (s.isWord(from, Word.LEFT)) {
                innerSpans.add(new int[] {from, parsed.last(node)});
            }
        }
    }

    /** {@return the names of the tables on the inner side of a LEFT JOIN} */
    private Set<String> innerSide(ParserRuleContext join) {
        Set<String> names = new HashSet<>();
        Deque<ParseTree> nodes = new ArrayDeque<>();
        nodes.push(join);
        while (!nodes.isEmpty()) {
            ParseTree node = nodes.pop();
            if (!(node instanceof ParserRuleContext context)) {
                continue;
            }
            String rule = parsed.rules().get(context.getRuleIndex());
            if (rule.equals("derivedTable")) {
                // What it is made of is not seen here; its name is.
                names.add(Derivation.derived(s, parsed, context).name);
            } else if (rule.equals("singleTable") || rule.equals("tableSourceItem")) {
                names.add(s.name(parsed.last(context)));
            } else if (!rule.equals("expr") && !rule.equals("expression")) {
                for (int i = 0; i < context.getChildCount(); i++) {
                    nodes.push(context.getChild(i));
                }
            }
        }
        return names;
    }

    /** Takes what holds for every row of a condition: the parts of its outermost ANDs. */
    private void conjuncts(ParseTree condition, Set<String> innerSide) {
        Deque<ParseTree> parts = new ArrayDeque<>();
        parts.push(condition);
        while (!parts.isEmpty()) {
            ParseTree part = parts.pop();
            while (part.getChildCount() == 1 || isParenthesized(part)) {
                part = part.getChild(part.getChildCount() == 1 ? 0 : 1);
            }
            if (!(part instanceof ParserRuleContext predicate)) {
                continue;
            }
            if (part.getChildCount() != 3) {
                several(predicate, innerSide);
                continue;
            }
            switch (operator(part.getChild(1))) {
                case "AND", "&&" -> {
                    parts.push(part.getChild(0));
                    parts.push(part.getChild(2));
                }
                case "=", "<=>" -> {
                    if (!comparison(part.getChild(0), part.getChild(2), innerSide)) {
                        several(predicate, innerSide);
                    }
                }
                default -> several(predicate, innerSide);
            }
        }
    }

    private void several(ParserRuleContext condition, Set<String> innerSide) {
        // What only the inner side of an outer join has to fulfil restricts no row of the result.
        if (innerSide == null) {
            choices.read(parsed.first(condition), parsed.last(condition));
        }
    }

    private static boolean isParenthesized(ParseTree node) {
        return node.getChildCount() == 3
                && node.getChild(0) instanceof TerminalNode open
                && open.getText().equals("(")
                && node.getChild(2) instanceof TerminalNode close
                && close.getText().equals(")");
    }

    private static String operator(ParseTree node) {
        if (node instanceof TerminalNode terminal) {
            return terminal.getText().toUpperCase(Locale.ROOT);
        }
        return node.getChildCount() <= 3 && node.getChild(0) instanceof TerminalNode
                ? node.getText().toUpperCase(Locale.ROOT)
                : node.getChildCount() == 1 ? operator(node.getChild(0)) : "";
    }

    /** {@return whether a column is compared with a value or another column} */
    private boolean comparison(ParseTree left, ParseTree right, Set<String> innerSide) {
        if (!(left instanceof ParserRuleContext l) || !(right instanceof ParserRuleContext r)) {
            return false;
        }
        Column leftColumn = column(l);
        Column rightColumn = column(r);
        int leftSlot = slot(l);
        int rightSlot = slot(r);
        if (leftColumn != null && rightSlot >= 0) {
            equality(leftColumn, rightSlot, innerSide);
        } else if (rightColumn != null && leftSlot >= 0) {
            equality(rightColumn, leftSlot, innerSide);
        } else if (leftColumn != null && rightColumn != null) {
            join(leftColumn, rightColumn, innerSide);
        } else {
            return false;
        }
        return true;
    }

    private void join(Column left, Column right, Set<String> innerSide) {
        if (innerSide == null) {
            joins.add(new Join(left, right, true));
        } else if (isInner(right, innerSide)) {
            joins.add(new Join(left, right, false));
        } else if (isInner(left, innerSide)) {
            joins.add(new Join(right, left, false));
        }
    }

    private void equality(Column column, int slot, Set<String> innerSide) {
        if (innerSide == null || isInner(column, innerSide)) {
            equalities.add(new Equality(column, slot));
        }
    }

    private static boolean isInner(Column column, Set<String> innerSide) {
        return column.qualifier() != null && innerSide.contains(column.qualifier());
    }

    private Column column(ParserRuleContext node) {
        int from = parsed.first(node);
        int to = parsed.last(node);
        if (!s.isName(from)) {
            return null;
        }
        int at = from;
        while (s.isMark(at + 1, '.') && s.isName(at + 2)) {
            at += 2;
        }
        // The last token of a node may be a point and a name in one.
        if (at != to && at != to + 1) {
            return null;
        }
        return new Column(at == from ? null : s.name(at - 2), s.name(at).toLowerCase(Locale.ROOT));
    }

    private int slot(ParserRuleContext node) {
        int from = parsed.first(node);
        boolean alone = from == parsed.last(node) && (from == 0 || !ParserText.isIntroducer(s, from - 1));
        return alone ? s.slot(from) : -1;
    }
}
