// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.peer;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.apache.shardingsphere.db.protocol.binary.BinaryCell;
import org.apache.shardingsphere.db.protocol.binary.BinaryRow;
import org.apache.shardingsphere.db.protocol.mysql.constant.MySQLBinaryColumnType;

/**
 * Rows of ten values, boxed as a driver gives them: the sample's, those of the table {@code order_line} of TPC-C, or of one kind each, since
 * a text row costs what its values cost to be printed.
 */
public enum RowKind {
    /** The sample's rows. */
    MIXED,
    /** Seven integers, a date with time, a decimal and a text. */
    ORDER_LINE,
    /** BIGINT of one to twelve digits. */
    INTEGERS,
    /** DOUBLE of two, of six decimals, and of all digits. */
    REALS,
    /** DECIMAL of scale 0, 2 and 4. */
    DECIMALS,
    /** DATETIME. */
    TIMES,
    /** VARCHAR of about twenty characters. */
    STRINGS,
    /** The same as bytes. */
    BYTES;

    private static final LocalDateTime START = LocalDateTime.of(2024, 2, 29, 23, 59, 58);
    /** One of so many lines of an order. */
    private static final int LINES = 15;

    List<List<Object>> rows() {
        List<List<Object>> rows = new ArrayList<>();
        for (int row = 0; row < SampleRows.ROWS; row++) {
            rows.add(row(row));
        }
        return rows;
    }

    private List<Object> row(int row) {
        if (this == MIXED) {
            return SampleRows.values(row);
        }
        if (this == ORDER_LINE) {
            return orderLine(row);
        }
        List<Object> made = new ArrayList<>();
        for (int i = 0; i < SampleRows.COLUMNS.length; i++) {
            int nth = i % 3;
            made.add(
                    switch (this) {
                        case INTEGERS -> SampleRows.number(row, nth) + i;
                        case REALS -> SampleRows.real(row, 3 + nth);
                        case DECIMALS -> BigDecimal.valueOf(SampleRows.number(row, nth) + i, 2 * nth);
                        case TIMES -> START.plusSeconds(SampleRows.number(row, nth) % 1_000_000_000 + i);
                        case STRINGS -> SampleRows.text(row, i);
                        default -> SampleRows.text(row, i).getBytes(StandardCharsets.UTF_8);
                    });
        }
        return made;
    }

    /** Order, district, warehouse, number, item, supplying warehouse, delivery, quantity, amount, and what the district says. */
    private static List<Object> orderLine(int row) {
        return List.of(
                3000L + row / LINES,
                row % 10 + 1L,
                row % 7 + 1L,
                row % LINES + 1L,
                (row * 7919L) % 100_000 + 1,
                row % 7 + 1L,
                START.plusSeconds(37L * row),
                5L,
                BigDecimal.valueOf((row * 104_729L) % 1_000_000 + 1, 2),
                "ABCDEFGHIJKLMNOPQRSTUVWXYZ".substring(row % 3, row % 3 + 24));
    }

    static ColumnDefinition[] columns(List<Object> values) {
        return values.stream()
                .map(value -> ColumnDefinition.of("c", type(value)))
                .toArray(ColumnDefinition[]::new);
    }

    private static ColumnType type(Object value) {
        if (value instanceof Long) {
            return ColumnType.LONGLONG;
        } else if (value instanceof Double) {
            return ColumnType.DOUBLE;
        } else if (value instanceof BigDecimal) {
            return ColumnType.NEWDECIMAL;
        }
        return value instanceof LocalDateTime ? ColumnType.DATETIME : ColumnType.VAR_STRING;
    }

    /** The same values as ShardingSphere takes them for a binary row. */
    static BinaryRow binaryRow(List<Object> values) {
        List<BinaryCell> cells = new ArrayList<>();
        for (Object value : values) {
            cells.add(new BinaryCell(MySQLBinaryColumnType.valueOf(type(value).code()), value));
        }
        return new BinaryRow(cells);
    }
}
