// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Asks a session's connection, behind the reply to its client, for what no reply tells, so that the connection can be given back:
 * the diagnostics, the generated key, what the client wants to be told, whether locks are still held, and whether a transaction is open.
 */
final class Inquiry {
    private final ClientSession session;
    private final PooledConnection connection;
    private final Ending ending;
    /** Sent next; null where nothing is. */
    private String restoring;
    /** Whether that is all, and what else only the connection knows stays there. */
    private boolean restoresOnly;
    /** Of the latest answer. */
    private int statusFlags;

    /** How an inquiry ends. */
    interface Ending {
        /** All questions were answered. */
        void answered();

        /** The connection is of no use any more. */
        void broken(String why);

        /** The server was lost or says nothing, which somebody should look into; {@link #broken} follows unless the client is gone. */
        void suspected();
    }

    private Inquiry(ClientSession session, PooledConnection connection, Ending ending) {
        this.session = session;
        this.connection = connection;
        this.ending = ending;
    }

    /** Whether there is something to ask once nothing but it keeps the connection. */
    static boolean isDue(ClientSession session) {
        return session.figures().isKeyUnread()
                || session.figures().isFoundRowsUnread()
                || session.tracking().isUnread()
                || locksMayBeGone(session);
    }

    private static boolean locksMayBeGone(ClientSession session) {
        return session.pins().isOnly(HoldReason.USER_LOCK)
                && session.pins().locksMayBeGone()
                && session.pins().areNamesKnown(HoldReason.USER_LOCK);
    }

    /** Asks; the session's next command waits until the ending was told. */
    static void start(ClientSession session, PooledConnection connection, Ending ending) {
        session.activity().running(connection);
        session.activity().asked(true);
        var inquiry = new Inquiry(session, connection, ending);
        KillWait.start(session, connection, inquiry::begin, () -> inquiry.ended(KillWait.SILENT));
    }

    private void begin() {
        if (session.isClosed()) {
            release();
        } else {
            next();
        }
    }

    /** The client has gone. A statement that nobody could analyse is being killed: the connection is ended behind that. */
    private void release() {
        if (session.activity().departing() == null) {
            connection.releaseAfterReset();
        }
    }

    private void next() {
        var pins = session.pins();
        var figures = session.figures();
        if (restoring != null) {
            String sql = restoring;
            restoring = null;
            ask(sql, rows -> {});
        } else if (restoresOnly) {
            answered();
        } else if (session.tracking().isRefused() && keepsDiagnostics()) {
            restoresOnly = true;
            askForTracking();
        } else if (pins.has(HoldReason.UNREAD_WARNINGS)) {
            ask("SHOW WARNINGS", rows -> {
                pins.remove(HoldReason.UNREAD_WARNINGS);
                figures.warningsFetched(rows);
            });
        } else if (figures.isKeyUnread() || figures.isFoundRowsUnread()) {
            ask("SELECT FOUND_ROWS(), LAST_INSERT_ID()", rows -> {
                if (figures.isFoundRowsUnread()) {
                    figures.foundRows(Long.parseUnsignedLong(rows.get(0)[0]));
                }
                if (figures.isKeyUnread()) {
                    figures.lastInsertId(Long.parseUnsignedLong(rows.get(0)[1]));
                    connection.state().lastInsertId(figures.lastInsertId());
                }
                countedItself();
            });
        } else if (session.tracking().isUnread()) {
            askForTracking();
        } else if (locksMayBeGone(session)) {
            askForLocks();
        } else if (pins.has(HoldReason.TRANSACTION_STATE_UNKNOWN)) {
            ask("SELECT 1", rows -> {
                countedItself();
                Aftermath.transactionTold(session, statusFlags);
            });
        } else {
            answered();
        }
    }

    private void answered() {
        session.activity().running(null);
        session.activity().asked(false);
        ending.answered();
    }

    /** Whether the session stays on the connection for more than its diagnostics, and these outlive a SET: MySQL's do not. */
    private boolean keepsDiagnostics() {
        return !session.pins().isEmpty()
                && !session.pins().isOnly(HoldReason.UNREAD_WARNINGS)
                && connection.serverVersion().contains("MariaDB");
    }

    /** What the client is told is its own from here on; the connection tells the gateway all of it again. */
    private void askForTracking() {
        if (session.tracking().isRefused()) {
            // Nothing to ask, and no rows sent within a transaction whose client may be told so.
            session.tracking().settings(session.tracking().own());
            restoring = TrackingAssignments.restoring(session);
            next();
            return;
        }
        ask(TrackingAssignments.question(session), rows -> {
            countedItself();
            TrackingAssignments.learn(session, connection, rows.get(0));
            restoring = TrackingAssignments.restoring(session);
        });
    }

    private void askForLocks() {
        session.pins().locksMayBeGone(false);
        var names = List.copyOf(session.pins().names(HoldReason.USER_LOCK));
        String sql = names.stream()
                .map(name -> "COALESCE(IS_USED_LOCK('" + name + "') = CONNECTION_ID(), 0)")
                .collect(Collectors.joining(", ", "SELECT ", ""));
        ask(sql, rows -> {
            countedItself();
            for (int i = 0; i < names.size(); i++) {
                if (rows.get(0)[i].equals("0")) {
                    session.pins().remove(HoldReason.USER_LOCK, names.get(i));
                }
            }
        });
    }

    /** A question has found a row of its own. */
    private void countedItself() {
        connection.state().foundRows(1);
        session.figures().foundRowsOnConnection(false);
    }

    /** What to do with an answer. */
    private interface Answer {
        void take(List<String[]> rows);
    }

    private void ask(String sql, Answer answer) {
        session.figures().onConnection(false);
        new Question() {
            @Override
            protected void answered(List<String[]> rows, ReplyStatus status) {
                if (session.isClosed()) {
                    release();
                    return;
                }
                if (status.isError()) {
                    broken("a question of the gateway's own was answered by " + status.errno());
                    return;
                }
                statusFlags = status.statusFlags();
                answer.take(rows);
                next();
            }

            @Override
            protected void lost(BrokenConnectionException cause) {
                ended("broken");
            }

            @Override
            protected void silent() {
                ended(SILENT);
            }
        }.askInTime(connection, sql);
    }

    private void ended(String why) {
        ending.suspected();
        if (session.isClosed() && session.activity().departing() != null) {
            SessionEnd.gone(session);
        } else if (session.isClosed()) {
            connection.discard(why);
        } else {
            broken(why);
        }
    }

    private void broken(String why) {
        session.activity().running(null);
        session.activity().asked(false);
        ending.broken(why);
    }
}
