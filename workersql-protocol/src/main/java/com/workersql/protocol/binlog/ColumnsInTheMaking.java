// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.binlog;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/** What is known so far of the columns of a table map: each kind of its metadata adds a field to some of them. */
final class ColumnsInTheMaking {
    final boolean isMariaDb;
    final LogColumnType[] types;
    final int[] metadata;
    final BitSet nullable = new BitSet();
    final BitSet unsigned = new BitSet();
    final BitSet hidden = new BitSet();
    final String[] names;
    final int[] collations;
    final int[] geometryTypes;
    final int[] dimensions;
    final List<List<String>> labels = new ArrayList<>();
    final List<TableMapEvent.KeyPart> key = new ArrayList<>();

    ColumnsInTheMaking(int count, boolean isMariaDb) {
        this.isMariaDb = isMariaDb;
        types = new LogColumnType[count];
        metadata = new int[count];
        names = new String[count];
        collations = filled(count, -1);
        geometryTypes = filled(count, -1);
        dimensions = new int[count];
        Arrays.fill(names, "");
        for (int i = 0; i < count; i++) {
            labels.add(List.of());
        }
    }

    private static int[] filled(int count, int value) {
        int[] array = new int[count];
        Arrays.fill(array, value);
        return array;
    }

    void readTypes(ByteBuf in) {
        for (int i = 0; i < types.length; i++) {
            types[i] = LogColumnType.of(in.readUnsignedByte());
        }
    }

    void readMetadata(ByteBuf in) {
        for (int i = 0; i < types.length; i++) {
            int bytes = types[i].metadataBytes();
            if (bytes < 0) {
                // The type of the elements, and what that type needs: the values are JSON all the same.
                ProtocolStrings.require(in, 1);
                int element = in.readUnsignedByte();
                bytes = Math.max(0, LogColumnType.of(element).metadataBytes());
                ProtocolStrings.require(in, bytes);
                in.skipBytes(bytes);
                metadata[i] = 4;
                continue;
            }
            ProtocolStrings.require(in, bytes);
            if (bytes == 1) {
                metadata[i] = in.readUnsignedByte();
            } else if (bytes == 2) {
                readTwoBytes(in, i);
            }
        }
    }

    private void readTwoBytes(ByteBuf in, int i) {
        switch (types[i]) {
            case VARCHAR, VAR_STRING, VARCHAR_COMPRESSED, BIT -> metadata[i] = in.readUnsignedShortLE();
            case STRING, ENUM, SET -> {
                int high = in.readUnsignedByte();
                int low = in.readUnsignedByte();
                if (high == LogColumnType.ENUM.code() || high == LogColumnType.SET.code()) {
                    types[i] = LogColumnType.of(high);
                    metadata[i] = low;
                } else {
                    // Two bits of the length are in the type's byte, inverted, so that short columns look as of old.
                    metadata[i] = (((high & 0x30) ^ 0x30) << 4) | low;
                }
            }
            default -> metadata[i] = in.readUnsignedShort();
        }
    }

    void readNullable(ByteBuf in) {
        for (int i = 0; i < types.length; i++) {
            if (((in.getByte(in.readerIndex() + i / 8) >> (i % 8)) & 1) != 0) {
                nullable.set(i);
            }
        }
        in.skipBytes((types.length + 7) / 8);
    }

    /** The positions of the columns whose type fits. */
    List<Integer> positions(Predicate<LogColumnType> test) {
        List<Integer> positions = new ArrayList<>();
        for (int i = 0; i < types.length; i++) {
            if (test.test(types[i])) {
                positions.add(i);
            }
        }
        return positions;
    }

    void addKeyPart(long columnIndex, long prefix) {
        if (key.size() == types.length
                || columnIndex < 0
                || columnIndex >= types.length
                || prefix < 0
                || prefix > 0xFFFF) {
            throw ProtocolException.malformed("a primary key with column " + Long.toUnsignedString(columnIndex) + " of "
                    + types.length + ", prefix " + Long.toUnsignedString(prefix));
        }
        key.add(new TableMapEvent.KeyPart((int) columnIndex, (int) prefix));
    }

    List<TableMapEvent.KeyPart> primaryKey() {
        return key;
    }

    List<LogColumn> toColumns() {
        List<LogColumn> columns = new ArrayList<>(types.length);
        for (int i = 0; i < types.length; i++) {
            columns.add(new LogColumn(
                    types[i],
                    metadata[i],
                    nullable.get(i),
                    unsigned.get(i),
                    names[i],
                    collations[i],
                    labels.get(i),
                    geometryTypes[i],
                    !hidden.get(i),
                    dimensions[i]));
        }
        return columns;
    }
}
