// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.LengthEncodedInteger;
import com.workersql.protocol.wire.MessageReader;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The client's answer to the greeting.
 *
 * <pre>{@code
 * capabilities (4 bytes, with CLIENT_PROTOCOL_41), largest packet (4 bytes), collation id (2 bytes), 0x00 (18 bytes),
 * [ no CLIENT_LONG_PASSWORD: MariaDB's capabilities (4 bytes) | 0x00 (4 bytes) ],
 * user (ended by NUL),
 * CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA: authentication data (lenenc)
 *   else CLIENT_SECURE_CONNECTION: its length (1 byte) and it   else: ended by NUL,
 * [ CLIENT_CONNECT_WITH_DB: schema (ended by NUL) ], [ CLIENT_PLUGIN_AUTH: plugin (ended by NUL) ],
 * [ CLIENT_CONNECT_ATTRS: length (lenenc int), (name (lenenc), value (lenenc))* ],
 * [ CLIENT_ZSTD_COMPRESSION_ALGORITHM: level (1 byte) ]
 * }</pre>
 *
 * <p>The documentation gives the collation one byte and 23 zeros; clients put the id's high byte into the first of them. MariaDB's
 * capabilities count when CLIENT_LONG_PASSWORD is not set. Connector/J 5.1.25 to 5.1.45 write an empty schema without
 * CLIENT_CONNECT_WITH_DB, which is skipped. Attributes may be missing altogether. Source: dev.mysql.com
 * "Protocol::HandshakeResponse41", mariadb.com "Handshake response packet".
 *
 * @param capabilities what the client wants
 * @param maxPacketBytes the largest packet that the client wants to get, taken as unsigned
 * @param collationId 0 to 65535
 * @param user valid UTF-8
 * @param authData what the plugin says
 * @param schema null when none is asked for
 * @param plugin null when none is named
 * @param attributes unmodifiable, never null
 * @param zstdLevel 0 when it is not given
 */
public record HandshakeResponse41(
        CapabilityFlags capabilities,
        int maxPacketBytes,
        int collationId,
        String user,
        Bytes authData,
        String schema,
        String plugin,
        Map<String, String> attributes,
        int zstdLevel)
        implements ClientMessage {

    private static final int RESERVED_OFFSET = 10;
    private static final int RESERVED_BYTES = 18;

    public HandshakeResponse41 {
        requireNonNull(capabilities, "capabilities");
        requireNonNull(user, "user");
        requireNonNull(authData, "authData");
        attributes = attributes.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    /**
     * Whether a payload begins as a response does: with the bit of the protocol 4.1, and zeros where nothing else has that many. No
     * proof of a password does.
     *
     * @param payload is not read
     */
    public static boolean isBegunBy(ByteBuf payload) {
        int start = payload.readerIndex();
        if (payload.readableBytes() < SslRequest.PAYLOAD_BYTES
                || (payload.getUnsignedShortLE(start) & CapabilityFlags.CLIENT_PROTOCOL_41) == 0) {
            return false;
        }
        for (int at = start + RESERVED_OFFSET; at < start + RESERVED_OFFSET + RESERVED_BYTES; at++) {
            if (payload.getByte(at) != 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads a payload.
     *
     * @throws ProtocolException when it is truncated, or of the protocol before 4.1 (1043)
     */
    public static HandshakeResponse41 decode(ByteBuf payload) {
        ProtocolStrings.require(payload, 2);
        if ((payload.getUnsignedShortLE(payload.readerIndex()) & CapabilityFlags.CLIENT_PROTOCOL_41) == 0) {
            throw ProtocolException.badHandshake(
                    "the client speaks the protocol from before 4.1, which is not supported");
        }
        ProtocolStrings.require(payload, SslRequest.PAYLOAD_BYTES);
        int low = payload.readIntLE();
        int maxPacketBytes = payload.readIntLE();
        int collationId = payload.readUnsignedShortLE();
        int high = payload.skipBytes(RESERVED_BYTES).readIntLE();
        CapabilityFlags capabilities = SslRequest.capabilities(low, high);
        MessageReader in = new MessageReader(payload);
        // The reader itself would have to be an object for the sake of what an exception leads to.
        byte[] copy = in.copy();
        try {
            return decode(payload, in, capabilities, maxPacketBytes, collationId);
        } finally {
            Arrays.fill(copy, (byte) 0);
        }
    }

    private static HandshakeResponse41 decode(
            ByteBuf payload, MessageReader in, CapabilityFlags capabilities, int maxPacketBytes, int collationId) {
        String user = in.readStrictNulTerminated();
        Bytes authData = readAuthData(in, capabilities);
        String schema = null;
        if (capabilities.has(CapabilityFlags.CLIENT_CONNECT_WITH_DB) && in.isReadable()) {
            schema = in.readStrictNulTerminated();
            if (schema.isEmpty()) {
                schema = null;
            }
        }
        String plugin = null;
        if (capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH) && in.isReadable()) {
            if (!capabilities.has(CapabilityFlags.CLIENT_CONNECT_WITH_DB)) {
                in.sync();
                skipEmptySchema(payload);
                in.resume();
            }
            plugin = in.readPluginName();
        }
        in.sync();
        Map<String, String> attributes = Map.of();
        if (capabilities.has(CapabilityFlags.CLIENT_CONNECT_ATTRS) && payload.isReadable()) {
            attributes = readAttributes(payload);
        }
        int zstdLevel = 0;
        if (capabilities.has(CapabilityFlags.CLIENT_ZSTD_COMPRESSION_ALGORITHM) && payload.isReadable()) {
            zstdLevel = payload.readUnsignedByte();
        }
        return new HandshakeResponse41(
                capabilities, maxPacketBytes, collationId, user, authData, schema, plugin, attributes, zstdLevel);
    }

    /** Writes the payload by the message's own capabilities. */
    @Override
    public void encode(ByteBuf out, CapabilityFlags agreed) {
        SslRequest.write(out, capabilities, maxPacketBytes, collationId);
        ProtocolStrings.writeNulTerminated(out, user);
        if (capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA)) {
            ProtocolStrings.writeLengthEncoded(out, authData);
        } else if (capabilities.has(CapabilityFlags.CLIENT_SECURE_CONNECTION)) {
            if (authData.length() > 255) {
                throw new IllegalArgumentException("authData has " + authData.length()
                        + " bytes, allowed are 255 without CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA");
            }
            out.writeByte(authData.length());
            authData.writeTo(out);
        } else {
            authData.writeTo(out);
            out.writeByte(0);
        }
        if (capabilities.has(CapabilityFlags.CLIENT_CONNECT_WITH_DB)) {
            ProtocolStrings.writeNulTerminated(out, schema == null ? "" : schema);
        }
        if (capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH)) {
            ProtocolStrings.writeNulTerminated(out, plugin == null ? "" : plugin);
        }
        if (capabilities.has(CapabilityFlags.CLIENT_CONNECT_ATTRS)) {
            writeAttributes(out, attributes);
        }
        if (capabilities.has(CapabilityFlags.CLIENT_ZSTD_COMPRESSION_ALGORITHM)) {
            out.writeByte(zstdLevel);
        }
    }

    private static Bytes readAuthData(MessageReader in, CapabilityFlags capabilities) {
        if (capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA)) {
            return in.readLengthEncodedValue();
        }
        if (capabilities.has(CapabilityFlags.CLIENT_SECURE_CONNECTION)) {
            return in.readValue(in.readUnsignedByte());
        }
        return in.readNulTerminatedValue();
    }

    private static void skipEmptySchema(ByteBuf payload) {
        int start = payload.readerIndex();
        if (payload.getByte(start) != 0) {
            return;
        }
        // A NUL here is either an empty schema in front of a plugin's name, or an empty name in front of attributes.
        // Names are
        // made of letters, digits and '_'; attributes have a small length as their second byte.
        int length = payload.bytesBefore(start + 1, payload.readableBytes() - 1, (byte) 0);
        if (length < 1) {
            return;
        }
        for (int i = start + 1; i <= start + length; i++) {
            int c = payload.getUnsignedByte(i);
            if (c != '_' && !Character.isLetterOrDigit(c)) {
                return;
            }
        }
        payload.skipBytes(1);
    }

    static Map<String, String> readAttributes(ByteBuf payload) {
        ByteBuf in = payload.readSlice(LengthEncodedInteger.readLength(payload));
        Map<String, String> attributes = new LinkedHashMap<>();
        while (in.isReadable()) {
            attributes.put(ProtocolStrings.readLengthEncoded(in), ProtocolStrings.readLengthEncoded(in));
        }
        return attributes;
    }

    static void writeAttributes(ByteBuf out, Map<String, String> attributes) {
        ByteBuf entries = out.alloc().buffer();
        try {
            attributes.forEach((name, value) -> {
                ProtocolStrings.writeLengthEncoded(entries, name);
                ProtocolStrings.writeLengthEncoded(entries, value);
            });
            ProtocolStrings.writeLengthEncoded(out, entries);
        } finally {
            entries.release();
        }
    }
}
