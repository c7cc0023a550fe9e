// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;

/** The columns of the result sets that the gateway makes itself. */
final class LocalColumns {
    private LocalColumns() {}

    static ColumnDefinition text(String name) {
        return ColumnDefinition.of(name, ColumnType.VAR_STRING);
    }

    static ColumnDefinition number(String name) {
        return ColumnDefinition.of(name, ColumnType.LONGLONG);
    }
}
