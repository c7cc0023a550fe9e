// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.Peer;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.HandshakeResponse41;

/**
 * A client that has proven who it is. The server may still refuse it.
 *
 * @param user the name
 * @param credential what the store gave, with its principal
 * @param schema the schema that the client asks for; null when none
 * @param capabilities what both sides can do: the protocol of all that follows
 * @param collationId the client's collation, 0 to 65535
 * @param maxPacketBytes the largest packet that the client wants to get, taken as unsigned
 * @param peer address, TLS and connection attributes
 * @param connectionId the id of the greeting
 * @param principal whose ticket the client has shown, such as {@code alice@EXAMPLE.COM}; null where it has shown none
 */
public record AuthenticatedClient(
        String user,
        Credential credential,
        String schema,
        CapabilityFlags capabilities,
        int collationId,
        int maxPacketBytes,
        Peer peer,
        int connectionId,
        String principal) {
    public AuthenticatedClient {
        requireNonNull(user, "user");
        requireNonNull(credential, "credential");
        requireNonNull(capabilities, "capabilities");
        requireNonNull(peer, "peer");
    }

    /** What the client would say in a handshake that it says by COM_CHANGE_USER; capabilities and limits stay. */
    HandshakeResponse41 responding(ChangeUser command) {
        return new HandshakeResponse41(
                capabilities,
                maxPacketBytes,
                command.collationId() == 0 ? collationId : command.collationId(),
                command.user(),
                command.authData(),
                command.schema(),
                command.plugin(),
                capabilities.has(CapabilityFlags.CLIENT_CONNECT_ATTRS) ? command.attributes() : peer.attributes(),
                0);
    }
}
