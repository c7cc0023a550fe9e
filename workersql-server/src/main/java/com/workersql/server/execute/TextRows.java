// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.Command;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Collects the small result of a statement of the gateway's own, as text. */
public abstract class TextRows implements ReplyListener {
    private static final int MAX_BYTES = 1 << 20;

    /** Catalog, schema, table and the table's own name. */
    private static final int FIELDS_BEFORE_NAME = 4;

    private final ByteBuf gathered = Unpooled.buffer();
    private int columns;
    private boolean overflow;
    private List<String> names = List.of();

    /**
     * Asks; the answer comes to this object.
     *
     * @param connection where to; on its event loop
     * @param sql the statement
     */
    public final void ask(PooledConnection connection, String sql) {
        var payload = CommandWork.payload(Command.COM_QUERY, sql.getBytes(StandardCharsets.UTF_8));
        connection.executePayload(ReplyKind.QUERY, payload, this);
    }

    /**
     * The statement has ended.
     *
     * @param rows the rows, null for NULL; empty after an error or when there is no result
     * @param status how it ended
     */
    protected abstract void completed(List<String[]> rows, ReplyStatus status);

    @Override
    public final void onForward(ByteBuf slice) {
        overflow |= gathered.readableBytes() + slice.readableBytes() > MAX_BYTES;
        if (!overflow) {
            gathered.writeBytes(slice);
        }
        slice.release();
    }

    @Override
    public final void onControl(ControlPacket kind, int sequenceId, ByteBuf payload) {
        if (kind == ControlPacket.COLUMN_COUNT) {
            columns = (int) LengthEncodedInteger.get(payload, payload.readerIndex());
        }
    }

    @Override
    public final void onComplete(ReplyStatus status) {
        completed(status.isError() || overflow ? List.of() : rows(), status);
    }

    /**
     * The columns' names, in {@link #completed} only.
     *
     * @return one for each column; empty after an error
     */
    protected final List<String> names() {
        return names;
    }

    private List<String[]> rows() {
        var rows = new ArrayList<String[]>();
        names = new ArrayList<>(columns);
        for (int packet = 0; gathered.isReadable(); packet++) {
            int length = gathered.readUnsignedMediumLE();
            gathered.skipBytes(PacketEncoder.HEADER_BYTES - 3);
            var payload = gathered.readSlice(length);
            if (packet >= columns) {
                rows.add(row(payload));
            } else {
                names.add(name(payload));
            }
        }
        return rows;
    }

    private static String name(ByteBuf definition) {
        for (int before = 0; before < FIELDS_BEFORE_NAME; before++) {
            ProtocolStrings.skipLengthEncoded(definition);
        }
        return ProtocolStrings.readLengthEncoded(definition);
    }

    private String[] row(ByteBuf payload) {
        var row = new String[columns];
        for (int i = 0; i < columns; i++) {
            if (payload.getUnsignedByte(payload.readerIndex()) == LengthEncodedInteger.NULL_MARKER) {
                payload.skipBytes(1);
            } else {
                row[i] = ProtocolStrings.readLengthEncoded(payload);
            }
        }
        return row;
    }
}
