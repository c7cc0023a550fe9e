// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Forgets a prepared statement; there is no answer.
 *
 * <pre>{@code
 * 0x19, statement id (4 bytes)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_STMT_CLOSE".
 *
 * @param statementId statement id, taken as unsigned
 */
public record StmtClose(int statementId) implements ClientCommand {

    @Override
    public int command() {
        return Command.COM_STMT_CLOSE;
    }

    static StmtClose decodeBody(ByteBuf in) {
        ProtocolStrings.require(in, 4);
        return new StmtClose(in.readIntLE());
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_STMT_CLOSE).writeIntLE(statementId);
    }
}
