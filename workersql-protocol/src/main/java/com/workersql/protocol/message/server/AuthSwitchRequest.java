// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The server asks for another authentication plugin.
 *
 * <pre>{@code
 * 0xFE, [ CLIENT_PLUGIN_AUTH: plugin (ended by NUL), data (rest) ]
 * }</pre>
 *
 * <p>A salt of 20 bytes travels with a NUL behind it, which is no part of the salt: it is added and taken away here. The single
 * byte 0xFE asks for the password hash from before 4.1. Source: dev.mysql.com "Protocol::AuthSwitchRequest".
 *
 * @param plugin never null
 * @param data for the plugin, most often a salt
 */
public record AuthSwitchRequest(String plugin, Bytes data) implements ServerMessage {
    /** The payload's first byte. */
    public static final int HEADER = 0xFE;

    private static final int SALT_BYTES = 20;
    private static final String OLD_PASSWORD = "mysql_old_password";

    public AuthSwitchRequest {
        requireNonNull(plugin, "plugin");
        requireNonNull(data, "data");
    }

    /**
     * Reads a payload to its end.
     *
     * @throws ProtocolException when it is no such message or truncated
     */
    public static AuthSwitchRequest decode(ByteBuf payload, CapabilityFlags capabilities) {
        requireHeader(payload, HEADER);
        return payload.isReadable() ? decodeBody(payload) : new AuthSwitchRequest(OLD_PASSWORD, Bytes.EMPTY);
    }

    static void requireHeader(ByteBuf payload, int expected) {
        ProtocolStrings.require(payload, 1);
        int header = payload.readUnsignedByte();
        if (header != expected) {
            throw ProtocolException.malformed("a request for authentication that begins with " + header);
        }
    }

    static AuthSwitchRequest decodeBody(ByteBuf payload) {
        String plugin = ProtocolStrings.readNulTerminated(payload);
        byte[] data = ProtocolStrings.readRestBytes(payload);
        boolean salt = data.length == SALT_BYTES + 1 && data[SALT_BYTES] == 0;
        return new AuthSwitchRequest(plugin, Bytes.of(salt ? Arrays.copyOf(data, SALT_BYTES) : data));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(HEADER);
        if (plugin.equals(OLD_PASSWORD) && data.isEmpty()) {
            return;
        }
        encodeBody(out, plugin, data);
    }

    static void encodeBody(ByteBuf out, String plugin, Bytes data) {
        ProtocolStrings.writeNulTerminated(out, plugin);
        data.writeTo(out);
        if (data.length() == SALT_BYTES) {
            out.writeByte(0);
        }
    }
}
