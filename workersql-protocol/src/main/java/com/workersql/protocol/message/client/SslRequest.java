// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.MessageReader;
import io.netty.buffer.ByteBuf;

/**
 * The client goes on in TLS; the bytes behind this packet are a ClientHello.
 *
 * <pre>{@code
 * capabilities (4 bytes), largest packet (4 bytes), collation id (2 bytes), 0x00 (18 bytes), MariaDB's capabilities (4 bytes)
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
        MessageReader in = new MessageReader(payload);
        SslRequest request = decode(in);
        in.sync();
        return request;
    }

    static SslRequest decode(MessageReader in) {
        in.require(PAYLOAD_BYTES);
        int low = in.readIntLE();
        int maxPacketBytes = in.readIntLE();
        int collationId = in.readUnsignedShortLE();
        in.skip(18);
        int high = in.readIntLE();
        boolean mariaDb = (low & CapabilityFlags.CLIENT_LONG_PASSWORD) == 0;
        return new SslRequest(CapabilityFlags.of(low, mariaDb ? high : 0), maxPacketBytes, collationId);
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
