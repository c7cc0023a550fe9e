// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyListener;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.router.StatementInfo;
import com.workersql.server.error.GatewayError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * A COM_FIELD_LIST, sent as the client wrote it. The command says no SQL; it goes where {@code SHOW COLUMNS} of its table goes, and to
 * whom that is allowed.
 */
final class FieldListWork extends CommandWork {
    private static final byte[] QUESTION = "SHOW COLUMNS FROM `".getBytes(StandardCharsets.US_ASCII);

    /**
     * @param info of the {@link #question}
     * @param command the command's payload; owned by this work until it is sent
     */
    FieldListWork(StatementInfo info, ByteBuf command) {
        super(info, command);
    }

    /**
     * The statement that asks the same.
     *
     * @param command the payload: the command byte, the table's name up to a NUL or to the end, a pattern; not read up
     */
    static byte[] question(ByteBuf command) {
        int start = command.readerIndex() + 1;
        int end = command.indexOf(start, command.writerIndex(), (byte) 0);
        var name = command.slice(start, (end < 0 ? command.writerIndex() : end) - start);
        var sql = Unpooled.buffer(QUESTION.length + name.readableBytes() + 1).writeBytes(QUESTION);
        while (name.isReadable()) {
            byte next = name.readByte();
            sql.writeByte(next);
            if (next == '`') {
                sql.writeByte(next);
            }
        }
        sql.writeByte('`');
        byte[] text = new byte[sql.readableBytes()];
        sql.readBytes(text);
        return text;
    }

    @Override
    public void send(PooledConnection connection, ReplyListener listener, Consumer<GatewayError> failed) {
        connection.executePayload(ReplyKind.FIELD_LIST, taken(), listener);
    }

    @Override
    public Work again() {
        return new FieldListWork(info(), shared());
    }
}
