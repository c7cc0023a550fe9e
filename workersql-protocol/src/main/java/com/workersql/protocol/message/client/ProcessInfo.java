// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import io.netty.buffer.ByteBuf;

/**
 * Asks for the server's connections. The answer is a result set.
 *
 * <pre>{@code
 * 0x0A
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_PROCESS_INFO".
 */
public record ProcessInfo() implements ClientCommand {

    @Override
    public int command() {
        return Command.COM_PROCESS_INFO;
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_PROCESS_INFO);
    }
}
