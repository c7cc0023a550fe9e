// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import io.netty.buffer.ByteBuf;

/**
 * Has the server write to its log. The answer is OK, or EOF from older servers.
 *
 * <pre>{@code
 * 0x0D
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_DEBUG".
 */
public record Debug() implements ClientCommand {

    @Override
    public int command() {
        return Command.COM_DEBUG;
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_DEBUG);
    }
}
