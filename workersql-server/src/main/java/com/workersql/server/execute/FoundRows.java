// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ConnectionState;
import com.workersql.pool.ReplyStatus;
import com.workersql.router.ServerFlavor;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.server.session.Figures;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What statements do to the figure that {@code FOUND_ROWS()} answers, measured on MariaDB 11.4 and MySQL 9. It survives every reset, so
 * a connection has that of whoever had it before. A query finds the rows that it sends; of other statements, and of
 * queries that make one row of all, some count in some versions and some never, so the connection is given the session's figure ahead of them and asked behind them.
 */
final class FoundRows {
    private static final Pattern MATCHED = Pattern.compile("Rows matched: ([0-9]+) .*");

    /** Errors that are found before a query runs, so that it has found nothing: the figure is still the one before. */
    private static final Set<Integer> BEFORE_RUNNING = Set.of(
            1046, 1049, 1051, 1052, 1054, 1055, 1056, 1057, 1060, 1061, 1063, 1064, 1066, 1102, 1103, 1104, 1109, 1111,
            1115, 1140, 1142, 1143, 1146, 1149, 1176, 1210, 1221, 1222, 1235, 1241, 1247, 1248, 1253, 1267, 1270, 1271,
            1273, 1305, 1318, 1327, 1356, 1370, 1414, 1582, 1583, 1630, 3065, 4161);

    private FoundRows() {}

    /** Whether only the connection can tell what the figure is behind such a statement. */
    static boolean mayChange(StatementInfo info, ServerFlavor flavor) {
        if (info.has(SessionEffect.QUERY)) {
            return true;
        }
        return switch (info.kind()) {
            case SELECT ->
                info.has(SessionEffect.FOUND_ROWS) || info.has(SessionEffect.OTHER_FOUND_ROWS) || mayKeep(info, flavor);
            case VALUES, SHOW, EXPLAIN -> true;
            case CALL, EXECUTE, EXECUTE_IMMEDIATE, MULTIPLE, COMPOUND, UNKNOWN, ADMIN -> true;
            case UPDATE, DO -> flavor == ServerFlavor.MYSQL;
            default -> false;
        };
    }

    /** Whether the figure may be the one before, since no row was looked for where none could match. */
    private static boolean mayKeep(StatementInfo info, ServerFlavor flavor) {
        return flavor == ServerFlavor.MARIADB && info.has(SessionEffect.AGGREGATE);
    }

    /** Takes over what a reply tells of the figure. */
    static void learn(
            Figures figures, ConnectionState state, StatementInfo info, ReplyStatus status, ServerFlavor flavor) {
        if (Cursors.isOpened(status)) {
            // The query has found its rows, of which none was sent yet.
            figures.foundRowsMayHaveChanged();
            state.foundRows(-1);
            return;
        }
        long certain = status.isError() ? -1 : certain(figures, info, status, flavor);
        if (certain >= 0) {
            figures.foundRowsCounted(certain);
            state.foundRows(certain);
        } else if (mayChange(info, flavor) || mayHaveRun(info, status, flavor)) {
            figures.foundRowsMayHaveChanged();
            state.foundRows(-1);
        }
    }

    private static long certain(Figures figures, StatementInfo info, ReplyStatus status, ServerFlavor flavor) {
        return switch (info.kind()) {
            case SELECT -> {
                if (info.has(SessionEffect.FOUND_ROWS) || info.has(SessionEffect.OTHER_FOUND_ROWS)) {
                    yield -1;
                }
                boolean same = !figures.isFoundRowsUnread() && figures.foundRows() == status.rows();
                yield same || !mayKeep(info, flavor) ? status.rows() : -1;
            }
            case UPDATE -> flavor == ServerFlavor.MYSQL && !info.has(SessionEffect.QUERY) ? matched(status) : -1;
            default -> -1;
        };
    }

    /** MySQL counts the rows that an UPDATE has matched, and not always when there were none. */
    private static long matched(ReplyStatus status) {
        var told = status.message() == null ? null : MATCHED.matcher(status.message());
        long rows = told != null && told.matches() ? Long.parseLong(told.group(1)) : 0;
        return rows == 0 ? -1 : rows;
    }

    /** MariaDB forgets the figure when a query begins to run, also where it then fails. */
    private static boolean mayHaveRun(StatementInfo info, ReplyStatus status, ServerFlavor flavor) {
        return status.isError()
                && flavor == ServerFlavor.MARIADB
                && switch (info.kind()) {
                    case SELECT -> !BEFORE_RUNNING.contains(status.errno());
                    default -> false;
                };
    }

    /** A statement that finds so many rows and sends none; it clears the diagnostics, too. */
    static String setting(long rows) {
        if (rows == 0) {
            return "SELECT 1 FROM (SELECT 1 AS x) AS t LIMIT 0";
        }
        var digits = new StringBuilder();
        var tables = new StringBuilder();
        long power = 1;
        for (int digit = 0; digit == 0 || power < rows; digit++) {
            digits.append(digit == 0 ? "" : " + ")
                    .append("t")
                    .append(digit)
                    .append(".n * ")
                    .append(power);
            tables.append(digit == 0 ? "" : " JOIN ")
                    .append(TEN)
                    .append(" AS t")
                    .append(digit);
            power *= 10;
        }
        return "SELECT SQL_CALC_FOUND_ROWS 1 FROM " + tables + " WHERE " + digits + " < " + rows + " LIMIT 0";
    }

    private static final String TEN = IntStream.range(1, 10)
            .mapToObj(n -> " UNION ALL SELECT " + n)
            .collect(Collectors.joining("", "(SELECT 0 AS n", ")"));
}
