// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.MessageReader;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * The greeting: the first message of a connection, by the server.
 *
 * <pre>{@code
 * 10, server version (ended by NUL), connection id (4 bytes), salt[0..8) (8 bytes), 0x00,
 * capabilities (low 2 bytes), collation id (1 byte), status flags (2 bytes), capabilities (high 2 bytes),
 * [ CLIENT_PLUGIN_AUTH: length of the salt and its NUL (1 byte) | 0x00 ], 0x00 (6 bytes),
 * [ no CLIENT_LONG_PASSWORD: MariaDB's capabilities (4 bytes) | 0x00 (4 bytes) ],
 * [ CLIENT_SECURE_CONNECTION or CLIENT_PLUGIN_AUTH: salt[8..) and 0x00 (at least 13 bytes) ],
 * [ CLIENT_PLUGIN_AUTH: plugin (ended by NUL) ]
 * }</pre>
 *
 * <p>The capabilities are the message's own, and end the greetings of the oldest servers. Source: dev.mysql.com
 * "Protocol::HandshakeV10", mariadb.com "Initial handshake packet".
 *
 * @param serverVersion as {@code SELECT VERSION()} gives it
 * @param connectionId taken as unsigned
 * @param salt 20 bytes without the NUL; 8 when the server is older than 4.1
 * @param capabilities what the server can do
 * @param collationId the server's default, its low eight bits: the field has no room for more
 * @param statusFlags bits of {@link com.workersql.protocol.StatusFlags}
 * @param plugin the authentication that the salt is for; empty without CLIENT_PLUGIN_AUTH
 */
public record HandshakeV10(
        String serverVersion,
        int connectionId,
        Bytes salt,
        CapabilityFlags capabilities,
        int collationId,
        int statusFlags,
        String plugin)
        implements ServerMessage {
    /** The payload's first byte. */
    public static final int PROTOCOL_VERSION = 10;

    private static final int FIRST_SALT_BYTES = 8;
    private static final int LEAST_SECOND_SALT_BYTES = 13;
    /** Its length is told with that of its NUL, in one byte. */
    private static final int MAX_SALT_BYTES = 254;

    public HandshakeV10 {
        requireNonNull(serverVersion, "serverVersion");
        requireNonNull(salt, "salt");
        requireNonNull(capabilities, "capabilities");
        requireNonNull(plugin, "plugin");
    }

    /**
     * Reads a payload to its end.
     *
     * @throws ProtocolException when it is no greeting of version 10 (1043), or truncated
     */
    public static HandshakeV10 decode(ByteBuf payload) {
        MessageReader in = new MessageReader(payload);
        HandshakeV10 greeting = decode(in);
        in.sync();
        return greeting;
    }

    private static HandshakeV10 decode(MessageReader in) {
        int version = in.readUnsignedByte();
        if (version != PROTOCOL_VERSION) {
            throw ProtocolException.badHandshake(
                    "the server greets with protocol version " + version + ", only version 10 is supported");
        }
        String serverVersion = in.readNulTerminated();
        in.require(4 + FIRST_SALT_BYTES + 1 + 2);
        int connectionId = in.readIntLE();
        int firstSalt = in.mark();
        in.skip(FIRST_SALT_BYTES + 1);
        int low = in.readUnsignedShortLE();
        if (!in.isReadable()) {
            Bytes salt = in.readValueBehind(firstSalt, FIRST_SALT_BYTES, 0);
            return new HandshakeV10(serverVersion, connectionId, salt, CapabilityFlags.of(low, 0), 0, 0, "");
        }
        in.require(1 + 2 + 2 + 1 + 10);
        int collationId = in.readUnsignedByte();
        int statusFlags = in.readUnsignedShortLE();
        low |= in.readUnsignedShortLE() << 16;
        int toldSaltBytes = in.readUnsignedByte();
        in.skip(6);
        int high = in.readIntLE();
        CapabilityFlags capabilities =
                CapabilityFlags.of(low, (low & CapabilityFlags.CLIENT_LONG_PASSWORD) == 0 ? high : 0);
        Bytes salt = readSalt(in, firstSalt, capabilities, toldSaltBytes);
        String plugin = "";
        if (capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH) && in.isReadable()) {
            // Some servers forgot the NUL behind the plugin's name (MySQL bug 59453).
            plugin = in.readPluginNameOrRest();
        }
        return new HandshakeV10(serverVersion, connectionId, salt, capabilities, collationId, statusFlags, plugin);
    }

    private static Bytes readSalt(MessageReader in, int first, CapabilityFlags capabilities, int toldBytes) {
        boolean isTold = capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH);
        if (!isTold && !capabilities.has(CapabilityFlags.CLIENT_SECURE_CONNECTION)) {
            return in.readValueBehind(first, FIRST_SALT_BYTES, 0);
        }
        // Without a plugin there is no length, whatever its byte says.
        int second = Math.max(LEAST_SECOND_SALT_BYTES, isTold ? toldBytes - FIRST_SALT_BYTES : 0);
        boolean hasNul = in.peek(second - 1) == 0;
        int bytes = hasNul ? second - 1 : second;
        if (FIRST_SALT_BYTES + bytes > MAX_SALT_BYTES) {
            throw ProtocolException.badHandshake("the server's salt has no end");
        }
        Bytes salt = in.readValueBehind(first, FIRST_SALT_BYTES, bytes);
        in.skip(hasNul ? 1 : 0);
        return salt;
    }

    /** Writes the payload; what the client can do is not known yet, so {@code ignored} does not matter. */
    @Override
    public void encode(ByteBuf out, CapabilityFlags ignored) {
        out.writeByte(PROTOCOL_VERSION);
        ProtocolStrings.writeNulTerminated(out, serverVersion);
        out.writeIntLE(connectionId);
        byte[] bytes = salt.toArray();
        out.writeBytes(bytes, 0, FIRST_SALT_BYTES).writeByte(0);
        out.writeShortLE(capabilities.low()).writeByte(collationId).writeShortLE(statusFlags);
        out.writeShortLE(capabilities.low() >>> 16);
        out.writeByte(capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH) ? bytes.length + 1 : 0);
        out.writeZero(6).writeIntLE(capabilities.has(CapabilityFlags.CLIENT_LONG_PASSWORD) ? 0 : capabilities.high());
        out.writeBytes(bytes, FIRST_SALT_BYTES, bytes.length - FIRST_SALT_BYTES);
        out.writeZero(Math.max(1, LEAST_SECOND_SALT_BYTES - (bytes.length - FIRST_SALT_BYTES)));
        if (capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH)) {
            ProtocolStrings.writeNulTerminated(out, plugin);
        }
    }
}
