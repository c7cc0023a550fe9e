// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.PreparedStatement;
import com.workersql.pool.ReplyStatus;
import com.workersql.pool.StatementText;
import com.workersql.protocol.StatusFlags;
import com.workersql.router.ServerFlavor;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.ClientStatement;
import com.workersql.server.session.HoldReason;

/**
 * The cursors of a session's prepared statements. One is on the connection that it was opened on, in a statement of the server's own that
 * is executed for cursors only, and the session keeps that connection up to the last row. A commit, a rollback and definitions leave it as
 * it is. What servers do, and what ends them, was tried on MariaDB 11.4 and MySQL 9.
 */
final class Cursors {
    private Cursors() {}

    /**
     * Whether a server may be asked for a cursor. For what is no query neither family makes sense of it: MariaDB 11.4 is ended by DELETE ...
     * RETURNING with a cursor, and MySQL 9 by fetching from that of a SHOW PROCESSLIST or an EXPLAIN, which their answers say to have opened.
     */
    static boolean mayBeAskedFor(StatementInfo info) {
        return info.kind() == StatementKind.SELECT || info.kind() == StatementKind.VALUES;
    }

    /** Whether a reply to an execution that asked for a cursor says that there is one. */
    static boolean isOpened(ReplyStatus status) {
        int flags = status.statusFlags();
        return !status.isError()
                && status.rows() == 0
                && (flags & StatusFlags.SERVER_STATUS_CURSOR_EXISTS) != 0
                && (flags & StatusFlags.SERVER_MORE_RESULTS_EXISTS) == 0;
    }

    /**
     * The key of the server's statement that is executed for a cursor. It is never executed without one: MySQL 9 does not answer that. Two
     * statements of a session that have the same text have a cursor each.
     *
     * @param text the key of those that are executed without
     * @param statement the client's, which has no cursor now
     */
    static StatementText text(PooledConnection connection, StatementText text, ClientStatement statement) {
        var ofCursors = statement.cursorText(text);
        var known = connection.preparedStatements().lookup(ofCursors);
        return known == null || !known.isHeld()
                ? ofCursors
                : ofCursors.besides(PrepareWork.ofStatement(statement.id()));
    }

    /** A cursor was opened, which keeps the connection. */
    static void opened(ClientSession session, ClientStatement statement, PreparedStatement on) {
        on.hold(true);
        statement.cursor(on);
        session.pins().add(HoldReason.OPEN_CURSOR, PrepareWork.ofStatement(statement.id()));
    }

    /** Whether rows can be fetched: the session still has the connection. */
    static boolean isOpen(ClientSession session, ClientStatement statement) {
        return statement.cursor() != null
                && session.pins().names(HoldReason.OPEN_CURSOR).contains(PrepareWork.ofStatement(statement.id()));
    }

    /** The server has ended the cursor. */
    static void ended(ClientSession session, ClientStatement statement) {
        statement.cursor().hold(false);
        statement.cursor(null);
        session.pins().remove(HoldReason.OPEN_CURSOR, PrepareWork.ofStatement(statement.id()));
    }

    /** Ends the cursor that a statement may have with the server's statement, and what kept the connection for it. */
    static void close(StatementExecutor executor, ClientSession session, ClientStatement statement) {
        if (!isOpen(session, statement)) {
            statement.cursor(null);
            return;
        }
        var connection = session.held().connection();
        var on = statement.cursor();
        ended(session, statement);
        connection.preparedStatements().forget(on.text());
        executor.retention().release(session);
    }

    /** Why nothing can be fetched: there never was a cursor, or it has ended, or it went with its connection, of which this tells once. */
    static GatewayError notOpen(ClientStatement statement, ServerFlavor flavor) {
        boolean lost = statement.cursor() != null;
        statement.cursor(null);
        String end = flavor == ServerFlavor.MYSQL ? "." : "";
        return GatewayError.refused(
                1421,
                "HY000",
                "The statement (" + Integer.toUnsignedString(statement.id()) + ") has no open cursor"
                        + (lost ? ": it was lost with the connection to its shard" : end));
    }
}
