// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.router.LocalAction.SessionFunction;
import com.workersql.router.LocalAction.SessionFunctions;
import com.workersql.server.session.ClientSession;
import java.util.ArrayList;
import java.util.List;

/** Answers a SELECT of nothing but session functions from what the session has seen. */
final class SessionFunctionRows {
    private SessionFunctionRows() {}

    static LocalRows of(ClientSession session, SessionFunctions functions, String version) {
        var columns = new ArrayList<ColumnDefinition>();
        var row = new String[functions.items().size()];
        for (int i = 0; i < row.length; i++) {
            var item = functions.items().get(i);
            columns.add(
                    isNumber(item.function())
                            ? LocalColumns.number(item.columnName())
                            : LocalColumns.text(item.columnName()));
            row[i] = value(session, item.function(), version);
        }
        return new LocalRows(columns, List.<String[]>of(row), session.lastingStatusFlags());
    }

    private static boolean isNumber(SessionFunction function) {
        return switch (function) {
            case LAST_INSERT_ID, ROW_COUNT, FOUND_ROWS, CONNECTION_ID -> true;
            case DATABASE, USER, CURRENT_USER, VERSION -> false;
        };
    }

    private static String value(ClientSession session, SessionFunction function, String version) {
        return switch (function) {
            case LAST_INSERT_ID -> Long.toUnsignedString(session.lastInsertId());
            case ROW_COUNT -> Long.toString(session.rowCount());
            case FOUND_ROWS -> Long.toString(session.foundRows());
            case CONNECTION_ID -> Integer.toString(session.id());
            case DATABASE -> session.schema();
            case USER -> session.principal().user() + "@" + session.clientHost();
            case CURRENT_USER -> session.principal().user() + "@%";
            case VERSION -> version;
        };
    }
}
