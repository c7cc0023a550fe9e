// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.LocalAction.ShowWarnings;
import com.workersql.router.ServerFlavor;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.server.session.ClientSession;
import java.util.List;

/** Answers SHOW WARNINGS, SHOW ERRORS and their counts for sessions whose connection does not know them (any more). */
final class Diagnostics {
    private Diagnostics() {}

    static LocalRows show(ClientSession session, ShowWarnings show, ServerFlavor flavor) {
        var rows = session.figures().warnings().stream()
                .filter(row -> !show.errorsOnly() || row[0].equals("Error"))
                .toList();
        if (show.count()) {
            String name = show.errorsOnly() ? "@@session.error_count" : "@@session.warning_count";
            return new LocalRows(
                    List.of(LocalColumns.diagnosticsCount(name)),
                    List.<String[]>of(new String[] {Integer.toString(rows.size())}),
                    session.transaction().lastingStatusFlags());
        }
        var known = ResultCharset.of(session, flavor);
        var charset = known == null && flavor == ServerFlavor.MYSQL ? ResultCharset.OF_MYSQL : known;
        return new LocalRows(
                List.of(
                        LocalColumns.level(charset, flavor),
                        LocalColumns.code(flavor),
                        LocalColumns.message(charset, flavor)),
                rows.stream().skip(show.offset()).limit(show.limit()).toList(),
                session.transaction().lastingStatusFlags());
    }

    /** Whether a statement empties the diagnostics area although it leaves no diagnostics itself. */
    static boolean areClearedBy(StatementInfo info, ServerFlavor flavor) {
        return switch (info.kind()) {
            case SHOW_DIAGNOSTICS, DIAGNOSTICS -> false;
            default -> flavor == ServerFlavor.MYSQL || info.has(SessionEffect.TABLES);
        };
    }
}
