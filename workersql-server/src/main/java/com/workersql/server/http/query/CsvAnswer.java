// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.value.RowReader;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * Comma-separated values (RFC 4180) in UTF-8 with a line of names: NULL is nothing between two commas, an empty text is {@code ""},
 * bytes are base64, everything else is as the server prints it. An empty line parts the results of a CALL; a statement without
 * rows gives a line with its figures. The form has no place for an error: one behind the first rows breaks the answer off.
 */
final class CsvAnswer implements AnswerDocument {
    private final QueryOutput output;
    private final AnswerChunks chunks;
    private ColumnDefinition[] columns;
    private int results;

    CsvAnswer(QueryOutput output) {
        this.output = output;
        this.chunks = new AnswerChunks(output);
    }

    @Override
    public void beginResult(ColumnDefinition[] definitions) {
        columns = definitions;
        if (results++ > 0) {
            endLine();
        }
        for (int i = 0; i < definitions.length; i++) {
            separate(i);
            text(chunks.out(), Unpooled.wrappedBuffer(definitions[i].name().getBytes(StandardCharsets.UTF_8)));
        }
        endLine();
    }

    private void separate(int column) {
        if (column > 0) {
            chunks.out().writeByte(',');
        }
    }

    private void endLine() {
        JsonOutput.raw(chunks.out(), "\r\n");
    }

    @Override
    public void row(RowReader row, ByteBuf payload) {
        for (int i = 0; i < columns.length; i++) {
            separate(i);
            if (!row.isNull(i)) {
                value(chunks.out(), row, payload, i);
            }
        }
        endLine();
        chunks.flushIfFull();
    }

    private void value(ByteBuf out, RowReader row, ByteBuf payload, int i) {
        var column = columns[i];
        if (column.isBytes()) {
            JsonOutput.base64(out, payload, row.valueIndex(i), row.valueBytes(i));
        } else if (column.type().isNumeric() || isTemporal(column)) {
            row.appendText(i, out);
        } else {
            text(out, payload.slice(row.valueIndex(i), row.valueBytes(i)));
        }
    }

    private static boolean isTemporal(ColumnDefinition column) {
        return switch (column.type()) {
            case DATE, NEWDATE, TIME, DATETIME, TIMESTAMP -> true;
            default -> false;
        };
    }

    private static void text(ByteBuf out, ByteBuf utf8) {
        if (utf8.isReadable() && utf8.forEachByte(CsvAnswer::isPlain) < 0) {
            out.writeBytes(utf8);
            return;
        }
        out.writeByte('"');
        while (utf8.isReadable()) {
            byte b = utf8.readByte();
            if (b == '"') {
                out.writeByte('"');
            }
            out.writeByte(b);
        }
        out.writeByte('"');
    }

    private static boolean isPlain(byte b) {
        return b != '"' && b != ',' && b != '\r' && b != '\n';
    }

    @Override
    public void endResult() {
        columns = null;
    }

    @Override
    public void flush() {
        chunks.flush();
    }

    @Override
    public void complete(long affectedRows, long lastInsertId, int warnings) {
        if (results == 0) {
            JsonOutput.raw(
                    chunks.out(),
                    "rowsAffected,lastInsertId\r\n" + Long.toUnsignedString(affectedRows) + ","
                            + (lastInsertId == 0 ? "" : Long.toUnsignedString(lastInsertId)) + "\r\n");
        }
        output.complete(chunks.take());
    }

    @Override
    public void fail(GatewayError error) {
        output.fail(error, chunks.take());
    }

    @Override
    public void close() {
        chunks.close();
    }
}
