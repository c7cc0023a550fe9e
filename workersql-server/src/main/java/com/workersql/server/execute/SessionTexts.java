// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.ClientCharset;
import com.workersql.router.Footprint;
import com.workersql.router.NamedEffect;
import com.workersql.router.Parameters;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.SessionEffect;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.router.StatementKind;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.SessionVariables;
import java.util.List;
import java.util.function.Supplier;

/** How sessions' texts are read: what the router gets to see of them, and what it finds in them beside their plans. */
final class SessionTexts {
    private final Router router;
    private final Supplier<Shards> shards;

    SessionTexts(Router router, Supplier<Shards> shards) {
        this.router = router;
        this.shards = shards;
    }

    /** What the router gets to see of a statement. */
    Statement statement(ClientSession session, byte[] sql, int length, Parameters parameters) {
        var held = session.held();
        return new Statement(context(session), sql, 0, length, parameters, held == null ? null : held.shard());
    }

    /** How the session's next statement is read. */
    StatementContext context(ClientSession session) {
        var context = session.context();
        if (context == null) {
            var current = shards.get();
            var modes = session.sqlModes();
            String tenant = session.principal().tenant();
            context = new StatementContext(
                    tenant,
                    session.schema(),
                    modes.ansiQuotes(),
                    modes.noBackslashEscapes(),
                    charset(session),
                    current.flavor(),
                    current.serverVersion(),
                    tenant != null,
                    modes.strict());
            session.context(context);
        }
        return context;
    }

    private static ClientCharset charset(ClientSession session) {
        String names = session.variables().get(SessionVariables.NAMES);
        String text = names != null ? names : session.variables().get("character_set_client");
        if (text == null) {
            return ClientCharset.UTF8;
        }
        String name = text.strip().split("[\\s]", 2)[0].replaceAll("['\"`]", "");
        return name.equalsIgnoreCase("default") ? ClientCharset.UTF8 : ClientCharset.named(name);
    }

    /** What a statement does to things of its session that have names. */
    List<NamedEffect> namedEffects(ClientSession session, Work work) {
        if (!Effects.hasNames(work.info(), session)) {
            return List.of();
        }
        byte[] sql = work.sql();
        return sql == null ? List.of() : router.namedEffects(statement(session, sql, sql.length, null));
    }

    /** What a statement touches, and how fresh its reads have to be. */
    Footprint footprint(ClientSession session, Work work) {
        byte[] sql = work.asked();
        return sql == null ? Footprint.UNKNOWN : router.footprint(statement(session, sql, sql.length, null));
    }

    /** Puts values in the place of session functions that this connection would answer for itself or for somebody else. */
    Work withSessionValues(ClientSession session, Work work) {
        var info = work.info();
        var figures = session.figures();
        boolean wrong = info.has(SessionEffect.IDENTITY_USED)
                || (info.has(SessionEffect.DIAGNOSTICS_USED) && info.kind() != StatementKind.SHOW_DIAGNOSTICS)
                || (info.has(SessionEffect.ROW_COUNT_USED) && !figures.areOnConnection())
                || (info.has(SessionEffect.FOUND_ROWS_USED) && !figures.isFoundRowsOnConnection());
        byte[] sql = wrong && !info.isDdl() ? work.sql() : null;
        if (sql == null) {
            return work;
        }
        var current = shards.get();
        boolean warnsOfItself = warnsOfItself(work, current.flavor());
        byte[] with = router.withSessionValues(
                statement(session, sql, sql.length, null),
                function -> warnsOfItself && SessionFunctionRows.isDiagnosticsCount(function)
                        ? null
                        : SessionFunctionRows.expression(session, function, current.versionText(), current.flavor()));
        return with == null ? work : work.rewritten(with);
    }

    /**
     * Whether a text counts what MySQL warns of in it, and not what the statement before has left: it wants to be without
     * {@code FOUND_ROWS()} some day. What was prepared was warned of then.
     */
    private static boolean warnsOfItself(Work work, ServerFlavor flavor) {
        return flavor == ServerFlavor.MYSQL
                && !work.hasBinaryRows()
                && (work.info().has(SessionEffect.FOUND_ROWS_USED)
                        || work.info().has(SessionEffect.FOUND_ROWS));
    }
}
