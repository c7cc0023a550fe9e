// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.ColumnDefinition;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** What the columns of a result have to have in common on all shards, so that the rows of one can follow those of another. */
record ResultColumns(List<Column> columns) {

    /** One column: its name, and what decides how its values are written and read. */
    record Column(String name, String type, int collation, int decimals, boolean isUnsigned) {}

    /** Reads definitions with their packet headers. */
    static ResultColumns read(ByteBuf definitions, CapabilityFlags capabilities) {
        var packets = definitions.duplicate();
        var columns = new ArrayList<Column>();
        while (packets.isReadable()) {
            int length = packets.readUnsignedMediumLE();
            packets.skipBytes(PacketEncoder.HEADER_BYTES - 3);
            var column = ColumnDefinition.decode(packets.readSlice(length), capabilities);
            columns.add(new Column(
                    column.name(),
                    column.type().name() + (column.extendedType() == null ? "" : " " + column.extendedType()),
                    column.collation(),
                    column.decimals(),
                    (column.flags() & ColumnDefinition.UNSIGNED_FLAG) != 0));
        }
        return new ResultColumns(List.copyOf(columns));
    }
}
