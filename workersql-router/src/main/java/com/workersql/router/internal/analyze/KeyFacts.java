// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import java.util.List;
import java.util.Map;

/**
 * What a statement says of its tables' columns, as far as it holds for every row that the statement touches. It knows no
 * policy: which columns are keys is asked later.
 *
 * @param tables the tables of the statement's own block, in order
 * @param equalities columns that equal a literal or placeholder
 * @param joins columns that equal one another
 * @param insert the rows of an INSERT, or null
 * @param assigned the columns that the statement assigns, in lower case
 * @param spread what it says of columns by several values
 * @param set the queries that are joined by UNION, EXCEPT or INTERSECT, or null where there is one query; then the other facts,
 *     tables left out, are those of each query
 * @param nesting the queries within it
 * @param blocker why tables beyond reference tables cannot be routed by key, or null where they can
 */
public record KeyFacts(
        List<BlockTable> tables,
        List<Equality> equalities,
        List<Join> joins,
        Insert insert,
        List<String> assigned,
        SpreadFacts spread,
        SetOperation set,
        Nesting nesting,
        String blocker) {

    /** Facts of a statement of which nothing is known but its tables. */
    static KeyFacts blocked(String blocker) {
        return new KeyFacts(
                List.of(), List.of(), List.of(), null, List.of(), SpreadFacts.NONE, null, Nesting.NONE, blocker);
    }

    /**
     * Several queries whose results become one.
     *
     * @param queries what each says of its tables
     * @param isUnionAll whether the rows of each follow those of the one before, and nothing else is done with them
     */
    public record SetOperation(List<KeyFacts> queries, boolean isUnionAll) {
        /** Copies the list. */
        public SetOperation {
            queries = List.copyOf(queries);
        }
    }

    /**
     * A table of the statement's own block.
     *
     * @param table the table
     * @param alias the name by which columns refer to it
     */
    public record BlockTable(TableName table, String alias) {}

    /**
     * A column as written.
     *
     * @param qualifier the table or alias before it, or null
     * @param name the column in lower case
     */
    public record Column(String qualifier, String name) {}

    /**
     * A column equals the value of a slot.
     *
     * @param column the column
     * @param slot the slot
     */
    public record Equality(Column column, int slot) {}

    /**
     * Two columns are equal.
     *
     * @param from the column whose value is known first
     * @param to the column that then has the same
     * @param bothWays whether it may be read the other way round
     */
    public record Join(Column from, Column to, boolean bothWays) {}

    /**
     * The rows of an INSERT or REPLACE.
     *
     * @param table the table
     * @param columnSlots for each column in lower case the slots of its values, one for each distinct row shape; a column
     *     whose value is not a lone literal in one of the shapes is not in it
     * @param columns the columns that it lists or assigns, in lower case; null where it lists none
     * @param columnsToken the parenthesis that opens the list of columns, or the SET before the assignments; -1 without either
     */
    public record Insert(TableName table, Map<String, int[]> columnSlots, List<String> columns, int columnsToken) {
        /** {@return whether the statement says which columns it fills} */
        public boolean columnsKnown() {
            return columns != null;
        }
    }
}
