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
import java.util.function.Consumer;

/** A COM_QUERY, sent as the client wrote it. */
final class QueryWork extends CommandWork {
    /** The text that another one is sent for; null where it is sent itself. */
    private final byte[] asked;

    /**
     * @param command the command's payload; owned by this work until it is sent
     */
    QueryWork(StatementInfo info, ByteBuf command) {
        this(info, null, command);
    }

    private QueryWork(StatementInfo info, byte[] asked, ByteBuf command) {
        super(info, command);
        this.asked = asked;
    }

    @Override
    public byte[] sql() {
        var command = command();
        return ByteBufUtil.getBytes(command, command.readerIndex() + 1, command.readableBytes() - 1);
    }

    @Override
    public byte[] asked() {
        return asked == null ? sql() : asked;
    }

    @Override
    public byte[] fileName(boolean noBackslashEscapes) {
        return info().kind() == StatementKind.LOAD_DATA ? ClientFileName.of(sql(), noBackslashEscapes) : null;
    }

    @Override
    public void send(PooledConnection connection, ReplyListener listener, Consumer<GatewayError> failed) {
        connection.executePayload(ReplyKind.QUERY, taken(), listener);
    }

    @Override
    public Work again() {
        return new QueryWork(info(), asked, shared());
    }

    @Override
    public Work rewritten(byte[] sql) {
        byte[] before = asked();
        drop();
        return new QueryWork(info(), before, payload(Command.COM_QUERY, sql));
    }
}
