// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

/** Why a session keeps its backend connection between statements. */
public enum HoldReason {
    /** A transaction is open, as the server's status flags say. */
    TRANSACTION,
    /** With autocommit off an error hides whether the server opened a transaction. */
    TRANSACTION_STATE_UNKNOWN,
    /** The last reply had warnings that live on the connection only. */
    UNREAD_WARNINGS,
    /** A user variable was set to what cannot be set again elsewhere; literals can. */
    USER_VARIABLE,
    /** A temporary table exists. */
    TEMPORARY_TABLE,
    /** A lock taken with GET_LOCK is held. */
    USER_LOCK,
    /** LOCK TABLES is in force. */
    LOCK_TABLES,
    /** FLUSH TABLES WITH READ LOCK is in force. */
    GLOBAL_READ_LOCK,
    /** A HANDLER is open. */
    HANDLER,
    /** A statement was prepared by text. */
    TEXT_PREPARE,
    /** A prepared statement has a cursor of which rows are still to be fetched. */
    OPEN_CURSOR,
    /** A stored routine ran, whose effects are not known. */
    CALL,
    /** An XA transaction was begun. */
    XA,
    /** A role was set; it survives every reset. */
    ROLE,
    /** A session that reads the latest value of a sequence outside of transactions has taken one. */
    SEQUENCE_VALUE,
    /** A session variable was changed in a way that cannot be replayed elsewhere. */
    UNKNOWN_STATE,
    /** The server reported a change of its session's state that the statement's text does not explain. */
    TRACKED_STATE
}
