// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.StatusFlags;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.HoldReason;
import java.util.Map;

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

    private static final Map<SessionEffect, HoldReason> HOLDING = Map.ofEntries(
            Map.entry(SessionEffect.USER_VARIABLE, HoldReason.USER_VARIABLE),
            Map.entry(SessionEffect.TEMPORARY_TABLE, HoldReason.TEMPORARY_TABLE),
            Map.entry(SessionEffect.USER_LOCK, HoldReason.USER_LOCK),
            Map.entry(SessionEffect.LOCK_TABLES, HoldReason.LOCK_TABLES),
            Map.entry(SessionEffect.GLOBAL_READ_LOCK, HoldReason.GLOBAL_READ_LOCK),
            Map.entry(SessionEffect.HANDLER, HoldReason.HANDLER),
            Map.entry(SessionEffect.FOUND_ROWS, HoldReason.FOUND_ROWS),
            Map.entry(SessionEffect.TEXT_PREPARE, HoldReason.TEXT_PREPARE),
            Map.entry(SessionEffect.CALL, HoldReason.CALL),
            Map.entry(SessionEffect.XA, HoldReason.XA),
            Map.entry(SessionEffect.SET_ROLE, HoldReason.ROLE),
            Map.entry(SessionEffect.SEQUENCE, HoldReason.UNKNOWN_STATE),
            Map.entry(SessionEffect.SESSION_VARIABLE, HoldReason.UNKNOWN_STATE),
            Map.entry(SessionEffect.UNKNOWN_STATE, HoldReason.UNKNOWN_STATE));

    private Aftermath() {}

    /** What a session learns from a reply before its connection is given back. */
    interface Learner {
        void learn(ClientSession session, PooledConnection connection, StatementInfo info, ReplyStatus status);
    }

    /** Takes over figures and flags of a reply, and settles for what reasons the connection must be kept. */
    static void learn(ClientSession session, PooledConnection connection, StatementInfo info, ReplyStatus status) {
        figures(session, info, status);
        effects(session, info, status);
    }

    /** Takes over what the reply says by itself: figures, the transaction, the presence of warnings. */
    static void figures(ClientSession session, StatementInfo info, ReplyStatus status) {
        var reasons = session.holdReasons();
        if (status.isError()) {
            session.counts(-1, session.foundRows());
            if (!session.autocommit()) {
                reasons.add(HoldReason.TRANSACTION_STATE_UNKNOWN);
            }
        } else {
            int flags = status.statusFlags() & ~OF_ONE_REPLY;
            session.statusFlags(flags);
            if (status.lastInsertId() != 0) {
                session.lastInsertId(status.lastInsertId());
            }
            boolean rows = status.hasRows();
            session.counts(
                    rows ? -1 : status.affectedRows(),
                    rows && info.kind() != StatementKind.SHOW ? status.rows() : session.foundRows());
            reasons.remove(HoldReason.TRANSACTION_STATE_UNKNOWN);
            if ((flags & StatusFlags.SERVER_STATUS_IN_TRANS) != 0) {
                reasons.add(HoldReason.TRANSACTION);
            } else {
                reasons.remove(HoldReason.TRANSACTION);
            }
        }
        if (status.isError() || status.warnings() > 0) {
            reasons.add(HoldReason.UNREAD_WARNINGS);
        }
    }

    private static void effects(ClientSession session, StatementInfo info, ReplyStatus status) {
        var reasons = session.holdReasons();
        for (SessionEffect effect : info.effects()) {
            var reason = HOLDING.get(effect);
            if (effect == SessionEffect.TEMPORARY_TABLE
                    && info.kind() != StatementKind.CREATE_TEMPORARY_TABLE
                    && info.kind() != StatementKind.MULTIPLE) {
                // To drop or use one leaves nothing behind that was not there.
                continue;
            }
            if (reason != null) {
                reasons.add(reason);
            } else if (effect == SessionEffect.UNLOCK_TABLES && !status.isError()) {
                reasons.remove(HoldReason.LOCK_TABLES);
                reasons.remove(HoldReason.GLOBAL_READ_LOCK);
            } else if (effect == SessionEffect.LAST_INSERT_ID
                    && (info.kind() == StatementKind.SELECT || info.kind() == StatementKind.MULTIPLE)) {
                // The reply to a SELECT does not carry the value that LAST_INSERT_ID(expr) has set.
                reasons.add(HoldReason.UNKNOWN_STATE);
            }
        }
    }

    /** Gives a connection back that no reason keeps; one whose state is not known for certain is not used again. */
    static void giveBack(ClientSession session, PooledConnection connection, boolean discard, String why) {
        session.held(null);
        if (discard) {
            connection.discard(why);
        } else {
            connection.release();
        }
    }
}
