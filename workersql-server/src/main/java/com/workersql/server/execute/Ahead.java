// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.protocol.Command;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.router.ServerFlavor;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.TrackingSettings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Sends what waits for the session's next statement: SET TRANSACTION, BEGIN, SAVEPOINT, and the key that LAST_INSERT_ID()
 * inside a larger statement must answer.
 */
final class Ahead {
    private static final String SET_KEY = "SET last_insert_id = ";

    private static final String SET_TRACKING = "SET SESSION " + TrackingSettings.PREFIX;

    private Ahead() {}

    /** Whoever has a statement to send behind what waits for it. */
    interface Ending {
        /**
         * The statement itself may be sent: at once behind a plain BEGIN, which cannot fail while its connection lives, and after their
         * answers behind all others.
         */
        void sentAhead();

        /** It must not be sent. */
        void failedAhead(GatewayError error);
    }

    /** Sends all that waits, in order. */
    static void send(
            ClientSession session, PooledConnection connection, Work work, ServerFlavor flavor, Ending ending) {
        var info = work.info();
        if (session.transaction().beginPending()) {
            // Should the statement fail, its ERR says nothing of the transaction that is open all the same.
            session.pins().add(HoldReason.TRANSACTION);
        }
        var waiting = session.transaction().takeAhead();
        var figures = session.figures();
        if (work.isRun() && needsKey(info) && !figures.isKeyOnConnection()) {
            // A statement that generates no key leaves the connection's, which must be the session's then.
            if (connection.state().lastInsertId() != figures.lastInsertId()) {
                waiting = plus(waiting, SET_KEY + Long.toUnsignedString(figures.lastInsertId()));
                connection.state().lastInsertId(figures.lastInsertId());
            }
            figures.keyOnConnection(true);
        }
        String tracking = session.tracking().ahead(session.transaction().isOpen());
        if (tracking != null) {
            waiting = plus(waiting, tracking);
        }
        String found = findRows(session, connection, work, flavor);
        if (found != null) {
            // In front of all others: a SET TRANSACTION is for the transaction that follows it at once.
            waiting = Stream.concat(Stream.of(found), waiting.stream()).toList();
        }
        if (waiting.isEmpty()) {
            ending.sentAhead();
            return;
        }
        figures.onConnection(false);
        if (waiting.stream().allMatch(sql -> sql.equals(found) || cannotFail(sql))) {
            // One write for all. Were the connection to break, all break together.
            for (String sql : waiting) {
                connection.enqueue(ReplyKind.QUERY, packet(sql), new StatusListener((status, broken) -> {}));
            }
            ending.sentAhead();
        } else {
            next(connection, waiting.iterator(), ending);
        }
    }

    /**
     * The statement that gives the connection the session's {@code FOUND_ROWS()}, or clears the diagnostics that whoever had the
     * connection before has left there; null where neither is needed.
     */
    private static String findRows(ClientSession session, PooledConnection connection, Work work, ServerFlavor flavor) {
        var info = work.info();
        var figures = session.figures();
        boolean readsDiagnostics =
                info.kind() == StatementKind.DIAGNOSTICS || info.kind() == StatementKind.SHOW_DIAGNOSTICS;
        boolean clears =
                readsDiagnostics && !session.pins().has(HoldReason.UNREAD_WARNINGS) && !figures.isFoundRowsUnread();
        boolean differs = clearsDiagnostics(session, connection, work, flavor);
        if (counts(session, work, flavor)) {
            figures.foundRowsOnConnection(true);
        }
        if (differs || clears) {
            connection.state().foundRows(figures.foundRows());
            return FoundRows.setting(figures.foundRows());
        }
        return null;
    }

    /** Whether the connection has to be given the session's {@code FOUND_ROWS()}, by a statement that clears the diagnostics. */
    static boolean clearsDiagnostics(
            ClientSession session, PooledConnection connection, Work work, ServerFlavor flavor) {
        return counts(session, work, flavor)
                && connection.state().foundRows() != session.figures().foundRows();
    }

    private static boolean counts(ClientSession session, Work work, ServerFlavor flavor) {
        // Whoever reads the diagnostics must find them: what is sent ahead would clear them.
        return work.isRun()
                && !work.info().has(SessionEffect.DIAGNOSTICS_USED)
                && (FoundRows.mayChange(work.info(), flavor) || opensToldTransaction(session))
                && !session.figures().isFoundRowsOnConnection();
    }

    /** Within a transaction of which the client is told, it would be told of what is sent ahead, too. */
    private static boolean opensToldTransaction(ClientSession session) {
        return session.tracking().tellsOfTransactions()
                && !session.transaction().isOpen();
    }

    /** A prepared text may read the key without saying so here. */
    private static boolean needsKey(StatementInfo info) {
        return info.has(SessionEffect.LAST_INSERT_ID_USED)
                || info.has(SessionEffect.LAST_INSERT_ID)
                || Aftermath.makesKeys(info);
    }

    private static List<String> plus(List<String> statements, String one) {
        var all = new ArrayList<>(statements);
        all.add(one);
        return all;
    }

    private static void next(PooledConnection connection, Iterator<String> waiting, Ending ending) {
        if (!waiting.hasNext()) {
            ending.sentAhead();
            return;
        }
        ShardConnections.statement(connection, waiting.next(), (status, broken) -> {
            if (broken != null) {
                ending.failedAhead(GatewayError.notExecuted(broken.getMessage()));
            } else if (status.isError()) {
                ending.failedAhead(GatewayError.ofServer(status.errno(), status.sqlState(), status.message()));
            } else {
                next(connection, waiting, ending);
            }
        });
    }

    static ByteBuf packet(String sql) {
        byte[] text = sql.getBytes(StandardCharsets.UTF_8);
        var packet = Unpooled.buffer(PacketEncoder.HEADER_BYTES + 1 + text.length);
        PacketEncoder.writeHeader(packet, 1 + text.length, 0);
        return packet.writeByte(Command.COM_QUERY).writeBytes(text);
    }

    private static boolean cannotFail(String sql) {
        if (sql.startsWith(SET_KEY) || sql.startsWith(SET_TRACKING)) {
            return true;
        }
        String text = sql.strip().toUpperCase(Locale.ROOT);
        return List.of("BEGIN", "BEGIN WORK", "START TRANSACTION").contains(text);
    }
}
