// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.protocol.Command;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.router.StatementInfo;
import com.workersql.router.StatementKind;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.function.Consumer;

/** A COM_QUERY, sent as the client wrote it. */
final class QueryWork implements Work {
    private final StatementInfo info;
    /** The text that another one is sent for; null where it is sent itself. */
    private final byte[] asked;

    private ByteBuf command;

    /**
     * @param command the command's payload; owned by this work until it is sent
     */
    QueryWork(StatementInfo info, ByteBuf command) {
        this(info, null, command);
    }

    private QueryWork(StatementInfo info, byte[] asked, ByteBuf command) {
        this.info = info;
        this.asked = asked;
        this.command = command;
    }

    @Override
    public StatementInfo info() {
        return info;
    }

    @Override
    public byte[] sql() {
        return ByteBufUtil.getBytes(command, command.readerIndex() + 1, command.readableBytes() - 1);
    }

    @Override
    public byte[] asked() {
        return asked == null ? sql() : asked;
    }

    @Override
    public byte[] fileName(boolean noBackslashEscapes) {
        return info.kind() == StatementKind.LOAD_DATA ? ClientFileName.of(sql(), noBackslashEscapes) : null;
    }

    @Override
    public void send(PooledConnection connection, ReplyListener listener, Consumer<GatewayError> failed) {
        var sent = command;
        command = null;
        connection.executePayload(ReplyKind.QUERY, sent, listener);
    }

    @Override
    public Work again() {
        return new QueryWork(info, asked, command.retainedDuplicate());
    }

    @Override
    public Work rewritten(byte[] sql) {
        byte[] before = asked();
        drop();
        return new QueryWork(
                info,
                before,
                Unpooled.buffer(1 + sql.length).writeByte(Command.COM_QUERY).writeBytes(sql));
    }

    @Override
    public void drop() {
        if (command != null) {
            command.release();
            command = null;
        }
    }
}
