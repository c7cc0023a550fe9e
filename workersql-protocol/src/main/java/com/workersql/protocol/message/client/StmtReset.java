// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Drops the long data and the cursor of a prepared statement. The answer is OK or ERR.
 *
 * <pre>{@code
 * 0x1A, statement id (4 bytes)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_STMT_RESET".
 *
 * @param statementId statement id, taken as unsigned
 */
public record StmtReset(int statementId) implements ClientCommand {

    @Override
    public int command() {
        return Command.COM_STMT_RESET;
    }

    static StmtReset decodeBody(ByteBuf in) {
        ProtocolStrings.require(in, 4);
        return new StmtReset(in.readIntLE());
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_STMT_RESET).writeIntLE(statementId);
    }
}
