// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.planetscale;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.value.RowReader;
import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.AnswerChunks;
import com.workersql.server.http.query.AnswerDocument;
import com.workersql.server.http.query.JsonOutput;
import com.workersql.server.http.query.QueryOutput;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Ticker;
import java.util.Locale;

/**
 * The answer of {@code Execute}: first the result, whose rows are the shard's text rows as they are, then the session, the error
 * and the time. Only the first result of a CALL has a place in it. The answer is never an error of HTTP.
 */
final class VitessAnswer implements AnswerDocument {
    private static final double NANOS_PER_SECOND = 1e9;

    private final QueryOutput output;
    private final AnswerChunks chunks;
    private final Ticker clock;
    private final Ending ending;
    private final long startNanos;
    private ColumnDefinition[] columns;
    private int results;
    private boolean inRows;
    private long rowCount;

    /** What becomes of the session. */
    interface Ending {
        /**
         * Called when the statement is over.
         *
         * @param failed whether it failed
         * @return what the client is to hold from here on
         * @throws SessionRefused when the session could not be kept
         */
        VitessSession session(boolean failed) throws SessionRefused;
    }

    /** The session could not be kept; what was set in it is gone. */
    static final class SessionRefused extends Exception {
        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial") // Never serialized: it does not leave this package.
        private final transient GatewayError error;

        SessionRefused(GatewayError error) {
            super(error.message(), null, false, false);
            this.error = error;
        }
    }

    VitessAnswer(QueryOutput output, Ticker clock, Ending ending) {
        this.output = output;
        this.chunks = new AnswerChunks(output);
        this.clock = clock;
        this.ending = ending;
        this.startNanos = clock.nanoTime();
    }

    @Override
    public void beginResult(ColumnDefinition[] definitions) {
        columns = definitions;
        if (results++ > 0) {
            return;
        }
        var out = chunks.out();
        JsonOutput.raw(out, "{\"result\":{\"fields\":[");
        for (int i = 0; i < columns.length; i++) {
            if (i > 0) {
                out.writeByte(',');
            }
            FieldTypes.write(out, columns[i]);
        }
        JsonOutput.raw(out, "],\"rows\":[");
        inRows = true;
    }

    @Override
    public void row(RowReader row, ByteBuf payload) {
        if (results > 1) {
            return;
        }
        var out = chunks.out();
        JsonOutput.raw(out, rowCount++ == 0 ? "{\"lengths\":[" : ",{\"lengths\":[");
        int bytes = 0;
        for (int i = 0; i < columns.length; i++) {
            int length = row.isNull(i) ? -1 : row.valueBytes(i);
            bytes += Math.max(length, 0);
            JsonOutput.raw(out, (i == 0 ? "\"" : ",\"") + length + "\"");
        }
        out.writeByte(']');
        if (bytes > 0) {
            values(out, row, payload, bytes);
        }
        out.writeByte('}');
        chunks.flushIfFull();
    }

    private void values(ByteBuf out, RowReader row, ByteBuf payload, int bytes) {
        var values = Unpooled.buffer(bytes);
        for (int i = 0; i < columns.length; i++) {
            if (!row.isNull(i)) {
                values.writeBytes(payload, row.valueIndex(i), row.valueBytes(i));
            }
        }
        JsonOutput.raw(out, ",\"values\":");
        JsonOutput.base64(out, values, 0, bytes);
    }

    @Override
    public void endResult() {
        if (inRows) {
            inRows = false;
            JsonOutput.raw(chunks.out(), "]}");
        }
    }

    @Override
    public void flush() {
        chunks.flush();
    }

    @Override
    public void complete(long affectedRows, long lastInsertId, int warnings) {
        endResult();
        if (results == 0) {
            JsonOutput.raw(chunks.out(), "{\"result\":{");
            if (affectedRows != 0) {
                JsonOutput.raw(chunks.out(), "\"rowsAffected\":\"" + Long.toUnsignedString(affectedRows) + "\"");
            }
            if (lastInsertId != 0) {
                JsonOutput.raw(
                        chunks.out(),
                        (affectedRows == 0 ? "" : ",") + "\"insertId\":\"" + Long.toUnsignedString(lastInsertId)
                                + "\"");
            }
            chunks.out().writeByte('}');
        }
        chunks.out().writeByte(',');
        end(null);
    }

    @Override
    public void fail(GatewayError error) {
        endResult();
        chunks.out().writeByte(results == 0 ? '{' : ',');
        end(error);
    }

    private void end(GatewayError error) {
        var out = chunks.out();
        var shown = error;
        JsonOutput.raw(out, "\"session\":");
        try {
            ending.session(error != null).write(out);
        } catch (SessionRefused e) {
            new VitessSession(null, false, null).write(out);
            shown = shown == null ? e.error : shown;
        }
        if (shown != null) {
            JsonOutput.raw(out, ",\"error\":");
            VitessErrors.write(out, shown);
        }
        double seconds = (clock.nanoTime() - startNanos) / NANOS_PER_SECOND;
        JsonOutput.raw(out, ",\"timing\":" + String.format(Locale.ROOT, "%.6f", seconds) + "}");
        output.complete(chunks.take());
    }

    @Override
    public void close() {
        chunks.close();
    }
}
