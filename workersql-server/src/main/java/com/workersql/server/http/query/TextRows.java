// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.value.RowReader;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A short result as texts, for what the gateway itself asks a shard. Confined to the session's event loop.
 */
public final class TextRows implements AnswerDocument {
    private final QueryOutput output;
    private final List<String[]> rows = new ArrayList<>();
    private final Consumer<List<String[]>> complete;
    private final int maxRows;
    private boolean full;
    private ColumnDefinition[] columns;

    private TextRows(QueryOutput output, int maxRows, Consumer<List<String[]>> complete) {
        this.output = output;
        this.maxRows = maxRows;
        this.complete = complete;
    }

    /**
     * The form of such an answer.
     *
     * @param maxRows what is beyond them is left out
     * @param complete takes the rows of the first result, null where SQL says NULL, before the output hears of the end; on the
     *     session's event loop
     * @return a form of answers
     */
    public static AnswerDocument.Format format(int maxRows, Consumer<List<String[]>> complete) {
        return (output, requestId, clock) -> new TextRows(output, maxRows, complete);
    }

    @Override
    public void beginResult(ColumnDefinition[] definitions) {
        full = columns != null;
        columns = definitions;
    }

    @Override
    public void row(RowReader row, ByteBuf payload) {
        if (full || rows.size() >= maxRows) {
            return;
        }
        var values = new String[columns.length];
        for (int i = 0; i < values.length; i++) {
            if (!row.isNull(i)) {
                values[i] = payload.toString(row.valueIndex(i), row.valueBytes(i), StandardCharsets.UTF_8);
            }
        }
        rows.add(values);
    }

    @Override
    public void endResult() {
        // The rows are handed over together.
    }

    @Override
    public void flush() {
        // As above.
    }

    @Override
    public void complete(long affectedRows, long lastInsertId, int warnings) {
        complete.accept(rows);
        output.complete(Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void fail(GatewayError error) {
        output.fail(error, Unpooled.EMPTY_BUFFER);
    }

    @Override
    public void close() {
        rows.clear();
    }
}
