// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.pool.ReplyStatus;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.concurrent.Ticker;

/**
 * The JSON object of an answer while it grows. Its members come in this order: columns, data, rowCount, moreResults, the figures
 * of a change, time and meta, and last of all success, so that whoever reads it to the end knows.
 */
final class AnswerDocument {
    private static final int CHUNK_BYTES = 16 * 1024;

    private final QueryOutput output;
    private final String requestId;
    private final Ticker clock;
    private final long startNanos;
    private ByteBuf chunk;
    private boolean open;
    private boolean inData;
    private int results;
    private long rowCount;

    AnswerDocument(QueryOutput output, String requestId, Ticker clock) {
        this.output = output;
        this.requestId = requestId;
        this.clock = clock;
        this.startNanos = clock.nanoTime();
    }

    private ByteBuf out() {
        if (chunk == null) {
            chunk = ByteBufAllocator.DEFAULT.buffer(1024);
        }
        return chunk;
    }

    /** Begins a member of the object: the brace or the comma, then the text. */
    private void member(String text) {
        out().writeByte(open ? ',' : '{');
        open = true;
        JsonOutput.raw(out(), text);
    }

    /** A result with rows begins; the second and later ones of a CALL go into an array of their own. */
    void beginResult(JsonRows rows) {
        if (results == 0) {
            member("\"columns\":");
        } else {
            if (results == 1) {
                member("\"moreResults\":[");
            } else {
                out().writeByte(',');
            }
            JsonOutput.raw(out(), "{\"columns\":");
        }
        results++;
        rowCount = 0;
        rows.writeColumns(out());
        JsonOutput.raw(out(), ",\"data\":[");
        inData = true;
    }

    /** Where the next row goes. */
    ByteBuf nextRow() {
        if (rowCount > 0) {
            out().writeByte(',');
        }
        return out();
    }

    /** A row has been written. */
    void rowWritten() {
        rowCount++;
        if (chunk.readableBytes() >= CHUNK_BYTES) {
            flush();
        }
    }

    /** The rows of a result have ended; harmless when there were none. */
    void endResult() {
        if (inData) {
            inData = false;
            JsonOutput.raw(out(), "],\"rowCount\":" + rowCount + (results > 1 ? "}" : ""));
        }
    }

    /** Hands over what has been written. */
    void flush() {
        if (chunk != null && chunk.isReadable()) {
            var full = chunk;
            chunk = null;
            output.write(full);
        }
    }

    /** The statement went well. */
    void complete(ReplyStatus status) {
        complete(status.affectedRows(), status.lastInsertId(), status.warnings());
    }

    /** The statement went well, with these figures; the first two are unsigned. */
    void complete(long affectedRows, long lastInsertId, int warnings) {
        endRows();
        if (results == 0) {
            member("\"rowsAffected\":");
            JsonOutput.unsigned(out(), affectedRows);
        }
        if (lastInsertId != 0) {
            member("\"lastInsertId\":");
            JsonOutput.unsigned(out(), lastInsertId);
            member("\"insertId\":");
            JsonOutput.unsigned(out(), lastInsertId);
        }
        figures(warnings);
        member("\"success\":true}");
        output.complete(take());
    }

    /** The statement failed. */
    void fail(GatewayError error) {
        endRows();
        figures(0);
        member("\"success\":false,\"error\":");
        ErrorDocument.of(error, requestId).writeError(out());
        out().writeByte('}');
        output.fail(error, take());
    }

    private void endRows() {
        endResult();
        if (results > 1) {
            out().writeByte(']');
        }
    }

    private void figures(int warnings) {
        member("\"executionTime\":");
        JsonOutput.millis(out(), clock.nanoTime() - startNanos);
        member("\"cached\":false");
        member("\"meta\":{\"requestId\":");
        JsonOutput.string(out(), requestId);
        if (warnings > 0) {
            JsonOutput.raw(out(), ",\"warnings\":" + warnings);
        }
        out().writeByte('}');
    }

    private ByteBuf take() {
        var taken = out();
        chunk = null;
        return taken;
    }

    /** Gives up the document. */
    void close() {
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }
}
