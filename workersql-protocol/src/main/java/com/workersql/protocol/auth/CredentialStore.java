// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

/**
 * Finds users. Called on an event loop, so it must not block: it looks into a snapshot in memory. Safe for several threads.
 */
@FunctionalInterface
public interface CredentialStore {

    /**
     * The user of this name.
     *
     * @param user as the client gave it
     * @param schema as the client gave it, null when it gave none
     * @param peer where the client comes from
     * @return null when there is none; the client goes through the same exchange then, against {@link #decoy}
     */
    Credential find(String user, String schema, Peer peer);

    /**
     * The verifier against which an unknown user is tried, so that the exchange does not tell that the user is unknown. A store
     * whose users mostly have native verifiers gives native ones here; the answer must be the same whenever the same name is asked,
     * and should be another one for each name.
     *
     * @return null for {@code caching_sha2_password}
     */
    default PasswordVerifier decoy(String user) {
        return null;
    }
}
