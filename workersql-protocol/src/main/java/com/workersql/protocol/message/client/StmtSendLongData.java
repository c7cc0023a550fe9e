// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Appends to a parameter of a prepared statement; there is no answer, an error is told by the next execution.
 *
 * <pre>{@code
 * 0x18, statement id (4 bytes), parameter (2 bytes), data (rest)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_STMT_SEND_LONG_DATA".
 *
 * @param statementId taken as unsigned
 * @param parameter its index from 0
 * @param data borrowed: a slice of the payload, valid as long as the payload is
 */
public record StmtSendLongData(int statementId, int parameter, ByteBuf data) implements ClientCommand {

    public StmtSendLongData {
        requireNonNull(data, "data");
    }

    @Override
    public int command() {
        return Command.COM_STMT_SEND_LONG_DATA;
    }

    static StmtSendLongData decodeBody(ByteBuf in) {
        ProtocolStrings.require(in, 6);
        return new StmtSendLongData(in.readIntLE(), in.readUnsignedShortLE(), in.readSlice(in.readableBytes()));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_STMT_SEND_LONG_DATA).writeIntLE(statementId).writeShortLE(parameter);
        out.writeBytes(data, data.readerIndex(), data.readableBytes());
    }
}
