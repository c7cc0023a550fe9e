// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.util.List;
import java.util.Set;

/**
 * What a statement may leave behind in its connection, or what it needs to find there. The pool keeps a session on its
 * connection while such state may exist; {@code SESSION_TRACK} of the server does not report all of these.
 */
public enum SessionEffect {
    /** Writes a user variable, by {@code SET @a}, {@code @a := ...} or {@code INTO @a}. */
    USER_VARIABLE,
    /** Reads a user variable, so it needs the connection on which that was written. */
    USER_VARIABLE_USED,
    /** Sets a system variable of the session. */
    SESSION_VARIABLE,
    /** Changes the current schema. */
    SCHEMA,
    /** Creates or drops a temporary table. */
    TEMPORARY_TABLE,
    /** {@code GET_LOCK}, {@code RELEASE_LOCK}, {@code RELEASE_ALL_LOCKS} or the locking service's functions. */
    USER_LOCK,
    /**
     * Names a user lock, by {@code GET_LOCK}, {@code RELEASE_LOCK}, {@code IS_FREE_LOCK} or {@code IS_USED_LOCK}: names that all
     * sessions of a server share.
     */
    LOCK_NAME_USED,
    /** {@code LOCK TABLES} or {@code FLUSH TABLES ... FOR EXPORT}. */
    LOCK_TABLES,
    /** {@code UNLOCK TABLES}: table locks and the global read lock end here. */
    UNLOCK_TABLES,
    /** {@code FLUSH TABLES WITH READ LOCK}, {@code LOCK INSTANCE} or {@code BACKUP STAGE}. */
    GLOBAL_READ_LOCK,
    /** Opens, reads or closes a {@code HANDLER}. */
    HANDLER,
    /** {@code SQL_CALC_FOUND_ROWS}. */
    FOUND_ROWS,
    /** Creates, runs or drops a prepared statement by text. */
    TEXT_PREPARE,
    /** Calls a stored procedure or a stored function, whose body is unknown here. */
    CALL,
    /** Any {@code XA} statement. */
    XA,
    /** Sets {@code LAST_INSERT_ID} by {@code LAST_INSERT_ID(expression)}. */
    LAST_INSERT_ID,
    /** Reads {@code LAST_INSERT_ID()} or its variables within a statement that a shard has to run. */
    LAST_INSERT_ID_USED,
    /** Reads {@code ROW_COUNT()} within a statement that a shard has to run. */
    ROW_COUNT_USED,
    /** Reads {@code FOUND_ROWS()} within a statement that a shard has to run. */
    FOUND_ROWS_USED,
    /** Reads {@code CONNECTION_ID()}, {@code USER()}, {@code CURRENT_USER} or {@code VERSION()} within a statement that a shard has to run. */
    IDENTITY_USED,
    /** Names a table, or may: such a statement clears the diagnostics area also on MariaDB, where others leave it. */
    TABLES,
    /**
     * Holds a query although it is none itself, as INSERT ... SELECT does, or joins tables that it changes: it may change what {@code
     * FOUND_ROWS()} answers.
     */
    QUERY,
    /**
     * A query behind which {@code FOUND_ROWS()} need not be the number of its rows: with OFFSET, INTO, PROCEDURE or a set operation.
     */
    OTHER_FOUND_ROWS,
    /**
     * A query that makes one row of all its rows: where its optimizer sees that there are none, MariaDB leaves {@code FOUND_ROWS()} as it
     * was.
     */
    AGGREGATE,
    /** Reads the diagnostics area of the statement before it. */
    DIAGNOSTICS_USED,
    /** {@code SET ROLE}; it outlives {@code COM_RESET_CONNECTION}. */
    SET_ROLE,
    /** {@code NEXTVAL}, {@code SETVAL} or {@code LASTVAL} of a sequence, in any of their spellings. */
    SEQUENCE,
    /**
     * Reads the latest value of a sequence that the session has taken, which its connection knows: {@code LASTVAL}, {@code PREVIOUS
     * VALUE FOR}. Without {@link #SEQUENCE} it is {@code s.currval}, which is a column unless {@code sql_mode} has ORACLE.
     */
    SEQUENCE_VALUE_USED,
    /** Starts, ends or marks a transaction. */
    TRANSACTION,
    /** Commits the open transaction by itself, as DDL does. */
    IMPLICIT_COMMIT,
    /** Locks rows although it reads: {@code FOR UPDATE}, {@code FOR SHARE}, {@code LOCK IN SHARE MODE}. */
    ROW_LOCK,
    /** Anything may have happened: the text could not be analysed. */
    UNKNOWN_STATE;

    /**
     * {@return an immutable set of effects}
     *
     * @param effects which
     */
    public static Set<SessionEffect> setOf(SessionEffect... effects) {
        return EffectSet.of(List.of(effects));
    }
}
