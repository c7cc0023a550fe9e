// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import io.netty.buffer.ByteBuf;

/**
 * Puts the session's state back to what it was behind the handshake. The answer is OK.
 *
 * <pre>{@code
 * 0x1F
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_RESET_CONNECTION".
 */
public record ResetConnection() implements ClientCommand {

    @Override
    public int command() {
        return Command.COM_RESET_CONNECTION;
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_RESET_CONNECTION);
    }
}
