// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.value.RowReader;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Ticker;

/**
 * The document of one answer while it grows: it writes what a reply brings to a {@link QueryOutput}, in a form of its own.
 * Confined to the session's event loop. The last call is {@link #complete}, {@link #fail} or {@link #close}, once.
 */
public interface AnswerDocument {
    /**
     * The answer is a kept one.
     *
     * @param stale whether it is older than it should be
     */
    default void fromCache(boolean stale) {}

    /**
     * A result with rows begins; a CALL may have several.
     *
     * @param columns its columns, at least one
     */
    void beginResult(ColumnDefinition[] columns);

    /**
     * A row of the result.
     *
     * @param row wrapped with the result's columns
     * @param payload the row's bytes; valid during the call only
     */
    void row(RowReader row, ByteBuf payload);

    /** The rows of a result have ended. */
    void endResult();

    /** Hands over what has been written. */
    void flush();

    /**
     * The statement went well; both numbers are unsigned.
     *
     * @param affectedRows how many rows it changed
     * @param lastInsertId the first key that it generated, or 0
     * @param warnings how many warnings there are
     */
    void complete(long affectedRows, long lastInsertId, int warnings);

    /**
     * The statement failed.
     *
     * @param error why
     */
    void fail(GatewayError error);

    /** Nobody wants the document any more. */
    void close();

    /** A form of answers. */
    @FunctionalInterface
    interface Format {
        /**
         * Begins the answer of one statement.
         *
         * @param output takes the document
         * @param requestId part of the document
         * @param clock measures how long the statement took
         * @return confined to the session's event loop
         */
        AnswerDocument begin(QueryOutput output, String requestId, Ticker clock);

        /**
         * The JSON object of {@code POST /v1/query}.
         *
         * @param rowsAsArrays whether a row is an array of values, not an object by column names
         * @return the form
         */
        static Format json(boolean rowsAsArrays) {
            return (output, requestId, clock) -> new JsonAnswer(output, rowsAsArrays, requestId, clock);
        }

        /**
         * A JSON object a line.
         *
         * @param rowsAsArrays whether a row is an array of values, not an object by column names
         * @return the form
         */
        static Format ndjson(boolean rowsAsArrays) {
            return (output, requestId, clock) -> new NdjsonAnswer(output, rowsAsArrays, requestId, clock);
        }

        /**
         * Comma-separated values.
         *
         * @return the form
         */
        static Format csv() {
            return (output, requestId, clock) -> new CsvAnswer(output);
        }
    }
}
