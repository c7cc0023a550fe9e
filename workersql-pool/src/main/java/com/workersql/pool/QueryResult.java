// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.message.server.ColumnDefinition;
import java.util.List;

/**
 * A whole result, in memory.
 *
 * <p>A value is null, {@link Long} (integers; {@link java.math.BigInteger} for unsigned ones beyond it), {@link Double} (FLOAT and
 * DOUBLE), {@link java.math.BigDecimal} (DECIMAL), {@code byte[]} (binary strings and BIT), or {@link String} as the server prints it
 * (everything else, dates and times included).
 *
 * @param columns empty when the statement has no rows
 * @param rows one list per row, one value per column
 * @param status how the statement ended: affected rows, insert id, warnings
 */
public record QueryResult(List<ColumnDefinition> columns, List<List<Object>> rows, ReplyStatus status) {
    /**
     * The only value of the only row.
     *
     * @return may be null, if the value is
     * @throws IllegalStateException when there is not exactly one row of one column
     */
    public Object singleValue() {
        if (rows.size() != 1 || columns.size() != 1) {
            throw new IllegalStateException(
                    "the result has " + rows.size() + " rows of " + columns.size() + " columns, wanted is one of each");
        }
        return rows.get(0).get(0);
    }
}
