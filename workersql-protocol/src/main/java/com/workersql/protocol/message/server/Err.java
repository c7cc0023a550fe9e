// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerError;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/**
 * An error.
 *
 * <pre>{@code
 * 0xFF, errno (2 bytes), [ CLIENT_PROTOCOL_41: '#', SQLSTATE (5 bytes) ], message (rest)
 * }</pre>
 *
 * <p>Before the greeting nothing is agreed on and a server leaves the SQLSTATE out; the decoder therefore looks for the {@code #}
 * and not at the capabilities. Source: dev.mysql.com "ERR_Packet".
 *
 * @param errno 0 to 65535
 * @param sqlState five characters, or null where the packet has none
 * @param message never null
 */
public record Err(int errno, String sqlState, String message) implements ServerMessage {
    /** The payload's first byte. */
    public static final int HEADER = 0xFF;

    public Err {
        requireNonNull(message, "message");
        if (errno < 0 || errno > 0xFFFF) {
            throw new IllegalArgumentException("errno is " + errno + ", allowed are 0 to 65535");
        }
        if (sqlState != null && sqlState.length() != 5) {
            throw new IllegalArgumentException("sqlState is '" + sqlState + "', it must have five characters");
        }
    }

    /** The ERR for a known error. */
    public static Err of(ServerError error, String message) {
        return new Err(error.errno(), error.sqlState(), message);
    }

    /** The ERR for an exception. */
    public static Err of(ProtocolException exception) {
        return of(exception.error(), exception.getMessage());
    }

    /**
     * Reads a payload to its end.
     *
     * @throws ProtocolException when it is no ERR or truncated
     */
    public static Err decode(ByteBuf payload, CapabilityFlags capabilities) {
        ProtocolStrings.require(payload, 3);
        int header = payload.readUnsignedByte();
        if (header != HEADER) {
            throw ProtocolException.malformed("an ERR that begins with " + header);
        }
        int errno = payload.readUnsignedShortLE();
        String sqlState = null;
        if (payload.isReadable() && payload.getByte(payload.readerIndex()) == '#') {
            ProtocolStrings.require(payload, 6);
            sqlState = payload.skipBytes(1).readString(5, StandardCharsets.ISO_8859_1);
        }
        return new Err(errno, sqlState, ProtocolStrings.readRest(payload));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(HEADER).writeShortLE(errno);
        if (sqlState != null && capabilities.has(CapabilityFlags.CLIENT_PROTOCOL_41)) {
            out.writeByte('#').writeCharSequence(sqlState, StandardCharsets.ISO_8859_1);
        }
        ProtocolStrings.writeRest(out, message);
    }
}
