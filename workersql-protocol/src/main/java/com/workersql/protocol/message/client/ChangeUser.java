// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Authenticates again, maybe as another user, and resets the session's state. The answer is that of a handshake: OK, ERR, or an
 * authentication switch.
 *
 * <pre>{@code
 * 0x11, user (ended by NUL), CLIENT_SECURE_CONNECTION: length (1 byte) and authentication data   else: it ended by NUL,
 * schema (ended by NUL), [ collation id (2 bytes),
 * [ CLIENT_PLUGIN_AUTH: plugin (ended by NUL) ], [ CLIENT_CONNECT_ATTRS: attributes as in the handshake response ] ]
 * }</pre>
 *
 * <p>Source: dev.mysql.com "COM_CHANGE_USER".
 *
 * @param user valid UTF-8
 * @param authData what the plugin says, at most 255 bytes
 * @param schema null when none is asked for
 * @param collationId 0 to 65535; 0 when the client gave none
 * @param plugin null when none is named
 * @param attributes unmodifiable, never null
 */
public record ChangeUser(
        String user, Bytes authData, String schema, int collationId, String plugin, Map<String, String> attributes)
        implements ClientCommand {

    public ChangeUser {
        requireNonNull(user, "user");
        requireNonNull(authData, "authData");
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    }

    @Override
    public int command() {
        return Command.COM_CHANGE_USER;
    }

    static ChangeUser decodeBody(ByteBuf in, CapabilityFlags capabilities) {
        try {
            return read(in, capabilities);
        } catch (ProtocolException e) {
            // A server that cannot read this command answers as if it did not know it.
            throw ProtocolException.unknownCommand(Command.COM_CHANGE_USER);
        }
    }

    private static ChangeUser read(ByteBuf in, CapabilityFlags capabilities) {
        String user = ProtocolStrings.strictUtf8(ProtocolStrings.readNulTerminatedBytes(in));
        Bytes authData;
        if (capabilities.has(CapabilityFlags.CLIENT_SECURE_CONNECTION)) {
            ProtocolStrings.require(in, 1);
            authData = ProtocolStrings.readFixedValue(in, in.readUnsignedByte());
        } else {
            authData = ProtocolStrings.readNulTerminatedValue(in);
        }
        String schema = ProtocolStrings.strictUtf8(ProtocolStrings.readNulTerminatedBytes(in));
        int collationId = 0;
        String plugin = null;
        Map<String, String> attributes = Map.of();
        if (in.readableBytes() >= 2) {
            collationId = in.readUnsignedShortLE();
            if (capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH) && in.isReadable()) {
                plugin = ProtocolStrings.readNulTerminated(in);
            }
            if (capabilities.has(CapabilityFlags.CLIENT_CONNECT_ATTRS) && in.isReadable()) {
                attributes = HandshakeResponse41.readAttributes(in);
            }
        }
        return new ChangeUser(user, authData, schema.isEmpty() ? null : schema, collationId, plugin, attributes);
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(Command.COM_CHANGE_USER);
        ProtocolStrings.writeNulTerminated(out, user);
        if (capabilities.has(CapabilityFlags.CLIENT_SECURE_CONNECTION)) {
            if (authData.length() > 255) {
                throw new IllegalArgumentException("authData has " + authData.length() + " bytes, allowed are 255");
            }
            out.writeByte(authData.length());
            authData.writeTo(out);
        } else {
            authData.writeTo(out);
            out.writeByte(0);
        }
        ProtocolStrings.writeNulTerminated(out, schema == null ? "" : schema);
        out.writeShortLE(collationId);
        if (capabilities.has(CapabilityFlags.CLIENT_PLUGIN_AUTH)) {
            ProtocolStrings.writeNulTerminated(out, plugin == null ? "" : plugin);
        }
        if (capabilities.has(CapabilityFlags.CLIENT_CONNECT_ATTRS)) {
            HandshakeResponse41.writeAttributes(out, attributes);
        }
    }
}
