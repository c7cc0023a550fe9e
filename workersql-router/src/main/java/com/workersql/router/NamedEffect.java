// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import java.util.Objects;

/**
 * A {@link SessionEffect} with the name of what it is about, so that a session can tell when the last of its kind is gone.
 *
 * @param action what the statement does if it succeeds
 * @param name the name without quotes: user variables and locks in lower case, tables and sequences with their schema where one was written;
 *     null where the text does not tell it, for example a lock whose name is an expression
 */
public record NamedEffect(Action action, String name) {

    /** What is done to the thing that is named. */
    public enum Action {
        /** {@code CREATE TEMPORARY TABLE}. */
        CREATE_TEMPORARY_TABLE,
        /** {@code DROP TABLE}, with or without {@code TEMPORARY}: a temporary table of that name does not exist afterwards. */
        DROP_TABLE,
        /** {@code RENAME TABLE} and {@code ALTER TABLE ... RENAME}; the name is null. */
        RENAME_TABLE,
        /** {@code GET_LOCK(name, timeout)}. */
        TAKE_LOCK,
        /** {@code RELEASE_LOCK(name)}. */
        RELEASE_LOCK,
        /** {@code RELEASE_ALL_LOCKS()}; the name is null. */
        RELEASE_ALL_LOCKS,
        /** {@code HANDLER ... OPEN}; the name is the alias where there is one. */
        OPEN_HANDLER,
        /** {@code HANDLER ... CLOSE}. */
        CLOSE_HANDLER,
        /** {@code PREPARE name FROM ...}. */
        PREPARE,
        /** {@code EXECUTE name}. */
        EXECUTE,
        /** {@code DEALLOCATE PREPARE} and {@code DROP PREPARE}. */
        DEALLOCATE,
        /** {@code @name := ...} and {@code INTO @name}. */
        WRITE_USER_VARIABLE,
        /** {@code NEXTVAL(name)} that is evaluated for certain, whatever the data are. */
        TAKE_SEQUENCE_VALUE,
        /** {@code LASTVAL(name)}; behind those {@link #TAKE_SEQUENCE_VALUE} of the statement that are evaluated before it. */
        READ_SEQUENCE_VALUE
    }

    /** Checks the action. */
    public NamedEffect {
        Objects.requireNonNull(action, "action");
    }
}
