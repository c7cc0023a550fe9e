// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.peer;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.value.ResultSetWriter;
import com.workersql.protocol.value.RowWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/** The rows that every codec reads and writes: ten columns, of which three are BIGINT, three DOUBLE and four VARCHAR. */
final class SampleRows {
    static final int ROWS = 100;
    static final CapabilityFlags CAPABILITIES =
            new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_DEPRECATE_EOF);
    static final ColumnDefinition[] COLUMNS = columns();

    private SampleRows() {}

    private static ColumnDefinition[] columns() {
        ColumnDefinition[] columns = new ColumnDefinition[10];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = ColumnDefinition.of("c" + i, type(i));
        }
        return columns;
    }

    static ColumnType type(int column) {
        return column < 3 ? ColumnType.LONGLONG : column < 6 ? ColumnType.DOUBLE : ColumnType.VAR_STRING;
    }

    static long number(int row, int column) {
        return (row + 1L) * (column == 0 ? 1 : column == 1 ? 1_000_003 : 4_000_000_007L);
    }

    /** Quarters: every codec prints them in the same way. */
    static double real(int row, int column) {
        return (row + 1) * (column - 2) + 0.25;
    }

    static String text(int row, int column) {
        return "value " + column + " of row " + row;
    }

    /** The values of one row as a driver gives them: boxed. */
    static List<Object> values(int row) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < COLUMNS.length; i++) {
            values.add(i < 3 ? (Object) number(row, i) : i < 6 ? (Object) real(row, i) : text(row, i));
        }
        return values;
    }

    /** The payload of one row. */
    static byte[] payload(int row, boolean binary) {
        ByteBuf out = Unpooled.buffer();
        RowWriter writer = new RowWriter().begin(out, COLUMNS, binary);
        add(writer, values(row));
        writer.end();
        return ByteBufUtil.getBytes(out);
    }

    /** Adds values that lie ready. */
    static void add(RowWriter writer, List<Object> values) {
        for (int i = 0; i < COLUMNS.length; i++) {
            Object value = values.get(i);
            if (value instanceof Long number) {
                writer.addLong(number);
            } else if (value instanceof Double real) {
                writer.addDouble(real);
            } else {
                writer.addText((String) value);
            }
        }
    }

    /** A whole reply of so many rows, text. */
    static byte[] reply(int rows) {
        ByteBuf out = Unpooled.buffer();
        ResultSetWriter writer = new ResultSetWriter(out, 1, CAPABILITIES, StatusFlags.SERVER_STATUS_AUTOCOMMIT, false);
        writer.columns(List.of(COLUMNS));
        for (int i = 0; i < rows; i++) {
            writer.row(values(i).toArray());
        }
        writer.end(0);
        return ByteBufUtil.getBytes(out);
    }

    /** What the sum over all values of a row must be, however they were decoded. */
    static double checksum(int row) {
        double sum = 0;
        for (int i = 0; i < COLUMNS.length; i++) {
            sum += i < 3 ? number(row, i) : i < 6 ? real(row, i) : text(row, i).hashCode();
        }
        return sum;
    }
}
