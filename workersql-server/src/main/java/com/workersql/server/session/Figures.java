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
    private boolean foundRowsOnConnection;
    private int warningCount;
    private boolean warningsCounted = true;

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
     * Takes over what {@code ROW_COUNT()} answers.
     *
     * @param rows affected rows, or -1
     */
    public void rowCount(long rows) {
        rowCount = rows;
    }

    /**
     * Takes over what was found by a statement that the session's connection did not run.
     *
     * @param rows how many
     */
    public void foundRows(long rows) {
        foundRows = rows;
        foundRowsUnread = false;
        foundRowsOnConnection = false;
    }

    /**
     * Takes over what the session's connection has found, for certain.
     *
     * @param rows how many, as it would answer itself
     */
    public void foundRowsCounted(long rows) {
        foundRows = rows;
        foundRowsUnread = false;
        foundRowsOnConnection = true;
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

    /** The latest statement may have found rows: what the connection answers from now on is the session's. */
    public void foundRowsMayHaveChanged() {
        foundRowsUnread = true;
        foundRowsOnConnection = true;
    }

    /**
     * Whether the connection's {@code FOUND_ROWS()} is the session's.
     *
     * @return false where the session holds no connection
     */
    public boolean isFoundRowsOnConnection() {
        return foundRowsOnConnection;
    }

    /**
     * Notes whether the connection's {@code FOUND_ROWS()} is the session's.
     *
     * @param is true once it was made to be
     */
    public void foundRowsOnConnection(boolean is) {
        foundRowsOnConnection = is;
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
        warningCount = rows.size();
        warningsCounted = true;
    }

    /**
     * Whether it is known how many diagnostics the latest statement has left. An error does not tell what stands beside it.
     *
     * @return false until the connection was asked
     */
    public boolean areWarningsCounted() {
        return warningsCounted;
    }

    /**
     * How many diagnostics the latest statement has left, whether they were fetched or not.
     *
     * @return as the reply told it; 1 behind an error of which {@link #areWarningsCounted} is not true yet
     */
    public int warningCount() {
        return warningCount;
    }

    /**
     * Keeps the diagnostics that were left on the connection.
     *
     * @param rows of level, code and message
     */
    public void warningsFetched(List<String[]> rows) {
        warnings = rows;
        if (!warningsCounted) {
            warningCount = rows.size();
            warningsCounted = true;
        }
    }

    /** A statement that shows diagnostics, or resets a prepared one, has none of its own, and leaves those of the one before. */
    public void warningsShown() {
        warningCount = 0;
        warningsCounted = true;
    }

    /**
     * The diagnostics of the latest statement are on its connection.
     *
     * @param count how many, as the reply told it
     */
    public void warningsUnread(int count) {
        warnings = List.of();
        warningCount = count;
        warningsCounted = true;
    }

    /**
     * An error of the gateway's own has ended the latest statement, and stands behind the diagnostics of the one before, which count no more.
     *
     * @param rows all of them, of level, code and message
     */
    public void errorBehind(List<String[]> rows) {
        warnings(rows);
        warningCount = 1;
    }

    /** The latest statement has ended in an error, which is on its connection, perhaps with warnings beside it. */
    public void errorUnread() {
        warningsUnread(1);
        warningsCounted = false;
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
        foundRowsOnConnection = false;
    }

    void reset() {
        lastInsertId = 0;
        rowCount = 0;
        warnings(List.of());
        detached();
    }
}
