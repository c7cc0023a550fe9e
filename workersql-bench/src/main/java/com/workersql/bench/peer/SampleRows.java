// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.peer;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.value.RealText;
import com.workersql.protocol.value.ResultSetWriter;
import com.workersql.protocol.value.RowWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;

/**
 * The rows that every codec reads and writes: ten columns, of which three are BIGINT, three DOUBLE and four VARCHAR. The doubles are
 * prices, measurements of six decimals, and results of a computation with all their sixteen or seventeen digits.
 */
final class SampleRows {
    static final int ROWS = 100;
    static final CapabilityFlags CAPABILITIES =
            new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_DEPRECATE_EOF);
    static final ColumnDefinition[] COLUMNS = columns();

    private static final double[][] REALS = reals(new Random(41));

    private SampleRows() {}

    private static ColumnDefinition[] columns() {
        ColumnDefinition[] columns = new ColumnDefinition[10];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = ColumnDefinition.of("c" + i, type(i));
        }
        return columns;
    }

    private static ColumnType type(int column) {
        return column < 3 ? ColumnType.LONGLONG : column < 6 ? ColumnType.DOUBLE : ColumnType.VAR_STRING;
    }

    static long number(int row, int column) {
        return (row + 1L) * (column == 0 ? 1 : column == 1 ? 1_000_003 : 4_000_000_007L);
    }

    static double real(int row, int column) {
        return REALS[row % ROWS][column - 3];
    }

    private static double[][] reals(Random random) {
        double[][] reals = new double[ROWS][];
        for (int row = 0; row < ROWS; row++) {
            reals[row] = new double[] {
                printedAlike(() -> random.nextInt(1, 1_000_000) / 100.0),
                printedAlike(() -> random.nextInt(-1_000_000_000, 1_000_000_000) / 1e6),
                printedAlike(() -> random.nextDouble() * 1000)
            };
        }
        return reals;
    }

    /** The next number that Java prints as MySQL does: no whole one, none with an exponent, none with a digit too many. */
    private static double printedAlike(DoubleSupplier numbers) {
        double number;
        do {
            number = numbers.getAsDouble();
        } while (!Double.toString(number).equals(RealText.of(number)));
        return number;
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
        new RowWriter().addPacket(out, COLUMNS, binary, values(row), 0);
        return ByteBufUtil.getBytes(out.skipBytes(PacketEncoder.HEADER_BYTES));
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

    /** Adds all values of a row to a sum, in their order, however they are decoded. */
    static double addTo(double sum, int row) {
        double added = sum;
        for (int i = 0; i < COLUMNS.length; i++) {
            added +=
                    i < 3 ? number(row, i) : i < 6 ? real(row, i) : text(row, i).hashCode();
        }
        return added;
    }
}
