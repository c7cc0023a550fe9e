// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.value;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * A value of a column: how a row's writer gets it, and what the row's reader must say.
 *
 * @param column whose value it is
 * @param content a Long, a Double, a {@link Time}, a String or bytes; null for NULL
 */
record AnyValue(ColumnDefinition column, Object content) {
    /** A date with time, or a time: its text with six digits of a fraction. */
    record Time(boolean isTime, boolean isNegative, List<Integer> fields, int micros) {
        Temporal temporal() {
            return isTime
                    ? new Temporal().setTime(isNegative, fields.get(0), fields.get(4), fields.get(5), micros)
                    : new Temporal()
                            .setDateTime(
                                    fields.get(1),
                                    fields.get(2),
                                    fields.get(3),
                                    fields.get(0) % 24,
                                    fields.get(4),
                                    fields.get(5),
                                    micros);
        }
    }

    static Arbitrary<AnyValue> any() {
        return Arbitraries.oneOf(integers(), doubles(), times(), texts(), bytes())
                .flatMap(value -> Arbitraries.frequency(Tuple.of(5, true), Tuple.of(1, false))
                        .map(there -> there ? value : new AnyValue(value.column, null)));
    }

    /** Writes it into the next column. */
    void write(RowWriter writer) {
        if (content == null) {
            writer.addNull();
        } else if (content instanceof Long number) {
            if (column.isUnsigned()) {
                writer.addUnsignedLong(number);
            } else {
                writer.addLong(number);
            }
        } else if (content instanceof Double number) {
            writer.addDouble(number);
        } else if (content instanceof Time time) {
            writer.addTemporal(time.temporal());
        } else if (content instanceof String text) {
            writer.addText(text);
        } else {
            writer.addBytes((byte[]) content);
        }
    }

    /** What the reader says of the value, in the type of {@link #content}. */
    Object read(RowReader row, int i) {
        if (row.isNull(i)) {
            return null;
        } else if (content instanceof Long) {
            return column.isUnsigned() ? row.getUnsignedLong(i) : row.getLong(i);
        } else if (content instanceof Double) {
            return row.getDouble(i);
        } else if (content instanceof Time) {
            Temporal read = new Temporal();
            row.getTemporal(i, read);
            return read.toString();
        } else if (content instanceof String) {
            return row.getText(i);
        }
        ByteBuf bytes = row.getBytes(i);
        return ByteBufUtil.getBytes(bytes);
    }

    /** {@link #content}, or the text of a time. */
    Object expected() {
        return content instanceof Time time ? time.temporal().toString() : content;
    }

    private static Arbitrary<AnyValue> integers() {
        Arbitrary<ColumnType> types = Arbitraries.of(
                ColumnType.TINY, ColumnType.SHORT, ColumnType.LONG, ColumnType.INT24, ColumnType.LONGLONG);
        return Combinators.combine(types, Arbitraries.of(true, false), Arbitraries.longs())
                .as((type, unsigned, bits) -> {
                    int unused = 64 - 8 * type.binaryForm().fixedBytes();
                    long value = unsigned ? bits << unused >>> unused : bits << unused >> unused;
                    return new AnyValue(column(type, unsigned ? ColumnDefinition.UNSIGNED_FLAG : 0, 0), value);
                });
    }

    private static Arbitrary<AnyValue> doubles() {
        return Arbitraries.doubles()
                .map(value -> new AnyValue(
                        column(ColumnType.DOUBLE, 0, ColumnDefinition.NOT_FIXED_DECIMALS), value == 0 ? 0.0 : value));
    }

    private static Arbitrary<AnyValue> times() {
        Arbitrary<List<Integer>> fields = Combinators.combine(
                        Arbitraries.integers().between(0, 838),
                        Arbitraries.integers().between(0, 9999),
                        Arbitraries.integers().between(0, 12),
                        Arbitraries.integers().between(0, 31),
                        Arbitraries.integers().between(0, 59),
                        Arbitraries.integers().between(0, 59))
                .as(List::of);
        return Combinators.combine(
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false),
                        fields,
                        Arbitraries.integers().between(0, 999_999))
                .as((isTime, negative, parts, micros) -> new AnyValue(
                        column(isTime ? ColumnType.TIME : ColumnType.DATETIME, 0, 6),
                        new Time(isTime, isTime && negative && !isZero(parts, micros), parts, micros)));
    }

    /** Servers know no zero below zero. */
    private static boolean isZero(List<Integer> parts, int micros) {
        return parts.get(0) + parts.get(4) + parts.get(5) + micros == 0;
    }

    private static Arbitrary<AnyValue> texts() {
        return Arbitraries.strings()
                .withCharRange('\0', '\u07FF')
                .ofMaxLength(300)
                .map(text -> new AnyValue(column(ColumnType.VAR_STRING, 0, 0), text));
    }

    private static Arbitrary<AnyValue> bytes() {
        return Arbitraries.bytes()
                .array(byte[].class)
                .ofMaxSize(300)
                .map(bytes -> new AnyValue(column(ColumnType.BLOB, 0, 0), bytes));
    }

    private static ColumnDefinition column(ColumnType type, int flags, int decimals) {
        return new ColumnDefinition("", "", "", "c", "", 63, 255, type, flags, decimals, null, null);
    }
}
