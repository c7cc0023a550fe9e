// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import java.util.List;

/**
 * What happened to one row.
 *
 * @param before a value for each column of the table, {@link ColumnValue#ABSENT} where the event has none; empty for an insert
 * @param after the same for what the row is now; empty for a delete
 */
public record RowChange(List<ColumnValue> before, List<ColumnValue> after) {
    public RowChange {
        before = List.copyOf(before);
        after = List.copyOf(after);
    }
}
