// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import com.workersql.pool.ReplyStatus;
import com.workersql.pool.SessionChanges;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ControlPacket;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.ProtocolStrings;
import com.workersql.server.execute.ReplyTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Plays a shard's reply to a target, as the executor would. */
public final class ShardReply implements ReplyTarget.Relay {
    private static final CapabilityFlags CAPABILITIES =
            new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41 | CapabilityFlags.CLIENT_DEPRECATE_EOF);

    private final ReplyTarget target;
    private int sequenceId = 1;
    private boolean reading = true;

    public ShardReply(ReplyTarget target) {
        this.target = target;
        target.begin(CAPABILITIES, this);
    }

    @Override
    public void reading(boolean isReading) {
        reading = isReading;
    }

    /** Whether the target takes more. */
    public boolean isReading() {
        return reading;
    }

    /** A result begins. */
    public ShardReply columns(ColumnDefinition... columns) {
        var count = Unpooled.buffer();
        LengthEncodedInteger.write(count, columns.length);
        target.control(ControlPacket.COLUMN_COUNT, sequenceId++, count);
        var bytes = Unpooled.buffer();
        for (var column : columns) {
            var payload = Unpooled.buffer();
            column.encode(payload, CAPABILITIES);
            packet(bytes, payload);
        }
        target.forward(bytes);
        return this;
    }

    /** A row of COM_QUERY. */
    public ShardReply row(Object... values) {
        target.forward(textRow(values));
        return this;
    }

    /** The bytes of a row of COM_QUERY, header included. */
    public ByteBuf textRow(Object... values) {
        var payload = Unpooled.buffer();
        for (var value : values) {
            if (value == null) {
                payload.writeByte(0xFB);
            } else if (value instanceof byte[] bytes) {
                LengthEncodedInteger.write(payload, bytes.length);
                payload.writeBytes(bytes);
            } else {
                ProtocolStrings.writeLengthEncoded(payload, value.toString());
            }
        }
        var bytes = Unpooled.buffer();
        packet(bytes, payload);
        return bytes;
    }

    /** Any payload as a packet, cut into pieces of a size. */
    public ShardReply packet(ByteBuf payload, int pieceBytes) {
        var bytes = Unpooled.buffer();
        packet(bytes, payload);
        return pieces(bytes, pieceBytes);
    }

    /** Bytes in pieces of a size. */
    public ShardReply pieces(ByteBuf bytes, int pieceBytes) {
        while (bytes.isReadable()) {
            target.forward(bytes.readRetainedSlice(Math.min(pieceBytes, bytes.readableBytes())));
        }
        bytes.release();
        return this;
    }

    private void packet(ByteBuf out, ByteBuf payload) {
        sequenceId = PacketEncoder.write(out, sequenceId, payload);
    }

    /** The result ends and another follows. */
    public ShardReply more() {
        ok(0, 0, StatusFlags.SERVER_MORE_RESULTS_EXISTS, 0);
        return this;
    }

    /** The rows end, and the reply. */
    public void end() {
        ok(0, 0, 0);
    }

    /** The reply is an OK, or ends with one. */
    public void ok(long affectedRows, long lastInsertId, int warnings) {
        ok(affectedRows, lastInsertId, StatusFlags.SERVER_STATUS_AUTOCOMMIT, warnings);
        target.completed(status(affectedRows, lastInsertId, 0, null, null, warnings));
    }

    private void ok(long affectedRows, long lastInsertId, int statusFlags, int warnings) {
        var payload = Unpooled.buffer();
        Ok.of(affectedRows, lastInsertId, statusFlags, warnings).encode(payload, CAPABILITIES);
        target.control(ControlPacket.OK, sequenceId++, payload);
    }

    /** The reply ends by an error of the server. */
    public void error(int errno, String sqlState, String message) {
        target.control(ControlPacket.ERR, sequenceId++, Unpooled.EMPTY_BUFFER);
        target.completed(status(0, 0, errno, sqlState, message));
    }

    /** A status as the pool gives it. */
    public static ReplyStatus status(long affectedRows, long lastInsertId, int errno, String sqlState, String message) {
        return status(affectedRows, lastInsertId, errno, sqlState, message, 0);
    }

    private static ReplyStatus status(
            long affectedRows, long lastInsertId, int errno, String sqlState, String message, int warnings) {
        return new ReplyStatus(
                StatusFlags.SERVER_STATUS_AUTOCOMMIT,
                warnings,
                -1,
                affectedRows,
                lastInsertId,
                errno,
                sqlState,
                message,
                SessionChanges.NONE);
    }

    /** The definition of columns of a type with these flags and decimals. */
    public static ColumnDefinition with(ColumnDefinition column, int collation, int flags, int decimals) {
        return new ColumnDefinition(
                column.schema(),
                column.table(),
                column.orgTable(),
                column.name(),
                column.orgName(),
                collation,
                column.length(),
                column.type(),
                flags,
                decimals,
                column.extendedType(),
                column.extendedFormat());
    }
}
