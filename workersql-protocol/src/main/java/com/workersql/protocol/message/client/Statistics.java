// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import io.netty.buffer.ByteBuf;

/**
 * Asks for a line of text about the server. The answer is a payload of plain text.
 *
 * <pre>{@code
 * 0x09
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_STATISTICS".
 */
public record Statistics() implements ClientCommand {

    @Override
    public int command() {
        return Command.COM_STATISTICS;
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_STATISTICS);
    }
}
