// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.binlog.ColumnValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Which rows a subscriber wants to hear of.
 *
 * @param tenant on whose behalf; null for a user without a tenant
 * @param schema of the table
 * @param table its name
 * @param owner whose rows of it; null for all rows
 * @param shards where the rows are, in order
 */
public record Interest(String tenant, String schema, String table, RowOwner owner, List<String> shards) {
    /**
     * Whose rows of a shared table.
     *
     * @param column the table's tenant column
     * @param value what stands there in the tenant's rows; values of two tenants differ in more than case
     */
    public record RowOwner(String column, String value) {
        private static final int UUID_BYTES = 16;

        /** Whether a row is the tenant's, as SQL compares: without regard to case and trailing spaces. */
        boolean owns(ColumnValue found) {
            return found != ColumnValue.NULL && (found.text().stripTrailing().equalsIgnoreCase(value) || isUuid(found));
        }

        /** MariaDB's UUID looks as its bytes in the log. */
        private boolean isUuid(ColumnValue found) {
            return found instanceof ColumnValue.Text text
                    && text.bytes().length() == UUID_BYTES
                    && text.charset().equals(StandardCharsets.ISO_8859_1)
                    && MariaDbTypes.uuid(text.bytes()).equalsIgnoreCase(value);
        }
    }

    /** Copies the shards. */
    public Interest {
        shards = List.copyOf(shards);
    }

    /** What a position is sealed for: who asks for other rows cannot use it. */
    String scope() {
        return String.join("\n", String.valueOf(tenant), schema, table.toLowerCase(Locale.ROOT), String.valueOf(owner));
    }
}
