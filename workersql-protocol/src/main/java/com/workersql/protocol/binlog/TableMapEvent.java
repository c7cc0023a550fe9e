// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The columns of a table, ahead of its row events.
 *
 * <pre>{@code
 * table id (6 bytes; 4 when the format description says so), flags (2 bytes),
 * length of the schema's name (1 byte), schema, 0x00, length of the table's name (1 byte), table, 0x00,
 * number of columns (lenenc int), type of each (1 byte),
 * length of the metadata (lenenc int), metadata of each column, which of them may be NULL (1 bit each),
 * [ fields of kind (1 byte), length (lenenc int), value: see TableMetadata ]
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Table_map_event", mariadb.com "TABLE_MAP_EVENT".
 *
 * @param tableId by which row events name it, until the end of the statement
 * @param flags of the event
 * @param schema of the table
 * @param table its name
 * @param columns all of them, hidden ones too; at most 4,096
 * @param primaryKey its parts in their order; empty when there is none, or the server does not tell
 */
public record TableMapEvent(
        long tableId, int flags, String schema, String table, List<LogColumn> columns, List<KeyPart> primaryKey)
        implements BinlogEvent {
    private static final int LEGACY_FIXED_BYTES = 6;

    /**
     * A part of the primary key.
     *
     * @param columnIndex in {@code columns}
     * @param prefixCharacters how much of the column counts; 0 for all
     */
    public record KeyPart(int columnIndex, int prefixCharacters) {}

    public TableMapEvent {
        columns = List.copyOf(columns);
        primaryKey = List.copyOf(primaryKey);
    }

    /** Which columns the row events of the table can name by their position. */
    int columnCount() {
        return columns.size();
    }

    static long readTableId(ByteBuf body, FormatDescriptionEvent format, int typeCode) {
        boolean legacy = format.fixedPartBytes(typeCode) == LEGACY_FIXED_BYTES;
        ProtocolStrings.require(body, (legacy ? 4 : 6) + 2);
        return legacy ? body.readUnsignedIntLE() : body.readUnsignedIntLE() | ((long) body.readUnsignedShortLE() << 32);
    }

    /** Reads a number of columns, and that many bits or bytes can follow. */
    static int readColumnCount(ByteBuf body) {
        long count = LengthEncodedInteger.read(body);
        if (count < 0 || count > BinlogLimits.MAX_COLUMNS) {
            throw ProtocolException.malformed(
                    "a table of " + Long.toUnsignedString(count) + " columns, allowed are " + BinlogLimits.MAX_COLUMNS);
        }
        return (int) count;
    }

    static TableMapEvent decode(ByteBuf body, FormatDescriptionEvent format) {
        long tableId = readTableId(body, format, EventType.TABLE_MAP.code());
        int flags = body.readUnsignedShortLE();
        String schema = readName(body);
        String table = readName(body);
        int count = readColumnCount(body);
        ProtocolStrings.require(body, count);
        ColumnsInTheMaking columns = new ColumnsInTheMaking(count, format.isMariaDb());
        columns.readTypes(body);
        columns.readMetadata(body.readSlice(LengthEncodedInteger.readLength(body)));
        ProtocolStrings.require(body, (count + 7) / 8);
        columns.readNullable(body);
        TableMetadata.read(body, columns);
        return new TableMapEvent(tableId, flags, schema, table, columns.toColumns(), columns.primaryKey());
    }

    private static String readName(ByteBuf body) {
        ProtocolStrings.require(body, 1);
        int length = body.readUnsignedByte();
        ProtocolStrings.require(body, length + 1);
        String name = body.readString(length, StandardCharsets.UTF_8);
        if (body.readByte() != 0) {
            throw ProtocolException.malformed("a name without its NUL in a table map");
        }
        return name;
    }
}
