// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.message.client;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.wire.Bytes;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.buffer.ByteBuf;

/**
 * The client's answer to an authentication switch or to further authentication data: the whole payload, any byte, also NUL.
 *
 * <pre>{@code
 * data (rest)
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Protocol::AuthSwitchResponse".
 *
 * @param data what the plugin says; may be a secret
 */
public record AuthResponse(Bytes data) implements ClientMessage {

    public AuthResponse {
        requireNonNull(data, "data");
    }

    /** Reads a payload to its end. */
    public static AuthResponse decode(ByteBuf payload, CapabilityFlags capabilities) {
        return new AuthResponse(ProtocolStrings.readRestValue(payload));
    }

    @Override
    public void encode(ByteBuf out, CapabilityFlags capabilities) {
        data.writeTo(out);
    }
}
