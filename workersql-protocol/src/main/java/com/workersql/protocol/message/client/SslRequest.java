// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * The client goes on in TLS; the bytes behind this packet are a ClientHello.
 *
 * <pre>{@code
 * capabilities (4 bytes, with CLIENT_SSL and CLIENT_PROTOCOL_41), largest packet (4 bytes), collation id (2 bytes),
 * 0x00 (18 bytes), [ no CLIENT_LONG_PASSWORD: MariaDB's capabilities (4 bytes) | 0x00 (4 bytes) ]
 * }</pre>
 *
 * <p>It is the first half of {@link HandshakeResponse41}, which tells about the rest. Source: dev.mysql.com
 * "Protocol::SSLRequest".
 *
 * @param capabilities what the client wants, with CLIENT_SSL
 * @param maxPacketBytes the largest packet that the client wants to get, taken as unsigned
 * @param collationId 0 to 65535
 */
public record SslRequest(CapabilityFlags capabilities, int maxPacketBytes, int collationId) implements ClientMessage {
    /** How long the payload is. */
    public static final int PAYLOAD_BYTES = 32;

    public SslRequest {
        requireNonNull(capabilities, "capabilities");
    }

    /** True when the payload, the client's first, is such a request. No index moves. */
    public static boolean is(ByteBuf payload) {
        return payload.readableBytes() == PAYLOAD_BYTES
                && (payload.getIntLE(payload.readerIndex())
                                & (CapabilityFlags.CLIENT_SSL | CapabilityFlags.CLIENT_PROTOCOL_41))
                        == (CapabilityFlags.CLIENT_SSL | CapabilityFlags.CLIENT_PROTOCOL_41);
    }

    /**
     * Reads a payload.
     *
     * @throws ProtocolException when it is truncated
     */
    public static SslRequest decode(ByteBuf payload) {
        ProtocolStrings.require(payload, PAYLOAD_BYTES);
        int low = payload.readIntLE();
        int maxPacketBytes = payload.readIntLE();
        int collationId = payload.readUnsignedShortLE();
        int high = payload.skipBytes(18).readIntLE();
        return new SslRequest(capabilities(low, high), maxPacketBytes, collationId);
    }

    /** MariaDB's half counts where the other does not say that it is MySQL's. */
    static CapabilityFlags capabilities(int low, int high) {
        boolean mariaDb = (low & CapabilityFlags.CLIENT_LONG_PASSWORD) == 0;
        return CapabilityFlags.of(low, mariaDb ? high : 0);
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags agreed) {
        write(out, capabilities, maxPacketBytes, collationId);
    }

    static void write(ByteBuf out, CapabilityFlags capabilities, int maxPacketBytes, int collationId) {
        out.writeIntLE(capabilities.low())
                .writeIntLE(maxPacketBytes)
                .writeShortLE(collationId)
                .writeZero(18)
                .writeIntLE(capabilities.has(CapabilityFlags.CLIENT_LONG_PASSWORD) ? 0 : capabilities.high());
    }
}
