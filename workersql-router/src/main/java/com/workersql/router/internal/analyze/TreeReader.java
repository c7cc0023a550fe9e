// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.StatementKind;
import com.workersql.router.internal.analyze.KeyFacts.BlockTable;
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
    private final GrammarGaps gaps;
    private final Set<TableName> tables = new LinkedHashSet<>();
    private final Set<TableName> deleteTargets = new LinkedHashSet<>();
    private final Set<String> commonTables = new HashSet<>();
    private final Set<String> aliases = new HashSet<>();
    private final List<BlockReader> blocks = new ArrayList<>();
    private final Deque<Visit> open = new ArrayDeque<>();
    private int queries;
    private boolean set;
    private boolean tablesOutsideBlocks;
    private int names;

    /** A node to be visited, the number of query blocks around it, and the outermost one of those whose keys are read. */
    private record Visit(ParseTree node, int depth, BlockReader block) {}

    TreeReader(FoldedStatement s, Grammar.Parsed parsed, StatementKind kind, CommonTables visible, GrammarGaps gaps) {
        this.visible = visible;
        this.gaps = gaps;
        this.s = s;
        this.parsed = parsed;
        this.kind = kind;
    }

    /** {@return the tables, without common tables and aliases} */
    Set<TableName> tables() {
        Set<TableName> all = new LinkedHashSet<>(tables);
        all.addAll(deleteTargets);
        all.removeAll(deletedAliases());
        return all;
    }

    /** {@return the aliases by which a DELETE names the tables that it deletes from} */
    Set<TableName> deletedAliases() {
        Set<TableName> names = new HashSet<>(deleteTargets);
        names.removeIf(name -> name.schema() != null || !aliases.contains(name.name()) || tables.contains(name));
        return names;
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
        // A query's own block is the first one within it, and each one of a UNION; of anything else it is the
        // statement.
        int own = isQuery() ? 1 : 0;
        open.push(new Visit(parsed.root(), 0, isQuery() ? null : newBlock()));
        while (!open.isEmpty()) {
            Visit visit = open.pop();
            if (!(visit.node() instanceof ParserRuleContext node)) {
                continue;
            }
            String rule = parsed.rules().get(node.getRuleIndex());
            int depth = visit.depth();
            BlockReader block = visit.block();
            switch (rule) {
                case "querySpecification", "querySpecificationNointo", "explicitTable", "tableValueConstructor" -> {
                    depth++;
                    if (depth == 1) {
                        queries++;
                        block = isQuery() ? newBlock() : block;
                    }
                }
                case "commonTableExpression" -> commonTable(node);
                case "cteName" -> commonTables.add(s.name(parsed.first(node)));
                case "tableRef", "tableName", "viewRef", "viewName", "tableRefWithWildcard" -> {
                    table(node, rule, block, depth == own);
                    continue;
                }
                case "tableAlias" -> aliases.add(s.name(parsed.last(node)));
                case "tableSourceItem", "singleTable" -> aliasOf(node);
                case "lockingClause" -> {
                    // FOR UPDATE OF names aliases.
                    continue;
                }
                case "unionOption", "unionStatement", "unionParenthesis" -> set = true;
                default -> {}
            }
            if (depth == own && block != null) {
                block.predicates(node, rule);
            }
            for (int i = node.getChildCount() - 1; i >= 0; i--) {
                ParseTree child = node.getChild(i);
                if (child instanceof TerminalNode terminal) {
                    set |= isSetOperator(terminal);
                } else {
                    open.push(new Visit(child, depth, block));
                }
            }
        }
    }

    private boolean isQuery() {
        return kind == StatementKind.SELECT || kind == StatementKind.VALUES;
    }

    private BlockReader newBlock() {
        BlockReader block = new BlockReader(s, parsed);
        blocks.add(block);
        return block;
    }

    KeyFacts facts() {
        boolean several = isQuery() && blocks.size() > 1;
        String blocker = null;
        if (!commonTables.isEmpty()) {
            blocker = "WITH over sharded tables";
        } else if (!several && (set || queries > 1)) {
            blocker = "UNION over sharded tables";
        } else if (tablesOutsideBlocks) {
            blocker = "a subquery";
        }
        if (blocks.isEmpty()) {
            return KeyFacts.blocked(blocker == null ? "this statement" : blocker);
        }
        if (several) {
            return together(blocker);
        }
        BlockReader block = blocks.get(0);
        List<String> assigned = List.of();
        KeyFacts.Insert insert = null;
        blocker = blocker == null ? block.blocker() : blocker;
        switch (kind) {
            case INSERT, REPLACE -> {
                insert = block.tables().isEmpty()
                        ? null
                        : InsertReader.insert(s, block.tables().get(0).table());
                assigned = InsertReader.assignedToDuplicates(s);
                if (insert == null) {
                    blocker = "INSERT ... SELECT over sharded tables";
                }
            }
            case UPDATE -> assigned = InsertReader.assigned(s);
            default -> {}
        }
        return block.facts(insert, assigned, blocker);
    }

    /** The facts of several queries that are joined by UNION, EXCEPT or INTERSECT. */
    private KeyFacts together(String blocker) {
        List<KeyFacts> queriesOfSet = new ArrayList<>();
        List<BlockTable> all = new ArrayList<>();
        String first = blocker;
        for (BlockReader block : blocks) {
            first = first == null ? block.blocker() : first;
            queriesOfSet.add(block.facts(null, List.of(), null));
            all.addAll(block.tables());
        }
        KeyFacts.SetOperation operation = new KeyFacts.SetOperation(queriesOfSet, isUnionAll());
        return new KeyFacts(all, List.of(), List.of(), null, List.of(), SpreadFacts.NONE, operation, first);
    }

    private boolean isUnionAll() {
        for (int token = 0; token < s.tokens(); token++) {
            boolean operator = !s.isMark(token - 1, '.')
                    && switch (s.word(token)) {
                        case UNION -> !s.spells(token + 1, "ALL");
                        case EXCEPT, INTERSECT, MINUS -> true;
                        default -> false;
                    };
            if (operator) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSetOperator(TerminalNode terminal) {
        String text = terminal.getText();
        return text.equalsIgnoreCase("UNION") || text.equalsIgnoreCase("EXCEPT") || text.equalsIgnoreCase("INTERSECT");
    }

    private void commonTable(ParserRuleContext node) {
        if (node.getChild(0) instanceof ParserRuleContext name
                && !parsed.rules().get(name.getRuleIndex()).equals("cteName")) {
            commonTables.add(s.name(parsed.first(name)));
        }
    }

    private void table(ParserRuleContext node, String rule, BlockReader block, boolean own) {
        int from = parsed.first(node);
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
        if (deleteTarget) {
            deleteTargets.add(table);
            return;
        }
        if (to > from || !visible.isVisible(table.name(), from)) {
            tables.add(table);
        }
        names++;
        if (own && block != null) {
            int behind = to + 1;
            while (behind < s.tokens() && gaps.isLeftOut(behind)) {
                behind++;
            }
            int alias = s.isWord(behind, Word.AS) ? behind + 1 : behind;
            boolean aliased = alias > behind || isAlias(alias);
            block.table(new BlockTable(table, aliased ? s.name(alias) : table.name()), from);
            if (aliased) {
                aliases.add(s.name(alias));
            }
        } else if (block != null) {
            block.nestedTable();
        } else {
            tablesOutsideBlocks = true;
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
                    aliases.add(s.name(parsed.last(child)));
                }
            }
        }
    }
}
