// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.analyze;

import com.workersql.router.internal.analyze.KeyFacts.Column;
import java.util.List;
import java.util.Set;

/**
 * What a statement says of columns beyond one equal value each: where it restricts its rows to several keys, and which of its
 * tables may be filled up with NULL.
 *
 * @param choices columns that have one of several values
 * @param intervals columns between values
 * @param nullable the tables on the inner side of an outer join, as indexes of {@link KeyFacts#tables()}
 */
public record SpreadFacts(List<Choice> choices, List<Interval> intervals, Set<Integer> nullable) {

    static final SpreadFacts NONE = new SpreadFacts(List.of(), List.of(), Set.of());

    /** Copies the parts. */
    public SpreadFacts {
        choices = List.copyOf(choices);
        intervals = List.copyOf(intervals);
        nullable = Set.copyOf(nullable);
    }

    /**
     * A column has one of the values of some slots.
     *
     * @param column the column
     * @param slots the slots, each of one or more values
     * @param isList whether it is an IN list of nothing but these, which may be split
     */
    public record Choice(Column column, List<Integer> slots, boolean isList) {
        /** Copies the slots. */
        public Choice {
            slots = List.copyOf(slots);
        }
    }

    /**
     * A column is between two values.
     *
     * @param column the column
     * @param lowSlot the slot of the lower end, or -1
     * @param highSlot the slot of the upper end, or -1
     * @param isLowIncluded whether the lower end is part of it
     * @param isHighIncluded whether the upper end is part of it
     */
    public record Interval(Column column, int lowSlot, int highSlot, boolean isLowIncluded, boolean isHighIncluded) {}
}
