// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.ReplyListener;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.server.session.ClientStatement;
import io.netty.buffer.ByteBuf;

/**
 * Tells a client whether its prepared statement has another number of columns than when it last saw it. A server tells so of its
 * own statement; the client's may have run on another connection since, or this connection may have learned it with somebody else.
 */
final class ColumnWatch extends ForwardedAnswer {
    private static final int CHANGED = StatusFlags.SERVER_STATUS_METADATA_CHANGED;
    private static final int EOF_STATUS_OFFSET = 3;

    private final ClientStatement statement;
    private boolean changed;
    private boolean hasRows;

    ColumnWatch(ReplyListener listener, ClientStatement statement) {
        super(listener);
        this.statement = statement;
    }

    @Override
    public void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
        if (kind == ControlPacket.COLUMN_COUNT) {
            int columns = (int) LengthEncodedInteger.get(payload, payload.readerIndex());
            hasRows = true;
            // Preparing did not tell the columns of what is no query: there are none that could be others now.
            boolean told = statement.columnCount() > 0;
            changed = told && columns != statement.columnCount();
            if (told) {
                statement.columnCount(columns);
            }
        }
        int at = hasRows ? statusOffset(kind, payload) : -1;
        if (at < 0 || ((payload.getUnsignedShortLE(at) & CHANGED) != 0) == changed) {
            super.onControl(kind, sequenceId, payload);
            return;
        }
        var told = payload.copy();
        try {
            int index = at - payload.readerIndex() + told.readerIndex();
            told.setShortLE(index, told.getUnsignedShortLE(index) ^ CHANGED);
            super.onControl(kind, sequenceId, told);
        } finally {
            told.release();
        }
    }

    private static int statusOffset(ControlPacket kind, ByteBuf payload) {
        int start = payload.readerIndex();
        return switch (kind) {
            case COLUMNS_EOF, EOF -> start + EOF_STATUS_OFFSET;
            case OK -> {
                int affected = start + 1;
                int key = affected + LengthEncodedInteger.sizeAt(payload, affected);
                yield key + LengthEncodedInteger.sizeAt(payload, key);
            }
            default -> -1;
        };
    }
}
