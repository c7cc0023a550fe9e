// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * A user that a {@link CredentialStore} knows.
 *
 * @param verifier what proves the password
 * @param requiresTls whether this user may come by TLS only (3159 otherwise)
 * @param principal whatever the store wants to find again behind the handshake: the user's permissions, for example; nullable
 * @param furtherFactors what the user has to prove besides, one after the other, at most two; such a user needs a client with
 *     MULTI_FACTOR_AUTHENTICATION, and a server that offers it
 */
public record Credential(
        PasswordVerifier verifier, boolean requiresTls, Object principal, List<PasswordVerifier> furtherFactors) {
    private static final int MAX_FURTHER_FACTORS = 2;

    public Credential {
        requireNonNull(verifier, "verifier");
        furtherFactors = List.copyOf(furtherFactors);
        if (furtherFactors.size() > MAX_FURTHER_FACTORS) {
            throw new IllegalArgumentException(
                    furtherFactors.size() + " further factors, allowed are " + MAX_FURTHER_FACTORS);
        }
    }

    /** A user with one password. */
    public Credential(PasswordVerifier verifier, boolean requiresTls, Object principal) {
        this(verifier, requiresTls, principal, List.of());
    }

    /** A user without further conditions. */
    public static Credential of(PasswordVerifier verifier, Object principal) {
        return new Credential(verifier, false, principal);
    }
}
