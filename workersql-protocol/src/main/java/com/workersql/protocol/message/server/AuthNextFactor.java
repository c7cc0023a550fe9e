// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.server;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;

/**
 * One factor is proven, the server asks for the next one. Only with {@link CapabilityFlags#MULTI_FACTOR_AUTHENTICATION}.
 *
 * <pre>{@code
 * 0x02, plugin (ended by NUL), data (rest)
 * }</pre>
 *
 * <p>As in an {@link AuthSwitchRequest}, a salt of 20 bytes travels with a NUL behind it that is no part of it. Source:
 * dev.mysql.com "Protocol::AuthNextFactor".
 *
 * @param plugin never null
 * @param data for the plugin, most often a salt
 */
public record AuthNextFactor(String plugin, Bytes data) implements ServerMessage {
    /** The payload's first byte. */
    public static final int HEADER = 0x02;

    public AuthNextFactor {
        requireNonNull(plugin, "plugin");
        requireNonNull(data, "data");
    }

    /**
     * Reads a payload to its end.
     *
     * @throws ProtocolException when it is no such message or truncated
     */
    public static AuthNextFactor decode(ByteBuf payload, CapabilityFlags capabilities) {
        AuthSwitchRequest.requireHeader(payload, HEADER);
        var body = AuthSwitchRequest.decodeBody(payload);
        return new AuthNextFactor(body.plugin(), body.data());
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        out.writeByte(HEADER);
        AuthSwitchRequest.encodeBody(out, plugin, data);
    }
}
