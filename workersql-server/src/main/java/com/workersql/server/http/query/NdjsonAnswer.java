// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.value.RowReader;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Ticker;

/**
 * A JSON document a line: the columns, the rows, and last the totals or the error. A second result of a CALL begins with a line
 * of its columns again. Who has not seen a line with {@code success} has not seen the end.
 */
final class NdjsonAnswer implements AnswerDocument {
    private final QueryOutput output;
    private final AnswerChunks chunks;
    private final boolean rowsAsArrays;
    private final AnswerFigures figures;
    private JsonRows rows;
    private long rowCount;

    NdjsonAnswer(QueryOutput output, boolean rowsAsArrays, String requestId, Ticker clock) {
        this.output = output;
        this.chunks = new AnswerChunks(output);
        this.rowsAsArrays = rowsAsArrays;
        this.figures = new AnswerFigures(requestId, clock);
    }

    @Override
    public void fromCache(boolean stale) {
        figures.fromCache(stale);
    }

    @Override
    public void beginResult(ColumnDefinition[] columns) {
        rows = new JsonRows(columns, rowsAsArrays);
        JsonOutput.raw(chunks.out(), "{\"columns\":");
        rows.writeColumns(chunks.out());
        JsonOutput.raw(chunks.out(), "}\n");
    }

    @Override
    public void row(RowReader row, ByteBuf payload) {
        rows.writeRow(chunks.out(), row, payload);
        chunks.out().writeByte('\n');
        rowCount++;
        chunks.flushIfFull();
    }

    @Override
    public void endResult() {
        // The next line, whatever it is, ends it.
    }

    @Override
    public void flush() {
        chunks.flush();
    }

    @Override
    public void complete(long affectedRows, long lastInsertId, int warnings) {
        var out = chunks.out();
        if (rows == null) {
            JsonOutput.raw(out, "{\"rowsAffected\":");
            JsonOutput.unsigned(out, affectedRows);
        } else {
            JsonOutput.raw(out, "{\"rowCount\":" + rowCount);
        }
        if (lastInsertId != 0) {
            out.writeByte(',');
            AnswerFigures.insertId(out, lastInsertId);
        }
        out.writeByte(',');
        figures.write(out, warnings);
        JsonOutput.raw(out, ",\"success\":true}\n");
        output.complete(chunks.take());
    }

    @Override
    public void fail(GatewayError error) {
        chunks.out().writeByte('{');
        figures.failure(chunks.out(), error);
        JsonOutput.raw(chunks.out(), "}\n");
        output.fail(error, chunks.take());
    }

    @Override
    public void close() {
        chunks.close();
    }
}
