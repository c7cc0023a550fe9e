// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Kills a connection. The answer is OK or ERR.
 *
 * <pre>{@code
 * 0x0C, connection id (4 bytes)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_PROCESS_KILL".
 *
 * @param connectionId connection id, taken as unsigned
 */
public record ProcessKill(int connectionId) implements ClientCommand {

    @Override
    public int command() {
        return Command.COM_PROCESS_KILL;
    }

    static ProcessKill decodeBody(ByteBuf in) {
        ProtocolStrings.require(in, 4);
        return new ProcessKill(in.readIntLE());
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_PROCESS_KILL).writeIntLE(connectionId);
    }
}
