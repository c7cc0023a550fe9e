// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.router.LocalAction.SessionFunction;
import com.workersql.router.LocalAction.SessionFunctions;
import com.workersql.router.ServerFlavor;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Answers a SELECT of nothing but session functions from what the session has seen. */
final class SessionFunctionRows {
    private static final String FOUND_ROWS_IS_OLD =
            "FOUND_ROWS() is deprecated and will be removed in a future release." + " Consider using COUNT(*) instead.";

    private SessionFunctionRows() {}

    static LocalRows of(ClientSession session, SessionFunctions functions, String version, ServerFlavor flavor) {
        var charset = ResultCharset.of(session, flavor);
        var columns = new ArrayList<ColumnDefinition>();
        var row = new String[functions.items().size()];
        for (int i = 0; i < row.length; i++) {
            var item = functions.items().get(i);
            columns.add(LocalColumns.function(item.function(), item.columnName(), version, charset, flavor));
            row[i] = value(session, item.function(), version);
        }
        return new LocalRows(
                columns,
                List.<String[]>of(row),
                session.transaction().lastingStatusFlags(),
                warnings(functions, flavor));
    }

    /** MySQL warns of each function that it wants to be without some day. */
    private static List<String[]> warnings(SessionFunctions functions, ServerFlavor flavor) {
        if (flavor == ServerFlavor.MARIADB) {
            return List.of();
        }
        return functions.items().stream()
                .filter(item -> item.function() == SessionFunction.FOUND_ROWS)
                .map(item -> new String[] {"Warning", "1287", FOUND_ROWS_IS_OLD})
                .toList();
    }

    /** Whether the rows can be described without a server. */
    static boolean canDescribe(ClientSession session, SessionFunctions functions, ServerFlavor flavor) {
        if (ResultCharset.of(session, flavor) != null) {
            return true;
        }
        return functions.items().stream().allMatch(item -> switch (item.function()) {
            case LAST_INSERT_ID, ROW_COUNT, FOUND_ROWS, CONNECTION_ID, WARNING_COUNT, ERROR_COUNT -> true;
            case DATABASE, USER, CURRENT_USER, VERSION -> false;
        });
    }

    /**
     * A function's value as an SQL expression of the function's own type; null for those that a connection answers rightly by
     * itself.
     */
    static String expression(ClientSession session, SessionFunction function, String version, ServerFlavor flavor) {
        return switch (function) {
            case ROW_COUNT -> session.figures().areOnConnection() ? null : instead(session, function, version);
            case FOUND_ROWS -> session.figures().isFoundRowsOnConnection() ? null : instead(session, function, version);
            case CONNECTION_ID ->
                "COALESCE(CAST(" + value(session, function, version) + " AS UNSIGNED), CONNECTION_ID())";
            case WARNING_COUNT, ERROR_COUNT ->
                session.pins().has(HoldReason.UNREAD_WARNINGS)
                        ? null
                        : diagnosticsCount(value(session, function, version), function, flavor);
            case USER, CURRENT_USER, VERSION ->
                "COALESCE('" + value(session, function, version).replace("'", "''") + "', " + function + "())";
            case LAST_INSERT_ID, DATABASE -> null;
        };
    }

    /** Whether a value counts what the statement before has left. */
    static boolean isDiagnosticsCount(SessionFunction function) {
        return function == SessionFunction.WARNING_COUNT || function == SessionFunction.ERROR_COUNT;
    }

    /** MySQL calls an expression NOT NULL whose first part is, and its variables are not. */
    private static String diagnosticsCount(String count, SessionFunction function, ServerFlavor flavor) {
        String number = "CAST(" + count + " AS UNSIGNED)";
        String nullable = flavor == ServerFlavor.MYSQL ? "NULLIF(" + number + ", -1)" : number;
        return "COALESCE(" + nullable + ", @@" + function.name().toLowerCase(Locale.ROOT) + ")";
    }

    private static String instead(ClientSession session, SessionFunction function, String version) {
        return "COALESCE(" + value(session, function, version) + ", " + function + "())";
    }

    private static String value(ClientSession session, SessionFunction function, String version) {
        return switch (function) {
            case LAST_INSERT_ID -> Long.toUnsignedString(session.figures().lastInsertId());
            case ROW_COUNT -> Long.toString(session.figures().rowCount());
            case FOUND_ROWS -> Long.toString(session.figures().foundRows());
            case CONNECTION_ID -> Integer.toString(session.id());
            case DATABASE -> session.schema();
            case USER -> session.principal().user() + "@" + session.clientHost();
            case CURRENT_USER -> session.principal().user() + "@%";
            case VERSION -> version;
            case WARNING_COUNT -> Integer.toString(session.figures().warnings().size());
            case ERROR_COUNT ->
                Long.toString(session.figures().warnings().stream()
                        .filter(row -> row[0].equals("Error"))
                        .count());
        };
    }
}
