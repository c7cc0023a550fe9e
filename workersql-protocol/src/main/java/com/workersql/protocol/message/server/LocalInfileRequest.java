// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * The server asks for a file of the client, as the answer to LOAD DATA LOCAL. Only with
 * {@link CapabilityFlags#CLIENT_LOCAL_FILES}.
 *
 * <pre>{@code
 * 0xFB, file name (rest)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "LOCAL INFILE Request".
 *
 * @param fileName as the statement wrote it; never to be trusted
 */
public record LocalInfileRequest(String fileName) implements ServerMessage {
    /** The payload's first byte. */
    public static final int HEADER = 0xFB;

    public LocalInfileRequest {
        requireNonNull(fileName, "fileName");
    }

    /**
     * Reads a payload to its end.
     *
     * @throws ProtocolException when it is no such message
     */
    public static LocalInfileRequest decode(ByteBuf payload, CapabilityFlags capabilities) {
        ProtocolStrings.require(payload, 1);
        int header = payload.readUnsignedByte();
        if (header != HEADER) {
            throw ProtocolException.malformed("a LOCAL INFILE request that begins with " + header);
        }
        return new LocalInfileRequest(ProtocolStrings.readRest(payload));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(HEADER);
        ProtocolStrings.writeRest(out, fileName);
    }
}
