// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.binlog.RowsEvent;
import java.util.List;
import java.util.Set;

/**
 * A transaction that has committed, its parts as far as anybody wants to hear of them.
 *
 * @param id its id
 * @param seconds when its last statement began, seconds since 1970
 * @param parts in order
 * @param tables all that it changed, as {@code schema.table} in lower case; null where it may be any, or it defined something
 */
record LoggedTransaction(TransactionId id, long seconds, List<Part> parts, Set<String> tables) {
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
