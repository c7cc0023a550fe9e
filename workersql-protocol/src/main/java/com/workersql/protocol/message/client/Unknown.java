// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import io.netty.buffer.ByteBuf;

/**
 * A command without a type of its own here.
 *
 * <pre>{@code
 * command (1 byte), body (rest)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Command Phase".
 *
 * @param command 0 to 255
 * @param body borrowed: a slice of the payload, valid as long as the payload is
 */
public record Unknown(int command, ByteBuf body) implements ClientCommand {

    public Unknown {
        requireNonNull(body, "body");
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(command).writeBytes(body, body.readerIndex(), body.readableBytes());
    }
}
