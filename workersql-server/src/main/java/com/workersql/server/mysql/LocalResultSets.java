// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import com.workersql.server.execute.LocalRows;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;
import java.util.function.Consumer;

/** Writes the gateway's own result sets as packets, with text or binary rows, with or without EOF packets. */
final class LocalResultSets {
    private final ByteBuf out;
    private final CapabilityFlags capabilities;
    private int sequenceId;

    private LocalResultSets(ByteBuf out, CapabilityFlags capabilities, int sequenceId) {
        this.out = out;
        this.capabilities = capabilities;
        this.sequenceId = sequenceId;
    }

    /** A whole reply with rows; the caller owns it. */
    static ByteBuf encode(
            ByteBufAllocator allocator,
            LocalRows rows,
            CapabilityFlags capabilities,
            int firstSequenceId,
            boolean binary) {
        var writer = new LocalResultSets(allocator.buffer(), capabilities, firstSequenceId);
        writer.packet(
                payload -> LengthEncodedInteger.write(payload, rows.columns().size()));
        writer.columns(rows.columns(), rows.statusFlags());
        for (String[] row : rows.rows()) {
            writer.packet(payload -> {
                if (binary) {
                    binaryRow(payload, rows.columns(), row);
                } else {
                    textRow(payload, row);
                }
            });
        }
        writer.packet(payload -> {
            if (capabilities.has(CapabilityFlags.CLIENT_DEPRECATE_EOF)) {
                Ok.endOfRows(rows.statusFlags(), 0).encode(payload, capabilities);
            } else {
                new Eof(0, rows.statusFlags()).encode(payload, capabilities);
            }
        });
        return writer.out;
    }

    /** A whole reply to COM_STMT_PREPARE for a statement without parameters; the caller owns it. */
    static ByteBuf prepared(
            ByteBufAllocator allocator,
            int statementId,
            List<ColumnDefinition> columns,
            int statusFlags,
            CapabilityFlags capabilities,
            int firstSequenceId) {
        var writer = new LocalResultSets(allocator.buffer(), capabilities, firstSequenceId);
        writer.packet(
                payload -> new StmtPrepareOk(statementId, columns.size(), 0, 0, true).encode(payload, capabilities));
        if (!columns.isEmpty()) {
            writer.columns(columns, statusFlags);
        }
        return writer.out;
    }

    private void columns(List<ColumnDefinition> columns, int statusFlags) {
        columns.forEach(column -> packet(payload -> column.encode(payload, capabilities)));
        if (!capabilities.has(CapabilityFlags.CLIENT_DEPRECATE_EOF)) {
            packet(payload -> new Eof(0, statusFlags).encode(payload, capabilities));
        }
    }

    private void packet(Consumer<ByteBuf> payload) {
        int header = PacketEncoder.start(out);
        payload.accept(out);
        sequenceId = PacketEncoder.finish(out, header, sequenceId);
    }

    private static void textRow(ByteBuf out, String[] row) {
        for (String value : row) {
            if (value == null) {
                out.writeByte(LengthEncodedInteger.NULL_MARKER);
            } else {
                ProtocolStrings.writeLengthEncoded(out, value);
            }
        }
    }

    private static void binaryRow(ByteBuf out, List<ColumnDefinition> columns, String[] row) {
        out.writeByte(0);
        int bitmap = out.writerIndex();
        // The first two bits of the bitmap are not used.
        out.writeZero((row.length + 2 + 7) / 8);
        for (int i = 0; i < row.length; i++) {
            if (row[i] == null) {
                int index = bitmap + (i + 2) / 8;
                out.setByte(index, out.getByte(index) | 1 << (i + 2) % 8);
            } else if (columns.get(i).type() == ColumnType.LONGLONG) {
                out.writeLongLE(row[i].startsWith("-") ? Long.parseLong(row[i]) : Long.parseUnsignedLong(row[i]));
            } else {
                ProtocolStrings.writeLengthEncoded(out, row[i]);
            }
        }
    }
}
