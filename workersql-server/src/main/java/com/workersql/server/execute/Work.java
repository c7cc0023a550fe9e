// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.router.StatementInfo;
import com.workersql.server.error.GatewayError;
import java.util.function.Consumer;

/** What is to be done on a connection once there is one: a text query, a prepared statement, or the preparation of one. */
interface Work {
    /** No values. */
    byte[] NO_BYTES = {};

    /** What the router knows of the statement. */
    StatementInfo info();

    /** The statement's text, for those few statements that are read once more; null where there is nothing to read. */
    byte[] sql();

    /** The text as the client wrote it, with its hints, whatever is sent in its place; null as {@link #sql}. */
    default byte[] asked() {
        return sql();
    }

    /** What a command does with its statement. */
    enum Step {
        PREPARES,
        RUNS,
        /** Sends rows that an execution has found; the statement itself is not run again. */
        FETCHES
    }

    /** What this command does with the statement. */
    default Step step() {
        return Step.RUNS;
    }

    /** Whether the statement is run, and not only prepared or read on. */
    default boolean isRun() {
        return step() == Step.RUNS;
    }

    /**
     * Lets the server open a cursor where the client wants one, or has the rows sent with the execution, as is the case until this is
     * called.
     *
     * @param may whether the session may keep the connection for it
     */
    default void mayOpenCursor(boolean may) {}

    /** Whether the server will be asked to open a cursor. */
    default boolean asksForCursor() {
        return false;
    }

    /**
     * Hears how the server has ended the command, before the session settles for what reasons it keeps the connection. Not called where
     * the session is over.
     */
    default void ended(PooledConnection connection, ReplyStatus status) {}

    /**
     * The name of the client's file that the statement loads, as the server will ask for it; null where it loads none, so that a server
     * that asks for one all the same does not get it.
     *
     * @param noBackslashEscapes how the session's texts are read
     */
    default byte[] fileName(boolean noBackslashEscapes) {
        return null;
    }

    /**
     * Sends the command, once.
     *
     * @param connection the session's connection, its state set
     * @param listener gets the reply
     * @param failed takes the error when the command cannot be sent after all; the listener then hears nothing
     */
    void send(PooledConnection connection, ReplyListener listener, Consumer<GatewayError> failed);

    /** The values that go with the text, with their types, for whoever compares statements; null where that cannot be told. */
    default byte[] parameterBytes() {
        return NO_BYTES;
    }

    /** Whether the reply's rows are in the binary form. */
    default boolean hasBinaryRows() {
        return false;
    }

    /** Another work that sends the same, for a statement that runs on several shards. Both are sent or dropped. */
    Work again();

    /**
     * This work with another text, which takes over what it holds: the router has put a tenant's predicate into it.
     *
     * @param sql the text that is sent in the place of the client's; it has the same placeholders
     */
    Work rewritten(byte[] sql);

    /** Gives the work up: what it holds, and what it would do behind answers that are still to come. Harmless at its end. */
    void drop();
}
