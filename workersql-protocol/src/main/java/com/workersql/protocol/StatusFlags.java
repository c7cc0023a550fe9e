// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol;

/**
 * The bits of the server's status in OK and EOF packets, by MySQL's own names. Source: dev.mysql.com "SERVER_STATUS_flags_enum".
 */
public final class StatusFlags {
    /** A transaction is open. */
    public static final int SERVER_STATUS_IN_TRANS = 1;
    /** Autocommit is on. */
    public static final int SERVER_STATUS_AUTOCOMMIT = 1 << 1;
    /** Another result follows. */
    public static final int SERVER_MORE_RESULTS_EXISTS = 1 << 3;
    /** No good index was used. */
    public static final int SERVER_QUERY_NO_GOOD_INDEX_USED = 1 << 4;
    /** No index was used. */
    public static final int SERVER_QUERY_NO_INDEX_USED = 1 << 5;
    /** A cursor is open: rows are got by COM_STMT_FETCH. */
    public static final int SERVER_STATUS_CURSOR_EXISTS = 1 << 6;
    /** The cursor has no more rows. */
    public static final int SERVER_STATUS_LAST_ROW_SENT = 1 << 7;
    /** A schema was dropped. */
    public static final int SERVER_STATUS_DB_DROPPED = 1 << 8;
    /** Backslash is no escape in strings. */
    public static final int SERVER_STATUS_NO_BACKSLASH_ESCAPES = 1 << 9;
    /** The prepared statement's columns are not those of its preparation. */
    public static final int SERVER_STATUS_METADATA_CHANGED = 1 << 10;
    /** The query was slow. */
    public static final int SERVER_QUERY_WAS_SLOW = 1 << 11;
    /** The result holds OUT parameters. */
    public static final int SERVER_PS_OUT_PARAMS = 1 << 12;
    /** The open transaction only reads. */
    public static final int SERVER_STATUS_IN_TRANS_READONLY = 1 << 13;
    /** The OK holds changes of the session's state. */
    public static final int SERVER_SESSION_STATE_CHANGED = 1 << 14;

    private StatusFlags() {}
}
