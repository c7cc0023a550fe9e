// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.StatementKind;
import com.workersql.router.internal.analyze.KeyFacts.BlockTable;
import com.workersql.router.internal.analyze.KeyFacts.Column;
import com.workersql.router.internal.analyze.KeyFacts.Equality;
import com.workersql.router.internal.analyze.KeyFacts.Join;
import com.workersql.router.internal.lex.CommonTables;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.lex.Token;
import com.workersql.router.internal.lex.Word;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.tree.ParseTree;
import org.antlr.v4.runtime.tree.TerminalNode;

/**
 * Reads tables and key facts from a tree of either grammar. It asks the tree for structure only, and the statement's own
 * tokens for everything else: a node is the run of tokens that it spans. Loops instead of recursion, because a chain of a
 * thousand ANDs is a tree a thousand deep.
 */
final class TreeReader {

    private final FoldedStatement s;
    private final Grammar.Parsed parsed;
    private final StatementKind kind;
    private final CommonTables visible;
    private final Set<TableName> tables = new LinkedHashSet<>();
    private final Set<String> commonTables = new HashSet<>();
    private final Set<String> aliases = new HashSet<>();
    private final List<BlockTable> blockTables = new ArrayList<>();
    private final List<Equality> equalities = new ArrayList<>();
    private final List<Join> joins = new ArrayList<>();
    private final ChoiceReader choices;
    private final List<Integer> blockTokens = new ArrayList<>();
    private final List<int[]> innerSpans = new ArrayList<>();
    private final Deque<Visit> open = new ArrayDeque<>();
    private int queries;
    private boolean set;
    private boolean outerBlocked;
    private int tablesOutsideBlock;
    private int names;

    /** A node to be visited, and the number of query blocks around it. */
    private record Visit(ParseTree node, int blocks) {}

    TreeReader(FoldedStatement s, Grammar.Parsed parsed, StatementKind kind, CommonTables visible) {
        this.visible = visible;
        this.s = s;
        this.parsed = parsed;
        this.kind = kind;
        this.choices = new ChoiceReader(s);
    }

    /** {@return the tables, without common tables and aliases} */
    Set<TableName> tables() {
        return tables;
    }

    /** {@return how many names stand for tables, common tables included, what a DELETE deletes from left out} */
    int names() {
        return names;
    }

    Set<String> commonTables() {
        return commonTables;
    }

    Set<String> aliases() {
        return aliases;
    }

    void read() {
        boolean select = kind == StatementKind.SELECT || kind == StatementKind.VALUES;
        int own = select ? 1 : 0;
        open.push(new Visit(parsed.root(), 0));
        while (!open.isEmpty()) {
            Visit visit = open.pop();
            if (!(visit.node() instanceof ParserRuleContext node)) {
                continue;
            }
            String rule = parsed.rules().get(node.getRuleIndex());
            int blocks = visit.blocks();
            switch (rule) {
                case "querySpecification", "querySpecificationNointo", "explicitTable", "tableValueConstructor" -> {
                    blocks++;
                    if (blocks == 1) {
                        queries++;
                    }
                }
                case "commonTableExpression" -> commonTable(node);
                case "cteName" -> commonTables.add(s.name(first(node)));
                case "tableRef", "tableName", "viewRef", "viewName", "tableRefWithWildcard" -> {
                    table(node, rule, blocks == own);
                    continue;
                }
                case "tableAlias" -> aliases.add(s.name(last(node)));
                case "tableSourceItem", "singleTable" -> aliasOf(node);
                case "lockingClause" -> {
                    // FOR UPDATE OF names aliases.
                    continue;
                }
                case "unionOption", "unionStatement", "unionParenthesis" -> set = true;
                default -> {}
            }
            if (blocks == own) {
                predicates(node, rule);
            }
            for (int i = node.getChildCount() - 1; i >= 0; i--) {
                ParseTree child = node.getChild(i);
                if (child instanceof TerminalNode terminal) {
                    set |= isSetOperator(terminal);
                } else {
                    open.push(new Visit(child, blocks));
                }
            }
        }
    }

    KeyFacts facts() {
        String blocker = null;
        if (set || queries > 1) {
            blocker = "UNION over sharded tables";
        } else if (!commonTables.isEmpty()) {
            blocker = "WITH over sharded tables";
        } else if (outerBlocked) {
            blocker = "RIGHT or NATURAL JOIN of sharded tables";
        } else if (tablesOutsideBlock > 0) {
            blocker = "a subquery";
        }
        List<String> assigned = List.of();
        KeyFacts.Insert insert = null;
        switch (kind) {
            case INSERT, REPLACE -> {
                insert = blockTables.isEmpty()
                        ? null
                        : InsertReader.insert(s, blockTables.get(0).table());
                assigned = InsertReader.assigned(s);
                if (insert == null) {
                    blocker = "INSERT ... SELECT over sharded tables";
                } else if (s.isWord(InsertReader.setPosition(s), Word.SET)) {
                    assigned = List.of();
                }
            }
            case UPDATE -> assigned = InsertReader.assigned(s);
            default -> {}
        }
        Set<Integer> nullable = new HashSet<>();
        for (int i = 0; i < blockTokens.size(); i++) {
            int token = blockTokens.get(i);
            if (innerSpans.stream().anyMatch(span -> token >= span[0] && token <= span[1])) {
                nullable.add(i);
            }
        }
        SpreadFacts spread = new SpreadFacts(choices.choices(), choices.intervals(), nullable);
        return new KeyFacts(blockTables, equalities, joins, insert, assigned, spread, blocker);
    }

    private static boolean isSetOperator(TerminalNode terminal) {
        String text = terminal.getText();
        return text.equalsIgnoreCase("UNION") || text.equalsIgnoreCase("EXCEPT") || text.equalsIgnoreCase("INTERSECT");
    }

    private int first(ParserRuleContext node) {
        return parsed.text().tokenAt(node.getStart().getStartIndex());
    }

    private int last(ParserRuleContext node) {
        return node.getStop() == null
                ? first(node)
                : parsed.text().tokenAt(node.getStop().getStartIndex());
    }

    private void commonTable(ParserRuleContext node) {
        if (node.getChild(0) instanceof ParserRuleContext name
                && !parsed.rules().get(name.getRuleIndex()).equals("cteName")) {
            commonTables.add(s.name(first(name)));
        }
    }

    private void table(ParserRuleContext node, String rule, boolean own) {
        int from = first(node);
        if (s.isMark(from, '.')) {
            from++;
        }
        int to = from;
        while (s.isMark(to + 1, '.') && s.isName(to + 2)) {
            to += 2;
        }
        TableName table = to == from ? new TableName(null, s.name(from)) : new TableName(s.name(to - 2), s.name(to));
        boolean deleteTarget = rule.equals("tableRefWithWildcard")
                || (kind == StatementKind.DELETE && isBefore(from, Word.FROM) && !s.isWord(from - 1, Word.FROM));
        if (to > from || !visible.isVisible(table.name(), from)) {
            tables.add(table);
        }
        if (deleteTarget) {
            return;
        }
        names++;
        if (own) {
            int alias = to + 1;
            if (s.isWord(alias, Word.AS)) {
                alias++;
            }
            boolean aliased = s.isWord(to + 1, Word.AS) || isAlias(alias);
            blockTables.add(new BlockTable(table, aliased ? s.name(alias) : table.name()));
            blockTokens.add(from);
            if (aliased) {
                aliases.add(s.name(alias));
            }
        } else {
            tablesOutsideBlock++;
        }
    }

    private boolean isAlias(int token) {
        return s.kind(token) == Token.QUOTED || (s.kind(token) == Token.WORD && aliases.contains(s.name(token)));
    }

    private boolean isBefore(int token, Word word) {
        for (int i = token + 1; i < s.tokens(); i++) {
            if (s.isWord(i, word)) {
                return true;
            }
        }
        return false;
    }

    private void aliasOf(ParserRuleContext node) {
        // The alias is the last child that is a name of its own; it is needed before the table itself is visited.
        for (int i = 1; i < node.getChildCount(); i++) {
            if (node.getChild(i) instanceof ParserRuleContext child) {
                String rule = parsed.rules().get(child.getRuleIndex());
                if (rule.equals("uid") || rule.equals("tableAlias")) {
                    aliases.add(s.name(last(child)));
                }
            }
        }
    }

    private void predicates(ParserRuleContext node, String rule) {
        for (int i = 0; i + 1 < node.getChildCount(); i++) {
            if (!(node.getChild(i) instanceof TerminalNode terminal)) {
                continue;
            }
            String text = terminal.getText();
            if (text.equalsIgnoreCase("WHERE")) {
                conjuncts(node.getChild(i + 1), null);
            } else if (text.equalsIgnoreCase("ON") && (rule.equals("joinedTable") || rule.equals("joinPart"))) {
                int from = first(node);
                Word side = s.word(from);
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
            outerBlocked |= s.isWord(first(node), Word.NATURAL) || s.isWord(first(node), Word.RIGHT);
            if (s.isWord(first(node), Word.LEFT)) {
                innerSpans.add(new int[] {first(node), last(node)});
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
            if (rule.equals("singleTable") || rule.equals("tableSourceItem")) {
                names.add(s.name(last(context)));
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
                case "=", "<=>" -> comparison(part.getChild(0), part.getChild(2), innerSide);
                default -> several(predicate, innerSide);
            }
        }
    }

    private void several(ParserRuleContext condition, Set<String> innerSide) {
        // What only the inner side of an outer join has to fulfil restricts no row of the result.
        if (innerSide == null) {
            choices.read(first(condition), last(condition));
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

    private void comparison(ParseTree left, ParseTree right, Set<String> innerSide) {
        if (!(left instanceof ParserRuleContext l) || !(right instanceof ParserRuleContext r)) {
            return;
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
            if (innerSide == null) {
                joins.add(new Join(leftColumn, rightColumn, true));
            } else if (isInner(rightColumn, innerSide)) {
                joins.add(new Join(leftColumn, rightColumn, false));
            } else if (isInner(leftColumn, innerSide)) {
                joins.add(new Join(rightColumn, leftColumn, false));
            }
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
        int from = first(node);
        int to = last(node);
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
        int from = first(node);
        boolean alone = from == last(node) && (from == 0 || !ParserText.isIntroducer(s, from - 1));
        return alone ? s.slot(from) : -1;
    }
}
