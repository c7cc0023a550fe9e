// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.value.RowReader;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Ticker;

/**
 * The JSON object of an answer while it grows. Its members come in this order: columns, data, rowCount, moreResults, the figures
 * of a change, time and meta, and last of all success, so that whoever reads it to the end knows.
 */
final class JsonAnswer implements AnswerDocument {
    private final QueryOutput output;
    private final AnswerChunks chunks;
    private final boolean rowsAsArrays;
    private final AnswerFigures figures;
    private JsonRows rows;
    private boolean open;
    private boolean inData;
    private int results;
    private long rowCount;

    JsonAnswer(QueryOutput output, boolean rowsAsArrays, String requestId, Ticker clock) {
        this.output = output;
        this.chunks = new AnswerChunks(output);
        this.rowsAsArrays = rowsAsArrays;
        this.figures = new AnswerFigures(requestId, clock);
    }

    /** Begins a member of the object: the brace or the comma, then the text. */
    private void member(String text) {
        chunks.out().writeByte(open ? ',' : '{');
        open = true;
        JsonOutput.raw(chunks.out(), text);
    }

    /** The second and later results of a CALL go into an array of their own. */
    @Override
    public void fromCache(boolean stale) {
        figures.fromCache(stale);
    }

    @Override
    public void beginResult(ColumnDefinition[] columns) {
        if (results == 0) {
            member("\"columns\":");
        } else {
            if (results == 1) {
                member("\"moreResults\":[");
            } else {
                chunks.out().writeByte(',');
            }
            JsonOutput.raw(chunks.out(), "{\"columns\":");
        }
        results++;
        rowCount = 0;
        rows = new JsonRows(columns, rowsAsArrays);
        rows.writeColumns(chunks.out());
        JsonOutput.raw(chunks.out(), ",\"data\":[");
        inData = true;
    }

    @Override
    public void row(RowReader row, ByteBuf payload) {
        var out = chunks.out();
        if (rowCount > 0) {
            out.writeByte(',');
        }
        rows.writeRow(out, row, payload);
        rowCount++;
        chunks.flushIfFull();
    }

    @Override
    public void endResult() {
        if (inData) {
            inData = false;
            JsonOutput.raw(chunks.out(), "],\"rowCount\":" + rowCount + (results > 1 ? "}" : ""));
        }
    }

    @Override
    public void flush() {
        chunks.flush();
    }

    @Override
    public void complete(long affectedRows, long lastInsertId, int warnings) {
        endRows();
        if (results == 0) {
            member("\"rowsAffected\":");
            JsonOutput.unsigned(chunks.out(), affectedRows);
        }
        if (lastInsertId != 0) {
            member("");
            AnswerFigures.insertId(chunks.out(), lastInsertId);
        }
        member("");
        figures.write(chunks.out(), warnings);
        member("\"success\":true}");
        output.complete(chunks.take());
    }

    @Override
    public void fail(GatewayError error) {
        endRows();
        member("");
        figures.write(chunks.out(), 0);
        member("");
        figures.failure(chunks.out(), error);
        chunks.out().writeByte('}');
        output.fail(error, chunks.take());
    }

    private void endRows() {
        endResult();
        if (results > 1) {
            chunks.out().writeByte(']');
        }
    }

    @Override
    public void close() {
        chunks.close();
    }
}
