// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.Peer;

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
 */
public record AuthenticatedClient(
        String user,
        Credential credential,
        String schema,
        CapabilityFlags capabilities,
        int collationId,
        int maxPacketBytes,
        Peer peer,
        int connectionId) {
    public AuthenticatedClient {
        requireNonNull(user, "user");
        requireNonNull(credential, "credential");
        requireNonNull(capabilities, "capabilities");
        requireNonNull(peer, "peer");
    }
}
