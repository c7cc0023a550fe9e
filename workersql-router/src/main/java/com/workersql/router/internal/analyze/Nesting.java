// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.internal.analyze.KeyFacts.Column;
import java.util.List;
import java.util.Map;

/**
 * The queries within a query.
 *
 * @param sources the derived and common tables that stand among the query's own tables
 * @param queries all queries within it, at any depth, each behind the one that it stands in; empty for one that is in such a list
 */
public record Nesting(List<Source> sources, List<Nested> queries) {

    /** No queries within. */
    public static final Nesting NONE = new Nesting(List.of(), List.of());

    /** Copies the lists. */
    public Nesting {
        sources = List.copyOf(sources);
        queries = List.copyOf(queries);
    }

    /**
     * A derived table, or the mention of a common one.
     *
     * @param alias the name by which columns refer to it
     * @param query the query whose rows it has, as an index of {@link Nesting#queries}; -1 where those are not of one query, or where
     *     that cannot be told
     * @param isNullable whether it is on the inner side of an outer join
     */
    public record Source(String alias, int query, boolean isNullable) {}

    /** Where a query stands. */
    public enum Role {
        /** Its rows are a table of the query around it, which it does not see. */
        TABLE,
        /** As a table, but for each row of those before it: LATERAL. */
        LATERAL,
        /** It is asked for each row of the query around it. */
        VALUE
    }

    /**
     * A query within another.
     *
     * @param own what it says of its own tables
     * @param outer the query around it, as an index; -1 for the outermost
     * @param role where it stands
     * @param isPlain whether each of its rows is one of its tables' joined rows, and all of these are there: nothing is grouped,
     *     counted, left out or joined by UNION
     * @param mentions how often its rows are a table
     * @param columns the columns of its own tables that are its columns, by the names that they then have, in lower case; a {@code *}
     *     stands for all of its only table
     */
    public record Nested(
            KeyFacts own, int outer, Role role, boolean isPlain, int mentions, Map<String, Column> columns) {
        /** Copies the map. */
        public Nested {
            columns = Map.copyOf(columns);
        }
    }
}
