// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.message.server.ColumnDefinition;
import java.util.List;

/**
 * A small result set that the gateway answers itself.
 *
 * @param columns the column definitions
 * @param rows the values in text form, null for NULL; each row has as many as there are columns
 * @param statusFlags the status flags of the terminator
 * @param warnings the diagnostics that a server would leave behind it: rows of level, code and message
 */
public record LocalRows(List<ColumnDefinition> columns, List<String[]> rows, int statusFlags, List<String[]> warnings) {
    /**
     * A result set without diagnostics.
     *
     * @param columns the column definitions
     * @param rows the values in text form
     * @param statusFlags the status flags of the terminator
     */
    public LocalRows(List<ColumnDefinition> columns, List<String[]> rows, int statusFlags) {
        this(columns, rows, statusFlags, List.of());
    }
}
