// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.LengthEncodedInteger;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Decodes the rows of an event one after another. */
final class RowIterator implements Iterator<RowChange> {
    private static final int PARTIAL_JSON = 1;

    private final RowsEvent.Kind kind;
    private final TableMapEvent table;
    private final boolean isPartial;
    private final BitSet present;
    private final BitSet presentAfter;
    private final ByteBuf rows;
    private final BinlogLimits limits;

    RowIterator(
            RowsEvent.Kind kind,
            TableMapEvent table,
            boolean isPartial,
            BitSet present,
            BitSet presentAfter,
            ByteBuf rows,
            BinlogLimits limits) {
        this.kind = kind;
        this.table = table;
        this.isPartial = isPartial;
        this.present = present;
        this.presentAfter = presentAfter;
        this.rows = rows;
        this.limits = limits;
    }

    @Override
    public boolean hasNext() {
        return rows.isReadable();
    }

    @Override
    public RowChange next() {
        if (!rows.isReadable()) {
            throw new NoSuchElementException();
        }
        int start = rows.readerIndex();
        List<ColumnValue> before = kind == RowsEvent.Kind.WRITE ? List.of() : readImage(present, new BitSet());
        List<ColumnValue> after = kind == RowsEvent.Kind.DELETE
                ? List.of()
                : readImage(presentAfter, isPartial ? readPartialColumns() : new BitSet());
        if (rows.readerIndex() == start) {
            throw ProtocolException.malformed("a row without a column, " + rows.readableBytes() + " bytes are left");
        }
        return new RowChange(before, after);
    }

    /** Which columns of the table are differences: the bits are there for JSON columns only, present or not. */
    private BitSet readPartialColumns() {
        BitSet partial = new BitSet();
        if ((LengthEncodedInteger.read(rows) & PARTIAL_JSON) == 0) {
            return partial;
        }
        List<LogColumn> columns = table.columns();
        int jsonColumns = (int) columns.stream()
                .filter(column -> column.type() == LogColumnType.JSON)
                .count();
        BitSet bits = RowsEvent.readBits(rows, jsonColumns);
        int json = 0;
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).type() == LogColumnType.JSON) {
                partial.set(i, bits.get(json++));
            }
        }
        return partial;
    }

    private List<ColumnValue> readImage(BitSet columnsPresent, BitSet partial) {
        BitSet nulls = RowsEvent.readBits(rows, columnsPresent.cardinality());
        List<ColumnValue> values = new ArrayList<>(table.columnCount());
        int position = 0;
        for (int i = 0; i < table.columnCount(); i++) {
            if (!columnsPresent.get(i)) {
                values.add(ColumnValue.ABSENT);
            } else if (nulls.get(position++)) {
                values.add(ColumnValue.NULL);
            } else {
                values.add(ValueDecoder.read(rows, table.columns().get(i), partial.get(i), limits));
            }
        }
        return values;
    }
}
