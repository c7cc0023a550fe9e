// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.protocol.StatusFlags;
import java.util.ArrayList;
import java.util.List;

/**
 * What a session's client has begun and not ended, as the latest reply tells it, and what waits to be sent ahead of the next statement.
 * Confined to the session's event loop.
 */
public final class TransactionState {
    /** Set by MariaDB, and by nobody else, while {@code sql_mode} has ANSI_QUOTES. */
    private static final int MARIADB_STATUS_ANSI_QUOTES = 1 << 15;

    private final List<String> ahead = new ArrayList<>();
    private boolean beginPending;
    private Boolean nextReadOnly;
    private boolean lost;
    private boolean mayBeCommitted;
    private int statusFlags = StatusFlags.SERVER_STATUS_AUTOCOMMIT;

    TransactionState() {}

    /**
     * Statements that wait for the next one, which chooses the shard: SET TRANSACTION, BEGIN, SAVEPOINT.
     *
     * @return the live list, in order
     */
    public List<String> ahead() {
        return ahead;
    }

    /**
     * Whether a BEGIN was answered and not yet sent.
     *
     * @return true between BEGIN and the first statement behind it
     */
    public boolean beginPending() {
        return beginPending;
    }

    /**
     * Notes a BEGIN that waits for its first statement.
     *
     * @param sql the statement as the client wrote it
     * @param readOnly whether the transaction may only read
     */
    public void beginLater(String sql, boolean readOnly) {
        ahead.add(sql);
        beginPending = true;
        mayBeCommitted = false;
        statusFlags |= StatusFlags.SERVER_STATUS_IN_TRANS;
        if (readOnly) {
            statusFlags |= StatusFlags.SERVER_STATUS_IN_TRANS_READONLY;
        }
    }

    /**
     * Notes what SET TRANSACTION said of the next transaction's access.
     *
     * @param readOnly READ ONLY
     * @param readWrite READ WRITE
     */
    public void nextTransaction(boolean readOnly, boolean readWrite) {
        if (readOnly || readWrite) {
            nextReadOnly = readOnly;
        }
    }

    /**
     * Whether a transaction that says nothing of its access may only read.
     *
     * @param variables what the client has set
     * @return as SET TRANSACTION or the session's variables have it
     */
    public boolean beginsReadOnly(SessionVariables variables) {
        if (nextReadOnly != null) {
            return nextReadOnly;
        }
        String set = variables.get("tx_read_only");
        String value = set == null ? variables.get("transaction_read_only") : set;
        return value != null && (value.equals("1") || value.equalsIgnoreCase("ON") || value.equalsIgnoreCase("TRUE"));
    }

    /** Forgets a BEGIN that was never sent, with all that waited behind it. */
    public void forgetPendingBegin() {
        ahead.clear();
        beginPending = false;
        nextReadOnly = null;
        statusFlags &= ~(StatusFlags.SERVER_STATUS_IN_TRANS | StatusFlags.SERVER_STATUS_IN_TRANS_READONLY);
    }

    /**
     * Takes what is to be sent ahead of the next statement.
     *
     * @return the statements in order; the session keeps none of them
     */
    public List<String> takeAhead() {
        if (ahead.isEmpty()) {
            return List.of();
        }
        var taken = List.copyOf(ahead);
        ahead.clear();
        beginPending = false;
        nextReadOnly = null;
        return taken;
    }

    /**
     * Whether the client believes to be in a transaction.
     *
     * @return true from BEGIN to COMMIT or ROLLBACK
     */
    public boolean isOpen() {
        return (statusFlags & StatusFlags.SERVER_STATUS_IN_TRANS) != 0;
    }

    /**
     * Whether every statement is its own transaction unless BEGIN was said.
     *
     * @return the autocommit status as the server reported it
     */
    public boolean autocommit() {
        return (statusFlags & StatusFlags.SERVER_STATUS_AUTOCOMMIT) != 0;
    }

    /**
     * Whether the next statement is a transaction by itself: none is open or lost, and none begins with it.
     *
     * @return false also where statements wait to be sent ahead of it
     */
    public boolean nextStandsAlone() {
        return autocommit() && !isOpen() && !lost && ahead.isEmpty();
    }

    /** The transaction that may have been open has ended with its connection. */
    public void endedWithConnection() {
        statusFlags &= ~StatusFlags.SERVER_STATUS_IN_TRANS;
        mayBeCommitted &= lost;
    }

    /**
     * Whether the open transaction's shard was lost, so that nothing runs before ROLLBACK.
     *
     * @return true until the client has acknowledged the loss
     */
    public boolean isLost() {
        return lost;
    }

    /**
     * Notes that the open transaction is gone, or that the client has acknowledged it.
     *
     * @param lost the new state
     */
    public void lost(boolean lost) {
        boolean acknowledged = this.lost && !lost;
        this.lost = lost;
        mayBeCommitted &= !acknowledged;
    }

    /**
     * Whether the open transaction, or the one that was lost, may have been committed by a statement that failed in it: an ERR does not
     * tell.
     *
     * @return true up to the next reply that tells, or to the client's acknowledgement of the loss
     */
    public boolean mayBeCommitted() {
        return mayBeCommitted;
    }

    /** A statement has failed that commits the open transaction before it does its own work. */
    public void perhapsCommitted() {
        mayBeCommitted = true;
    }

    /**
     * The status flags of the latest reply.
     *
     * @return as in {@link StatusFlags}
     */
    public int statusFlags() {
        return statusFlags;
    }

    /**
     * Notes the status flags of a reply.
     *
     * @param statusFlags as the server sent them
     */
    public void statusFlags(int statusFlags) {
        this.statusFlags = statusFlags;
        mayBeCommitted = false;
    }

    /**
     * The status flags that an OK of the gateway carries: those that describe the session, without those of one reply.
     *
     * @return as in {@link StatusFlags}
     */
    public int lastingStatusFlags() {
        return statusFlags
                & (StatusFlags.SERVER_STATUS_IN_TRANS
                        | StatusFlags.SERVER_STATUS_AUTOCOMMIT
                        | StatusFlags.SERVER_STATUS_IN_TRANS_READONLY
                        | StatusFlags.SERVER_STATUS_NO_BACKSLASH_ESCAPES
                        | MARIADB_STATUS_ANSI_QUOTES);
    }

    void reset() {
        ahead.clear();
        beginPending = false;
        nextReadOnly = null;
        lost = false;
        mayBeCommitted = false;
        statusFlags = StatusFlags.SERVER_STATUS_AUTOCOMMIT;
    }
}
