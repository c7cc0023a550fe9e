// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import io.netty.buffer.ByteBuf;

/**
 * Is the server alive? The answer is OK.
 *
 * <pre>{@code
 * 0x0E
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_PING".
 */
public record Ping() implements ClientCommand {

    @Override
    public int command() {
        return Command.COM_PING;
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_PING);
    }
}
