// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.router.LocalAction.ShowWarnings;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Keeps SHOW WARNINGS true without keeping connections: only the number of warnings travels with a reply, the warnings
 * themselves live on the connection. So a connection with warnings is kept for a short while, in which most clients ask; then
 * they are fetched and kept by the session, and the connection is given back.
 */
final class Diagnostics {
    private static final byte[] SHOW_WARNINGS = "SHOW WARNINGS".getBytes(StandardCharsets.US_ASCII);

    private final long holdMillis;

    Diagnostics(long holdMillis) {
        this.holdMillis = holdMillis;
    }

    /** Starts the clock for a session that keeps its connection for nothing but unread warnings. */
    void releaseSoon(ClientSession session) {
        if (onlyWarnings(session)) {
            var held = session.held();
            session.loop()
                    .schedule(
                            () -> {
                                if (held.equals(session.held()) && session.running() == null && onlyWarnings(session)) {
                                    fetch(session, held);
                                }
                            },
                            holdMillis,
                            TimeUnit.MILLISECONDS);
        }
    }

    private static boolean onlyWarnings(ClientSession session) {
        return session.held() != null
                && session.holdReasons().size() == 1
                && session.holdReasons().contains(HoldReason.UNREAD_WARNINGS);
    }

    private static void fetch(ClientSession session, ClientSession.Held held) {
        session.running(held.connection());
        var payload = Unpooled.buffer(1 + SHOW_WARNINGS.length).writeByte(0x03).writeBytes(SHOW_WARNINGS);
        held.connection().executePayload(ReplyKind.QUERY, payload, new TextRows() {
            @Override
            protected void completed(List<String[]> rows, ReplyStatus status) {
                session.warnings(rows);
                done(session, held.connection(), false);
            }

            @Override
            public void onBroken(BrokenConnectionException e) {
                done(session, held.connection(), true);
            }
        });
    }

    private static void done(ClientSession session, PooledConnection connection, boolean discard) {
        session.running(null);
        Aftermath.giveBack(session, connection, discard, "broken");
        var waiting = session.takeWaiting();
        if (waiting != null) {
            waiting.run();
        }
    }

    /** Runs a step of the next command now, or when the fetch under way has ended. */
    void whenIdle(ClientSession session, Runnable step) {
        if (session.running() == null) {
            step.run();
        } else {
            session.waiting(step);
        }
    }

    /** The answer to SHOW WARNINGS, SHOW ERRORS or their counts for a session whose connection is already given back. */
    static LocalRows show(ClientSession session, ShowWarnings show) {
        var rows = session.warnings().stream()
                .filter(row -> !show.errorsOnly() || row[0].equals("Error"))
                .toList();
        if (show.count()) {
            String name = show.errorsOnly() ? "@@session.error_count" : "@@session.warning_count";
            return new LocalRows(
                    List.of(LocalColumns.number(name)),
                    List.<String[]>of(new String[] {Integer.toString(rows.size())}),
                    session.lastingStatusFlags());
        }
        return new LocalRows(
                List.of(LocalColumns.text("Level"), LocalColumns.number("Code"), LocalColumns.text("Message")),
                rows.stream().skip(show.offset()).limit(show.limit()).toList(),
                session.lastingStatusFlags());
    }
}
