// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * Further data of an authentication plugin.
 *
 * <pre>{@code
 * 0x01, data (rest)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Protocol::AuthMoreData".
 *
 * @param data what the plugin says
 */
public record AuthMoreData(Bytes data) implements ServerMessage {
    /** The payload's first byte. */
    public static final int HEADER = 0x01;

    public AuthMoreData {
        requireNonNull(data, "data");
    }

    /**
     * Reads a payload to its end.
     *
     * @throws ProtocolException when it is no such message
     */
    public static AuthMoreData decode(ByteBuf payload, CapabilityFlags capabilities) {
        ProtocolStrings.require(payload, 1);
        int header = payload.readUnsignedByte();
        if (header != HEADER) {
            throw ProtocolException.malformed("further authentication data that begins with " + header);
        }
        return new AuthMoreData(ProtocolStrings.readRestValue(payload));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(HEADER);
        data.writeTo(out);
    }
}
