// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.merge;

import com.workersql.router.ParameterValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The statement reads: what is done with the shards' rows. The steps in this order: rows of equal {@link #groupBy} columns
 * become one by {@link #aggregates}; rows that do not fulfil all of {@link #having} are left out; equal rows become one if {@link #isDistinct}; rows are put in the order of
 * {@link #orderBy}; {@link #offset} rows are left out and {@link #limit} kept; the last {@link #hiddenColumns} are left out.
 *
 * <p>Columns are counted from 0, or, where a {@code *} stands before them, from the end: -1 is the last one.
 *
 * @param orderBy the columns by which the rows are ordered; empty for any order. Without aggregates each shard has ordered its
 *     rows already.
 * @param groupBy the columns whose equal values make a group; empty for one group of all rows, or for none at all
 * @param aggregates the columns that are computed from those of the shards; empty where rows are not grouped
 * @param having what a group has to fulfil; empty where all groups stay
 * @param isDistinct whether equal rows become one
 * @param offset how many rows are left out at the beginning
 * @param limit how many rows are kept at most; -1 for all
 * @param hiddenColumns how many of the shards' columns at the end the client does not see
 */
public record Merge(
        List<OrderKey> orderBy,
        List<Integer> groupBy,
        List<Aggregate> aggregates,
        List<Condition> having,
        boolean isDistinct,
        long offset,
        long limit,
        int hiddenColumns)
        implements Combination {

    /** The rows of one shard after those of another, in any order. */
    public static final Merge CONCATENATION = new Merge(List.of(), List.of(), List.of(), List.of(), false, 0, -1, 0);

    /** Copies the lists. */
    public Merge {
        orderBy = List.copyOf(orderBy);
        groupBy = List.copyOf(groupBy);
        aggregates = List.copyOf(aggregates);
        having = List.copyOf(having);
    }

    /**
     * One column of an order.
     *
     * @param column the column
     * @param isDescending whether large values come first
     */
    public record OrderKey(int column, boolean isDescending) {}

    /**
     * One computed column.
     *
     * @param column the column
     * @param function what is done with the shards' values
     * @param countColumn for {@link Function#AVG} the hidden column that holds how many values each shard's sum is of; else the
     *     column itself
     */
    public record Aggregate(int column, Function function, int countColumn) {}

    /**
     * A comparison of HAVING.
     *
     * @param column the column, merged
     * @param comparison how it is compared
     * @param value with what
     */
    public record Condition(int column, Comparison comparison, ParameterValue value) {
        /** Checks the parts. */
        public Condition {
            Objects.requireNonNull(comparison, "comparison");
            Objects.requireNonNull(value, "value");
        }
    }

    /** How a column is compared with a value. */
    public enum Comparison {
        /** The same. */
        EQUAL,
        /** Not the same. */
        NOT_EQUAL,
        /** Less than the value. */
        LESS,
        /** Not greater than the value. */
        LESS_OR_EQUAL,
        /** Greater than the value. */
        GREATER,
        /** Not less than the value. */
        GREATER_OR_EQUAL;

        /** {@return the comparison with its sides changed} */
        public Comparison mirrored() {
            return switch (this) {
                case EQUAL, NOT_EQUAL -> this;
                case LESS -> GREATER;
                case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
                case GREATER -> LESS;
                case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
            };
        }
    }

    /** What is done with the values of several shards. */
    public enum Function {
        /** The sum of counts. */
        COUNT,
        /** The sum of sums. */
        SUM,
        /** The least of least values. */
        MIN,
        /** The largest of largest values. */
        MAX,
        /** The sum of sums by the sum of counts. */
        AVG
    }

    /** {@return whether nothing has to be done but to pass the rows of all shards on} */
    public boolean isConcatenation() {
        return equals(CONCATENATION);
    }

    /** {@return the steps in words, for example {@code GROUP BY, COUNT(), ORDER BY}} */
    public String inWords() {
        List<String> words = new ArrayList<>();
        if (!groupBy.isEmpty()) {
            words.add("GROUP BY");
        }
        aggregates.forEach(aggregate -> {
            String word = aggregate.function() + "()";
            if (!words.contains(word)) {
                words.add(word);
            }
        });
        if (!having.isEmpty()) {
            words.add("HAVING");
        }
        if (isDistinct) {
            words.add("DISTINCT");
        }
        if (!orderBy.isEmpty()) {
            words.add("ORDER BY");
        }
        if (limit >= 0) {
            words.add("LIMIT");
        }
        return words.isEmpty() ? "concatenation" : String.join(", ", words);
    }
}
