// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.binlog.RowChange;
import com.workersql.protocol.binlog.TableMapEvent;
import java.time.ZoneId;

/**
 * What happened to a row, or to all of a table.
 *
 * @param kind what
 * @param shard where
 * @param commitSeconds when the statement began, seconds since 1970
 * @param schema of the table
 * @param table its name
 * @param columns the table's columns at that time; null for {@link Kind#TRUNCATE}
 * @param change the values; null for {@link Kind#TRUNCATE}
 * @param zone in which the server prints a TIMESTAMP
 * @param isLastOfTransaction whether the transaction has no more changes for this subscriber
 */
public record ChangeEvent(
        Kind kind,
        String shard,
        long commitSeconds,
        String schema,
        String table,
        TableMapEvent columns,
        RowChange change,
        ZoneId zone,
        boolean isLastOfTransaction) {
    /** The kinds of changes. */
    public enum Kind {
        /** A new row. */
        INSERT,
        /** A row has other values. */
        UPDATE,
        /** A row is gone. */
        DELETE,
        /** All rows are gone, by TRUNCATE TABLE. */
        TRUNCATE
    }
}
