// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.ServerFlavor;
import com.workersql.router.StatementKind;
import com.workersql.router.internal.analyze.Names.Dotted;
import com.workersql.router.internal.lex.Brackets;
import com.workersql.router.internal.lex.CommonTables;
import com.workersql.router.internal.lex.FoldedStatement;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What is known of the names and keys of one shape of statement, whoever sends it.
 *
 * @param parsed whether the grammar accepted it, or was not needed
 * @param agreed whether grammar and tokens see the same tables
 * @param tables the tables, without common tables; after a disagreement those of both
 * @param schemas the schemas named as such
 * @param dotted the names with points that stand for no table
 * @param localNames aliases, common tables and tables, by which columns may be qualified
 * @param sequences those of the tables that are sequences, asked for a value
 * @param filled whether the grammar was given something else for clauses that it does not know
 * @param returnsRows whether a write gives back the rows that it wrote
 * @param facts what is known of keys
 * @param names how many names the grammar takes for tables, common tables included
 */
public record Analysis(
        boolean parsed,
        boolean agreed,
        List<TableName> tables,
        List<String> schemas,
        List<Dotted> dotted,
        Set<String> localNames,
        List<TableName> sequences,
        boolean filled,
        boolean returnsRows,
        KeyFacts facts,
        int names) {

    /**
     * {@return the analysis of a statement by grammar and tokens}
     *
     * @param s the statement
     * @param kind what it is
     * @param flavor whose grammar
     * @param grammar the parser
     */
    public static Analysis of(FoldedStatement s, StatementKind kind, ServerFlavor flavor, Grammar grammar) {
        CommonTables common = commonTables(s);
        GrammarGaps gaps = GrammarGaps.of(s, flavor);
        Names names = Names.read(s, kind, common, gaps);
        Grammar.Parsed parsed = grammar.parse(s, flavor, gaps);
        if (parsed == null) {
            return ofNames(names, false, "a statement that could not be analysed");
        }
        TreeReader tree = new TreeReader(s, parsed, kind, common, gaps);
        tree.read();
        Set<TableName> seen = new LinkedHashSet<>(names.tables());
        seen.removeAll(tree.deletedAliases());
        boolean compared = !kind.isDdl() && kind != StatementKind.SET && kind != StatementKind.CALL;
        boolean agreed = !compared || seen.equals(tree.tables());
        Set<TableName> tables = new LinkedHashSet<>(tree.tables());
        tables.addAll(seen);
        Set<String> local = new HashSet<>(tree.aliases());
        local.addAll(tree.commonTables());
        tables.forEach(table -> local.add(table.name()));
        List<TableName> sequences = gaps.sequences(local);
        tables.addAll(sequences);
        return new Analysis(
                true,
                agreed,
                List.copyOf(tables),
                List.copyOf(names.schemas()),
                names.dotted(),
                local,
                sequences,
                gaps.any(),
                GrammarGaps.returning(s) < s.tokens(),
                tree.facts(),
                tree.names());
    }

    /** Where a WITH cannot be read, its names are taken for tables. */
    private static CommonTables commonTables(FoldedStatement s) {
        Brackets brackets = Brackets.of(s);
        CommonTables tables = brackets == null ? null : CommonTables.of(s, brackets);
        return tables == null ? CommonTables.NONE : tables;
    }

    /**
     * {@return the analysis of a statement by its tokens alone}
     *
     * @param s the statement
     * @param kind what it is
     */
    public static Analysis ofNames(FoldedStatement s, StatementKind kind) {
        return ofNames(Names.read(s, kind, CommonTables.NONE, null), !s.isInvalid(), "this statement");
    }

    private static Analysis ofNames(Names names, boolean understood, String blocking) {
        return new Analysis(
                understood,
                true,
                List.copyOf(names.tables()),
                List.copyOf(names.schemas()),
                names.dotted(),
                Set.of(),
                List.of(),
                false,
                false,
                KeyFacts.blocked(blocking),
                0);
    }
}
