// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.ProgressReport;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.value.RowReader;

/**
 * Takes the meaning of a reply from a {@link ReplyReader}, piece by piece: for each result either {@link #onOk}, or
 * {@link #onColumns}, rows and {@link #onRowsEnd}; {@link #onErr} ends it at any place. What it throws goes through to whoever
 * feeds the reader.
 */
public interface ReplyHandler {
    /**
     * A result with rows begins. Not called for {@link ReplyKind#FETCH}, whose columns are known.
     *
     * @param columns not changed by the reader afterwards; the very array that was given as known where definitions are left out
     */
    void onColumns(ColumnDefinition[] columns);

    /**
     * One row.
     *
     * @param row valid during the call only; lies over the row in whichever form it came
     */
    void onRow(RowReader row);

    /**
     * The rows of a result are complete, or a cursor was opened.
     *
     * @param statusFlags of {@link com.workersql.protocol.StatusFlags}; tells whether another result follows
     * @param warnings how many
     */
    void onRowsEnd(int statusFlags, int warnings);

    /** A result without rows. Its status tells whether another result follows. */
    void onOk(Ok ok);

    /** The reply failed; nothing follows, also where a result had begun. */
    void onErr(Err err);

    /**
     * A statement was prepared. Without definitions, as {@link StmtPrepareOk#metadataFollows} tells, both arrays are empty.
     *
     * @throws ProtocolException by default: it was not asked for
     */
    default void onPrepared(StmtPrepareOk statement, ColumnDefinition[] parameters, ColumnDefinition[] columns) {
        throw ProtocolException.malformed("a prepared statement that nobody waits for");
    }

    /**
     * The line of COM_STATISTICS.
     *
     * @throws ProtocolException by default: it was not asked for
     */
    default void onText(String text) {
        throw ProtocolException.malformed("a text that nobody waits for");
    }

    /**
     * The server wants a file, and waits until it was sent, or at least an empty packet.
     *
     * @param name as the server tells it: whether it may be read is the handler's to decide
     * @throws ProtocolException by default: no file is ever sent
     */
    default void onFileRequest(String name) {
        throw ProtocolException.malformed("the request of a local file, which is not allowed");
    }

    /** MariaDB tells how far the statement is; by default nobody is told. Any number of calls, before anything else. */
    default void onProgress(ProgressReport report) {}
}
