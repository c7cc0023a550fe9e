// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;

/**
 * What a client knows of a server that let it in.
 *
 * @param greeting the server's version, connection id and capabilities
 * @param capabilities what both sides can do: the protocol of all that follows
 * @param ok the OK that ended the handshake
 * @param tls whether the connection is encrypted
 * @param setNames the statement that has to be sent before any other, since a handshake can carry no collation above 255: it has
 *     begun the session by the default of the same character set; null where there is nothing to send
 */
public record ServerSession(HandshakeV10 greeting, CapabilityFlags capabilities, Ok ok, boolean tls, String setNames) {
    public ServerSession {
        requireNonNull(greeting, "greeting");
        requireNonNull(capabilities, "capabilities");
        requireNonNull(ok, "ok");
    }

    /** A session of the collation that the handshake told. */
    public ServerSession(HandshakeV10 greeting, CapabilityFlags capabilities, Ok ok, boolean tls) {
        this(greeting, capabilities, ok, tls, null);
    }

    /** True when the server is of the MariaDB family. */
    public boolean isMariaDb() {
        return isMariaDb(greeting);
    }

    static boolean isMariaDb(HandshakeV10 greeting) {
        return greeting.serverVersion().contains("MariaDB")
                || !greeting.capabilities().has(CapabilityFlags.CLIENT_LONG_PASSWORD);
    }
}
