// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * The end of column definitions, or of rows, without {@link CapabilityFlags#CLIENT_DEPRECATE_EOF}.
 *
 * <pre>{@code
 * 0xFE, [ CLIENT_PROTOCOL_41: warnings (2 bytes), status flags (2 bytes) ]
 * }</pre>
 *
 * <p>The order of the numbers is the other way round in {@link Ok}. Source: dev.mysql.com "EOF_Packet".
 *
 * @param warnings 0 to 65535
 * @param statusFlags bits of {@link com.workersql.protocol.StatusFlags}
 */
public record Eof(int warnings, int statusFlags) implements ServerMessage {
    /** The payload's first byte. */
    public static final int HEADER = 0xFE;

    /** A payload that begins with 0xFE is an EOF only when it is shorter than this; else it is a row. */
    public static final int MAX_PAYLOAD_BYTES = 8;

    /**
     * Reads a payload.
     *
     * @throws ProtocolException when it is no EOF or truncated
     */
    public static Eof decode(ByteBuf payload, CapabilityFlags capabilities) {
        ProtocolStrings.require(payload, 1);
        int length = payload.readableBytes();
        int header = payload.readUnsignedByte();
        if (header != HEADER || length > MAX_PAYLOAD_BYTES) {
            throw ProtocolException.malformed("an EOF that begins with " + header + " and has " + length + " bytes");
        }
        if (!capabilities.has(CapabilityFlags.CLIENT_PROTOCOL_41)) {
            return new Eof(0, 0);
        }
        ProtocolStrings.require(payload, 4);
        return new Eof(payload.readUnsignedShortLE(), payload.readUnsignedShortLE());
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(HEADER);
        if (capabilities.has(CapabilityFlags.CLIENT_PROTOCOL_41)) {
            out.writeShortLE(warnings).writeShortLE(statusFlags);
        }
    }
}
