// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Eof;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.value.ResultSetWriter;
import com.workersql.server.execute.LocalRows;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.List;

/** Writes the gateway's own result sets as packets, with text or binary rows, with or without EOF packets. */
final class LocalResultSets {
    private LocalResultSets() {}

    /** A whole reply with rows; the caller owns it. */
    static ByteBuf encode(
            ByteBufAllocator allocator,
            LocalRows rows,
            CapabilityFlags capabilities,
            int firstSequenceId,
            boolean binary) {
        var out = allocator.buffer();
        var writer = new ResultSetWriter(out, firstSequenceId, capabilities, rows.statusFlags(), binary)
                .columns(rows.columns(), rows.warnings().size());
        for (String[] row : rows.rows()) {
            var values = new Object[row.length];
            for (int i = 0; i < row.length; i++) {
                boolean number =
                        binary && row[i] != null && rows.columns().get(i).type().isNumeric();
                values[i] = number ? number(row[i]) : row[i];
            }
            writer.row(values);
        }
        writer.end(rows.warnings().size());
        return out;
    }

    private static Object number(String text) {
        return text.startsWith("-") ? Long.parseLong(text) : Long.parseUnsignedLong(text);
    }

    /** A whole reply to COM_STMT_PREPARE for a statement without parameters; the caller owns it. */
    static ByteBuf prepared(
            ByteBufAllocator allocator,
            int statementId,
            List<ColumnDefinition> columns,
            int statusFlags,
            CapabilityFlags capabilities,
            int firstSequenceId) {
        var out = allocator.buffer();
        int sequenceId = new StmtPrepareOk(statementId, columns.size(), 0, 0, true)
                .encodePacket(out, firstSequenceId, capabilities);
        for (ColumnDefinition column : columns) {
            sequenceId = column.encodePacket(out, sequenceId, capabilities);
        }
        if (!columns.isEmpty() && !capabilities.has(CapabilityFlags.CLIENT_DEPRECATE_EOF)) {
            new Eof(0, statusFlags).encodePacket(out, sequenceId, capabilities);
        }
        return out;
    }
}
