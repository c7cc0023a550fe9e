// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The optional metadata of a table map.
 *
 * <pre>{@code
 *  1 which numeric columns are unsigned (1 bit each, the highest first)
 *  2 default collation (lenenc int), then the others: position among character columns (lenenc int), collation (lenenc int)
 *  3 collation of each character column (lenenc int)
 *  4 name of each column (lenenc string)
 *  5 labels of each SET column: count (lenenc int), labels (lenenc strings)       6 the same of each ENUM column
 *  7 kind of each geometry column (lenenc int)
 *  8 primary key: positions of its columns (lenenc int)       9 the same, each with the length of its prefix (lenenc int)
 * 10, 11 as 2 and 3, for ENUM and SET columns
 * 12 which columns are visible (1 bit each, the highest first)
 * 13 dimensions of each vector column (lenenc int)
 * }</pre>
 *
 * <p>Others are passed over. Source: dev.mysql.com "Table_map_event: Table_table_map_event_optional_metadata".
 */
final class TableMetadata {
    /** Far beyond what a server lets a table have; each label costs more memory than bytes on the wire. */
    private static final int MAX_LABELS = 1 << 18;

    private TableMetadata() {}

    static void read(ByteBuf in, ColumnsInTheMaking columns) {
        ByteBuf setLabels = Unpooled.EMPTY_BUFFER;
        ByteBuf enumLabels = Unpooled.EMPTY_BUFFER;
        List<Integer> characters = columns.positions(type -> type.isCharacter(columns.isMariaDb));
        List<Integer> enumsAndSets = columns.positions(type -> type == LogColumnType.ENUM || type == LogColumnType.SET);
        while (in.isReadable()) {
            int kind = in.readUnsignedByte();
            ByteBuf value = in.readSlice(LengthEncodedInteger.readLength(in));
            switch (kind) {
                case 1 -> readBits(value, columns.positions(LogColumnType::isNumeric), columns.unsigned, true);
                case 2 -> readDefaultCollation(value, characters, columns.collations);
                case 3 -> readEach(value, characters, columns.collations);
                case 4 -> readNames(value, columns.names);
                case 5 -> setLabels = value;
                case 6 -> enumLabels = value;
                case 7 ->
                    readEach(value, columns.positions(type -> type == LogColumnType.GEOMETRY), columns.geometryTypes);
                case 8 -> readKey(value, columns, false);
                case 9 -> readKey(value, columns, true);
                case 10 -> readDefaultCollation(value, enumsAndSets, columns.collations);
                case 11 -> readEach(value, enumsAndSets, columns.collations);
                case 12 -> readBits(value, columns.positions(type -> true), columns.hidden, false);
                case 13 -> readEach(value, columns.positions(type -> type == LogColumnType.VECTOR), columns.dimensions);
                default -> {}
            }
        }
        // Labels are in the charset of their column, which may stand behind them.
        readLabels(setLabels, columns, LogColumnType.SET);
        readLabels(enumLabels, columns, LogColumnType.ENUM);
    }

    private static void readBits(ByteBuf in, List<Integer> positions, BitSet into, boolean setWhen) {
        ProtocolStrings.require(in, (positions.size() + 7) / 8);
        for (int i = 0; i < positions.size(); i++) {
            boolean bit = ((in.getByte(in.readerIndex() + i / 8) << (i % 8)) & 0x80) != 0;
            into.set(positions.get(i), bit == setWhen);
        }
    }

    private static void readEach(ByteBuf in, List<Integer> positions, int[] into) {
        for (int position : positions) {
            into[position] = readSmall(in);
        }
    }

    private static void readDefaultCollation(ByteBuf in, List<Integer> positions, int[] into) {
        int defaultId = readSmall(in);
        positions.forEach(position -> into[position] = defaultId);
        while (in.isReadable()) {
            int index = readSmall(in);
            if (index >= positions.size()) {
                throw ProtocolException.malformed(
                        "a collation for character column " + index + " of " + positions.size());
            }
            into[positions.get(index)] = readSmall(in);
        }
    }

    private static int readSmall(ByteBuf in) {
        long value = LengthEncodedInteger.read(in);
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw ProtocolException.malformed("a number " + Long.toUnsignedString(value) + " in a table map");
        }
        return (int) value;
    }

    private static void readNames(ByteBuf in, String[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = ProtocolStrings.readLengthEncoded(in);
        }
    }

    private static void readKey(ByteBuf in, ColumnsInTheMaking columns, boolean withPrefix) {
        columns.key.clear();
        while (in.isReadable()) {
            columns.addKeyPart(LengthEncodedInteger.read(in), withPrefix ? LengthEncodedInteger.read(in) : 0);
        }
    }

    private static void readLabels(ByteBuf in, ColumnsInTheMaking columns, LogColumnType type) {
        if (!in.isReadable()) {
            return;
        }
        int total = 0;
        for (int position : columns.positions(found -> found == type)) {
            int count = LengthEncodedInteger.readLength(in);
            total += count;
            if (total > MAX_LABELS) {
                throw ProtocolException.malformed("a table with " + total + " labels, allowed are " + MAX_LABELS);
            }
            var charset = CollationCharset.of(columns.collations[position]);
            List<String> labels = new ArrayList<>(Math.min(count, 1024));
            for (int i = 0; i < count; i++) {
                labels.add(in.readString(LengthEncodedInteger.readLength(in), charset));
            }
            columns.labels.set(position, labels);
        }
    }
}
