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
    private final List<Derivation> commons = new ArrayList<>();
    private final List<BlockReader> blocks = new ArrayList<>();
    private final List<BlockReader> within = new ArrayList<>();
    private final Deque<Visit> open = new ArrayDeque<>();
    private int queries;
    private boolean set;
    private boolean tablesOutsideBlocks;
    private int names;

    /**
     * A node to be visited.
     *
     * @param block the innermost query block around it; null outside of all
     * @param derivation the derived or common table that it is in, as long as no block of that has begun
     */
    private record Visit(ParseTree node, BlockReader block, Derivation derivation) {}

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
        open.push(new Visit(parsed.root(), isQuery() ? null : newBlock(), null));
        while (!open.isEmpty()) {
            Visit visit = open.pop();
            if (!(visit.node() instanceof ParserRuleContext node)) {
                continue;
            }
            String rule = parsed.rules().get(node.getRuleIndex());
            BlockReader block = visit.block();
            Derivation derivation = visit.derivation();
            boolean outside = block == null && derivation == null;
            switch (rule) {
                case "querySpecification", "querySpecificationNointo", "explicitTable", "tableValueConstructor" -> {
                    if (outside) {
                        queries++;
                        block = newBlock();
                    } else {
                        block = new BlockReader(s, parsed, block, derivation);
                        within.add(block);
                    }
                    if (rule.equals("explicitTable")) {
                        block.star();
                    }
                    derivation = null;
                }
                case "commonTableExpression" -> {
                    commonTable(node);
                    derivation = Derivation.common(s, parsed, node, isRecursive());
                    commons.add(derivation);
                }
                case "derivedTable" -> {
                    derivation = Derivation.derived(s, parsed, node);
                    if (block != null) {
                        block.mention(derivation.name, parsed.first(node), derivation);
                    }
                }
                case "cteName" -> commonTables.add(s.name(parsed.first(node)));
                case "tableRef", "tableName", "viewRef", "viewName", "tableRefWithWildcard" -> {
                    table(node, rule, block);
                    continue;
                }
                case "tableAlias" -> aliases.add(s.name(parsed.last(node)));
                case "tableSourceItem", "singleTable" -> aliasOf(node);
                case "lockingClause" -> {
                    // FOR UPDATE OF names aliases.
                    continue;
                }
                case "unionOption", "unionStatement", "unionParenthesis" -> set |= outside;
                default -> {}
            }
            if (block != null) {
                block.predicates(node, rule);
                if (rule.equals("selectItem") || rule.equals("selectItemList")) {
                    items(node, rule, block);
                }
            }
            for (int i = node.getChildCount() - 1; i >= 0; i--) {
                ParseTree child = node.getChild(i);
                if (child instanceof TerminalNode terminal) {
                    set |= outside && isSetOperator(terminal);
                } else {
                    open.push(new Visit(child, block, derivation));
                }
            }
        }
    }

    /** A lone star is no item, but a word of the list itself. */
    private static void items(ParserRuleContext node, String rule, BlockReader block) {
        if (rule.equals("selectItem")) {
            block.item(node);
        } else if (node.getChild(0) instanceof TerminalNode) {
            block.star();
        }
    }

    private boolean isRecursive() {
        for (int token = 0; token < s.tokens(); token++) {
            if (s.isWord(token, Word.RECURSIVE)) {
                return true;
            }
        }
        return false;
    }

    private boolean isQuery() {
        return kind == StatementKind.SELECT || kind == StatementKind.VALUES;
    }

    private BlockReader newBlock() {
        BlockReader block = new BlockReader(s, parsed, null, null);
        blocks.add(block);
        return block;
    }

    KeyFacts facts() {
        boolean several = isQuery() && blocks.size() > 1;
        String blocker = null;
        if (!several && (set || queries > 1)) {
            blocker = "UNION over sharded tables";
        } else if (tablesOutsideBlocks || isUnreadable()) {
            blocker = commonTables.isEmpty() ? "a subquery" : "WITH over sharded tables";
        }
        for (BlockReader block : within) {
            blocker = blocker == null ? block.blocker() : blocker;
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
        return block.facts(insert, assigned, within, blocker);
    }

    /**
     * Of MariaDB's own grammar, the places of queries within others are not known; nor is what an INSERT makes of their rows.
     */
    private boolean isUnreadable() {
        boolean known = parsed.rules().contains("derivedTable");
        boolean inserts = kind == StatementKind.INSERT || kind == StatementKind.REPLACE;
        return (!known && !commonTables.isEmpty())
                || ((!known || inserts) && within.stream().anyMatch(BlockReader::isOverTables));
    }

    /** {@return the blocks within one of several outermost ones, and those of the common tables of all} */
    private List<BlockReader> within(BlockReader outermost) {
        List<BlockReader> own = new ArrayList<>();
        for (BlockReader block : within) {
            BlockReader last = block;
            while (last.outer() != null) {
                last = last.outer();
            }
            if (last == outermost || within.contains(last)) {
                own.add(block);
            }
        }
        return own;
    }

    /** The facts of several queries that are joined by UNION, EXCEPT or INTERSECT. */
    private KeyFacts together(String blocker) {
        List<KeyFacts> queriesOfSet = new ArrayList<>();
        List<BlockTable> all = new ArrayList<>();
        String first = blocker;
        for (BlockReader block : blocks) {
            first = first == null ? block.blocker() : first;
            queriesOfSet.add(block.facts(null, List.of(), within(block), null));
            all.addAll(block.tables());
        }
        KeyFacts.SetOperation operation = new KeyFacts.SetOperation(queriesOfSet, isUnionAll());
        return new KeyFacts(
                all, List.of(), List.of(), null, List.of(), SpreadFacts.NONE, operation, Nesting.NONE, first);
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

    private void table(ParserRuleContext node, String rule, BlockReader block) {
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
        boolean common = to == from && visible.isVisible(table.name(), from);
        if (!common) {
            tables.add(table);
        }
        names++;
        if (block != null) {
            int behind = to + 1;
            while (behind < s.tokens() && gaps.isLeftOut(behind)) {
                behind++;
            }
            int alias = s.isWord(behind, Word.AS) ? behind + 1 : behind;
            boolean aliased = alias > behind || isAlias(alias);
            String name = aliased ? s.name(alias) : table.name();
            if (common) {
                block.mention(name, from, common(table.name()));
            } else {
                block.table(new BlockTable(table, name), from);
            }
            if (aliased) {
                aliases.add(s.name(alias));
            }
        } else {
            tablesOutsideBlocks = true;
        }
    }

    /** {@return the common table of a name; null where two have it} */
    private Derivation common(String name) {
        Derivation found = null;
        for (Derivation common : commons) {
            if (common.name.equalsIgnoreCase(name)) {
                common.mentions++;
                if (found != null || !common.name.equals(name)) {
                    return null;
                }
                found = common;
            }
        }
        return found;
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
