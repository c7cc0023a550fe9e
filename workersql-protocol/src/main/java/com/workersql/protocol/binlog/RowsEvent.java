// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.Map;

/**
 * Rows that were inserted, changed or deleted.
 *
 * <pre>{@code
 * table id (6 bytes; 4 when the format description says so), flags (2 bytes),
 * [ version 2: size of what follows with this field (2 bytes), extra data ],
 * number of columns (lenenc int), which are present (1 bit each), [ UPDATE: which are present after (1 bit each) ],
 * [ MariaDB's compressed form: all that follows is compressed ],
 * for each row: image before (not of inserted rows), image after (not of deleted rows)
 * image: [ PARTIAL_UPDATE, after: options (lenenc int), bit 0: which JSON columns are differences (1 bit each) ],
 *     which of the present columns are NULL (1 bit each), values
 * }</pre>
 *
 * <p>Rows are decoded one after another while they are iterated. Source: dev.mysql.com "Rows_event", mariadb.com "ROWS_EVENT_V1".
 */
public final class RowsEvent implements BinlogEvent, Iterable<RowChange> {
    /** What happened to the rows. */
    public enum Kind {
        /** Inserted. */
        WRITE,
        /** Changed. */
        UPDATE,
        /** Deleted. */
        DELETE
    }

    /** Set on the last event of a statement: its table ids end. */
    public static final int END_OF_STATEMENT = 0x01;

    /** A server that has nothing to say of a statement's rows ends it by this id. */
    private static final long DUMMY_TABLE = 0xFF_FFFFL;

    private final Kind kind;
    private final TableMapEvent table;
    private final int flags;
    private final boolean isPartial;
    private final BitSet present;
    private final BitSet presentAfter;
    private final byte[] rows;
    private final BinlogLimits limits;

    private RowsEvent(
            Kind kind,
            TableMapEvent table,
            int flags,
            boolean isPartial,
            BitSet present,
            BitSet presentAfter,
            byte[] rows,
            BinlogLimits limits) {
        this.kind = kind;
        this.table = table;
        this.flags = flags;
        this.isPartial = isPartial;
        this.present = present;
        this.presentAfter = presentAfter;
        this.rows = rows;
        this.limits = limits;
    }

    /** What happened to the rows. */
    public Kind kind() {
        return kind;
    }

    /** Whose rows they are. */
    public TableMapEvent table() {
        return table;
    }

    /** The flags, such as {@link #END_OF_STATEMENT}. */
    public int flags() {
        return flags;
    }

    /** True when the statement has no more row events. */
    public boolean isEndOfStatement() {
        return (flags & END_OF_STATEMENT) != 0;
    }

    /** The undecoded rows. */
    public Bytes rowBytes() {
        return Bytes.of(rows);
    }

    /**
     * Goes through the rows, decoding each when it is asked for.
     *
     * <p>Its {@code next} throws {@link ProtocolException} when a row is malformed.
     */
    @Override
    public Iterator<RowChange> iterator() {
        return new RowIterator(kind, table, isPartial, present, presentAfter, Unpooled.wrappedBuffer(rows), limits);
    }

    static BinlogEvent decode(
            EventHeader header,
            ByteBuf body,
            FormatDescriptionEvent format,
            Map<Long, TableMapEvent> tables,
            BinlogLimits limits) {
        int start = body.readerIndex();
        EventType type = header.type();
        long tableId = TableMapEvent.readTableId(body, format, header.typeCode());
        int flags = body.readUnsignedShortLE();
        TableMapEvent table = tables.get(tableId);
        if (table == null) {
            if (tableId == DUMMY_TABLE && (flags & END_OF_STATEMENT) != 0) {
                tables.clear();
                return new UnknownEvent(ProtocolStrings.readRestValue(body.readerIndex(start)));
            }
            throw ProtocolException.malformed("rows of table " + tableId + ", which no table map has told");
        }
        if (hasExtraData(type)) {
            ProtocolStrings.require(body, 2);
            int extra = body.readUnsignedShortLE() - 2;
            if (extra < 0) {
                throw ProtocolException.malformed("a rows event with a size of extra data below its own");
            }
            ProtocolStrings.require(body, extra);
            body.skipBytes(extra);
        }
        int count = TableMapEvent.readColumnCount(body);
        if (count != table.columnCount()) {
            throw ProtocolException.malformed("rows of " + count + " columns of a table of " + table.columnCount());
        }
        Kind kind = kind(type);
        BitSet present = readBits(body, count);
        BitSet after = kind == Kind.UPDATE ? readBits(body, count) : present;
        boolean isCompressed = type.code() >= EventType.WRITE_ROWS_COMPRESSED_V1.code();
        byte[] rows = isCompressed ? Inflate.eventPart(body, limits) : ProtocolStrings.readRestBytes(body);
        if ((flags & END_OF_STATEMENT) != 0) {
            tables.clear();
        }
        return new RowsEvent(kind, table, flags, type == EventType.PARTIAL_UPDATE_ROWS, present, after, rows, limits);
    }

    /** Reads one bit for each column, the lowest first. */
    static BitSet readBits(ByteBuf in, int count) {
        byte[] bits = ProtocolStrings.readFixedBytes(in, (count + 7) / 8);
        BitSet set = BitSet.valueOf(bits);
        set.clear(count, Math.max(count, set.length()));
        return set;
    }

    private static Kind kind(EventType type) {
        return switch (type) {
            case WRITE_ROWS, WRITE_ROWS_V1, WRITE_ROWS_COMPRESSED, WRITE_ROWS_COMPRESSED_V1 -> Kind.WRITE;
            case DELETE_ROWS, DELETE_ROWS_V1, DELETE_ROWS_COMPRESSED, DELETE_ROWS_COMPRESSED_V1 -> Kind.DELETE;
            default -> Kind.UPDATE;
        };
    }

    private static boolean hasExtraData(EventType type) {
        return switch (type) {
            case WRITE_ROWS,
                    UPDATE_ROWS,
                    DELETE_ROWS,
                    PARTIAL_UPDATE_ROWS,
                    WRITE_ROWS_COMPRESSED,
                    UPDATE_ROWS_COMPRESSED,
                    DELETE_ROWS_COMPRESSED -> true;
            default -> false;
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RowsEvent that
                && kind == that.kind
                && flags == that.flags
                && isPartial == that.isPartial
                && table.equals(that.table)
                && present.equals(that.present)
                && presentAfter.equals(that.presentAfter)
                && Arrays.equals(rows, that.rows);
    }

    @Override
    public int hashCode() {
        return 31 * table.hashCode() + Arrays.hashCode(rows);
    }

    @Override
    public String toString() {
        return "RowsEvent[kind=" + kind + ", table=" + table.schema() + "." + table.table() + ", rows=" + rows.length
                + " bytes]";
    }
}
