// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.List;

/**
 * What the session's functions answer: the generated key, the counts and the diagnostics of the latest statements. As far as
 * replies tell them, the gateway knows them without asking; where they do not, the connection is asked before it is given back.
 * Confined to the session's event loop.
 */
public final class Figures {
    private long lastInsertId;
    private long rowCount;
    private long foundRows;
    private List<String[]> warnings = List.of();
    private boolean onConnection;
    private boolean keyOnConnection;
    private boolean keyUnread;
    private boolean foundRowsUnread;
    private long sentRows;

    Figures() {}

    /**
     * What {@code LAST_INSERT_ID()} answers, unless {@link #isKeyUnread}.
     *
     * @return an unsigned 64-bit number
     */
    public long lastInsertId() {
        return lastInsertId;
    }

    /**
     * Takes over the key for certain.
     *
     * @param key an unsigned 64-bit number
     */
    public void lastInsertId(long key) {
        lastInsertId = key;
        keyUnread = false;
    }

    /**
     * What {@code ROW_COUNT()} answers.
     *
     * @return the affected rows of the latest statement, -1 after a result set or an error
     */
    public long rowCount() {
        return rowCount;
    }

    /**
     * What {@code FOUND_ROWS()} answers.
     *
     * @return the rows of the latest SELECT
     */
    public long foundRows() {
        return foundRows;
    }

    /**
     * The counts behind a statement.
     *
     * @param newRowCount affected rows, or -1
     * @param newFoundRows rows of the latest SELECT
     */
    public void counts(long newRowCount, long newFoundRows) {
        rowCount = newRowCount;
        foundRows = newFoundRows;
    }

    /**
     * Takes over what the latest SELECT has found, for certain.
     *
     * @param rows how many
     */
    public void foundRows(long rows) {
        foundRows = rows;
        foundRowsUnread = false;
    }

    /**
     * Whether only the connection knows what was found: with SQL_CALC_FOUND_ROWS, and behind statements of which servers count
     * some and not others.
     *
     * @return true until the connection was asked
     */
    public boolean isFoundRowsUnread() {
        return foundRowsUnread;
    }

    /**
     * The latest statement's rows may count as found, or others than those that were sent.
     *
     * @param sent how many rows were sent
     */
    public void foundRowsMayHaveChanged(long sent) {
        foundRowsUnread = true;
        sentRows = sent;
    }

    /**
     * Takes over what the connection says was found, if it is of this session's statement: servers count the rows of some
     * statements and not of others, and what they have not counted leaves the figure of whoever had the connection before.
     *
     * @param told what the connection says
     * @param before what it would have said before the statement; -1 when that is not known
     */
    public void foundRowsRead(long told, long before) {
        boolean untouched = told == before && told != sentRows;
        foundRows(untouched ? foundRows : told);
    }

    /**
     * The diagnostics of the latest statement, where they were fetched or are known to be none.
     *
     * @return rows of level, code and message
     */
    public List<String[]> warnings() {
        return warnings;
    }

    /**
     * Keeps the diagnostics of the latest statement.
     *
     * @param rows of level, code and message
     */
    public void warnings(List<String[]> rows) {
        warnings = rows;
    }

    /**
     * Whether the connection that the session holds would answer {@code ROW_COUNT()}, {@code FOUND_ROWS()} and SHOW WARNINGS
     * rightly by itself: nothing but the session's latest statement ran on it last.
     *
     * @return false where the session holds none
     */
    public boolean areOnConnection() {
        return onConnection;
    }

    /**
     * Notes whether the connection's counts and diagnostics are the session's.
     *
     * @param are true behind a statement that ran there
     */
    public void onConnection(boolean are) {
        onConnection = are;
    }

    /**
     * Whether the connection's {@code LAST_INSERT_ID()} is the session's.
     *
     * @return false where the session holds no connection
     */
    public boolean isKeyOnConnection() {
        return keyOnConnection;
    }

    /**
     * Notes whether the connection's {@code LAST_INSERT_ID()} is the session's.
     *
     * @param is true once it was set there, by a statement or on purpose
     */
    public void keyOnConnection(boolean is) {
        keyOnConnection = is;
    }

    /**
     * Whether only the connection knows the key: a reply tells of a key that was generated and of one that was given in the same
     * way, but only the first is the session's.
     *
     * @return true until the connection was asked
     */
    public boolean isKeyUnread() {
        return keyUnread;
    }

    /** The latest statement may have changed the key. */
    public void keyMayHaveChanged() {
        keyOnConnection = true;
        keyUnread = true;
    }

    /** The session gives its connection back, or has lost it. */
    void detached() {
        onConnection = false;
        keyOnConnection = false;
        keyUnread = false;
        foundRowsUnread = false;
    }

    void reset() {
        lastInsertId = 0;
        rowCount = 0;
        warnings = List.of();
        detached();
    }
}
