// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.StatusFlags;
import com.workersql.router.ServerFlavor;
import com.workersql.router.StatementInfo;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import java.util.Objects;

/**
 * What a session learns from a reply, and whether it keeps the connection. The verdict is the server's (status flags) for
 * transactions, and the lexer's for all other state.
 */
final class Aftermath {
    private static final int OF_ONE_REPLY = StatusFlags.SERVER_MORE_RESULTS_EXISTS
            | StatusFlags.SERVER_QUERY_NO_GOOD_INDEX_USED
            | StatusFlags.SERVER_QUERY_NO_INDEX_USED
            | StatusFlags.SERVER_STATUS_CURSOR_EXISTS
            | StatusFlags.SERVER_STATUS_LAST_ROW_SENT
            | StatusFlags.SERVER_QUERY_WAS_SLOW
            | StatusFlags.SERVER_PS_OUT_PARAMS
            | StatusFlags.SERVER_SESSION_STATE_CHANGED;

    private Aftermath() {}

    /** What a session learns from a reply before its connection is given back. */
    interface Learner {
        void learn(ClientSession session, PooledConnection connection, StatementInfo info, ReplyStatus status);

        /** Whether the session will have to keep the connection behind a statement of which its text does not tell. */
        default boolean keepsConnection() {
            return false;
        }

        /** Whether the statement ends with this reply: not where another shard is still to run it. */
        default boolean isLast() {
            return true;
        }
    }

    /** Takes over what the reply says by itself: figures, the transaction, the presence of warnings. */
    static void figures(
            ClientSession session,
            PooledConnection connection,
            StatementInfo info,
            ReplyStatus status,
            ServerFlavor flavor) {
        var pins = session.pins();
        var figures = session.figures();
        FoundRows.learn(figures, connection.state(), info, status, flavor);
        figures.rowCount(status.isError() || status.hasRows() ? -1 : status.affectedRows());
        if (status.isError()) {
            if (makesKeys(info)) {
                figures.keyMayHaveChanged();
            }
            if (!session.transaction().autocommit()) {
                pins.add(HoldReason.TRANSACTION_STATE_UNKNOWN);
            }
            if (session.transaction().isOpen() && Outcomes.mayCommit(info)) {
                session.transaction().perhapsCommitted();
            }
        } else {
            int flags = status.statusFlags() & ~OF_ONE_REPLY;
            boolean open = (flags & StatusFlags.SERVER_STATUS_IN_TRANS) != 0 || isSavepointSet(session, info, flags);
            session.transaction().statusFlags(flags);
            if (status.lastInsertId() != 0) {
                figures.keyMayHaveChanged();
            }
            pins.remove(HoldReason.TRANSACTION_STATE_UNKNOWN);
            if (open) {
                pins.add(HoldReason.TRANSACTION);
            } else {
                pins.remove(HoldReason.TRANSACTION);
            }
        }
        diagnostics(session, status);
    }

    /** What a reply to a question of the gateway's own tells of the transaction that the session may have open. */
    static void transactionTold(ClientSession session, int statusFlags) {
        session.transaction().statusFlags(statusFlags & ~OF_ONE_REPLY);
        session.pins().remove(HoldReason.TRANSACTION_STATE_UNKNOWN);
        if ((statusFlags & StatusFlags.SERVER_STATUS_IN_TRANS) != 0) {
            session.pins().add(HoldReason.TRANSACTION);
        }
    }

    private static void diagnostics(ClientSession session, ReplyStatus status) {
        if (status.isError()) {
            session.pins().add(HoldReason.UNREAD_WARNINGS);
            session.figures().errorUnread();
        } else if (status.warnings() > 0) {
            session.pins().add(HoldReason.UNREAD_WARNINGS);
            session.figures().warningsUnread(status.warnings());
        }
    }

    /**
     * Whether a savepoint exists in a transaction that the server does not call open yet: with autocommit off one can be set in
     * front of all that reads or writes. The connection is then kept although no flag says so, up to the transaction's end.
     */
    private static boolean isSavepointSet(ClientSession session, StatementInfo info, int flags) {
        if ((flags & StatusFlags.SERVER_STATUS_AUTOCOMMIT) != 0) {
            return false;
        }
        return switch (info.kind()) {
            case SAVEPOINT -> true;
            case COMMIT, ROLLBACK -> false;
            // What had been open by its flag has been ended by this statement.
            default ->
                session.pins().has(HoldReason.TRANSACTION)
                        && !session.transaction().isOpen()
                        && !info.isDdl();
        };
    }

    /**
     * What a command leaves that does not run its statement: its failure; of a preparation on MySQL what it warns of in the text, of a fetch
     * no count, and the diagnostics as they were.
     */
    static void notRun(ClientSession session, Work.Step step, ReplyStatus status, ServerFlavor flavor) {
        if (status.isError()) {
            failed(session);
        } else if (step == Work.Step.FETCHES) {
            session.figures().rowCount(-1);
        } else if (flavor == ServerFlavor.MYSQL) {
            diagnostics(session, status);
        }
    }

    /** What an error leaves that came before the statement was run. */
    static void failed(ClientSession session) {
        session.figures().rowCount(-1);
        session.figures().errorUnread();
        session.pins().add(HoldReason.UNREAD_WARNINGS);
    }

    /** Whether a statement may generate keys without saying LAST_INSERT_ID. */
    static boolean makesKeys(StatementInfo info) {
        return switch (info.kind()) {
            case INSERT, REPLACE, LOAD_DATA, CALL, EXECUTE, EXECUTE_IMMEDIATE, MULTIPLE -> true;
            default -> false;
        };
    }

    /** Gives up a connection between two statements: what was only there is gone, and the client is told with the next of them. */
    static void lost(ClientSession session, PooledConnection connection, String why) {
        if (session.transaction().isOpen()) {
            session.transaction().lost(true);
        }
        forget(session);
        connection.discard(why);
    }

    /** The session goes on without the connection that it had; where more than a transaction was there, only to its next reply. */
    static void forget(ClientSession session) {
        if (session.pins().holdStateMissedInSilence()) {
            session.closeAfterReply();
        }
        session.transaction().endedWithConnection();
        session.activity().running(null);
        session.held(null);
    }

    /** Gives a connection back that no reason keeps; one whose state is not known for certain is not used again. */
    static void giveBack(ClientSession session, PooledConnection connection) {
        boolean spoiled = session.pins().isSpoiled();
        session.held(null);
        if (spoiled) {
            connection.discard("statement could not be analysed");
        } else if (!Objects.equals(
                connection.state().schema(), connection.key().account().database())) {
            // Its key says in which schema it is, and no reset takes it back there.
            connection.discard("schema changed");
        } else {
            connection.release();
        }
    }
}
