// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import io.netty.buffer.ByteBuf;
import java.util.Map;

/** One execution of a prepared statement, as it can be sent to any connection that has the statement. */
interface Execution {
    /**
     * The payload of the COM_STMT_EXECUTE, parameter types included, since the connection may not know them.
     *
     * @param statementId the connection's id of the statement
     * @param cursor whether the server is asked for a cursor, where the client {@link #wantsCursor wants} one
     * @return owned by the caller
     */
    ByteBuf encode(int statementId, boolean cursor);

    /** Whether the client would rather fetch the rows than have them sent with the execution. */
    default boolean wantsCursor() {
        return false;
    }

    /** The parameters that are sent ahead in pieces, by index; the buffers stay this execution's. */
    Map<Integer, ? extends ByteBuf> longData();

    /** Another execution of the same parameters; both are released. */
    Execution again();

    /** Gives up what it holds. Called once. */
    void release();
}
