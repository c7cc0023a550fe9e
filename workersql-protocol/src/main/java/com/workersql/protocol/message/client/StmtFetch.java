// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Fetches rows of a prepared statement's cursor. The answer is rows and their end, or ERR.
 *
 * <pre>{@code
 * 0x1C, statement id (4 bytes), rows (4 bytes)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_STMT_FETCH".
 *
 * @param statementId taken as unsigned
 * @param rows how many at most, taken as unsigned
 */
public record StmtFetch(int statementId, int rows) implements ClientCommand {

    @Override
    public int command() {
        return Command.COM_STMT_FETCH;
    }

    static StmtFetch decodeBody(ByteBuf in) {
        ProtocolStrings.require(in, 8);
        return new StmtFetch(in.readIntLE(), in.readIntLE());
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_STMT_FETCH).writeIntLE(statementId).writeIntLE(rows);
    }
}
