// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static java.util.Objects.requireNonNull;

/**
 * A user that a {@link CredentialStore} knows.
 *
 * @param verifier what proves the password
 * @param requiresTls whether this user may come by TLS only (3159 otherwise)
 * @param principal whatever the store wants to find again behind the handshake: the user's permissions, for example; nullable
 */
public record Credential(PasswordVerifier verifier, boolean requiresTls, Object principal) {
    public Credential {
        requireNonNull(verifier, "verifier");
    }

    /** A user without further conditions. */
    public static Credential of(PasswordVerifier verifier, Object principal) {
        return new Credential(verifier, false, principal);
    }
}
