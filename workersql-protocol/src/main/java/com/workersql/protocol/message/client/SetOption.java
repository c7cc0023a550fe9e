// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.ProtocolException;
import io.netty.buffer.ByteBuf;

/**
 * Switches multi-statements on (0) or off (1). The answer is OK, or EOF from older servers.
 *
 * <pre>{@code
 * 0x1B, option (2 bytes)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_SET_OPTION".
 *
 * @param option 0 or 1
 */
public record SetOption(int option) implements ClientCommand {
    /** Several statements in one COM_QUERY are allowed. */
    public static final int MULTI_STATEMENTS_ON = 0;
    /** Several statements in one COM_QUERY are not allowed. */
    public static final int MULTI_STATEMENTS_OFF = 1;

    @Override
    public int command() {
        return Command.COM_SET_OPTION;
    }

    static SetOption decodeBody(ByteBuf in) {
        int option = in.readableBytes() < 2 ? -1 : in.readUnsignedShortLE();
        if (option != MULTI_STATEMENTS_ON && option != MULTI_STATEMENTS_OFF) {
            throw ProtocolException.unknownCommand(Command.COM_SET_OPTION);
        }
        return new SetOption(option);
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_SET_OPTION).writeShortLE(option);
    }
}
