// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.binlog.RowsEvent;
import java.util.List;

/**
 * A transaction that has committed, as far as anybody wants to hear of it.
 *
 * @param id its id
 * @param seconds when its last statement began, seconds since 1970
 * @param parts in order
 */
record LoggedTransaction(TransactionId id, long seconds, List<Part> parts) {
    /** One thing that it did. */
    sealed interface Part {}

    /** Rows were inserted, changed or deleted. */
    record Rows(RowsEvent event) implements Part {}

    /** A table was emptied at once. */
    record Truncated(String schema, String table) implements Part {}

    /**
     * Something that cannot be told.
     *
     * @param schema where; null when it may have been anywhere
     * @param table of which; null when it may have been any
     * @param why for the subscriber
     */
    record Untold(String schema, String table, String why) implements Part {}
}
