// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import io.netty.buffer.ByteBuf;

/**
 * Ends the connection; there is no answer.
 *
 * <pre>{@code
 * 0x01
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_QUIT".
 */
public record Quit() implements ClientCommand {

    @Override
    public int command() {
        return Command.COM_QUIT;
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_QUIT);
    }
}
