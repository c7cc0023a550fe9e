// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import com.workersql.protocol.auth.PasswordVerifier;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * For each name that is no user's a verifier of its own, the same as long as the process lives. How long a password takes to be refused
 * depends a little on the salt: if all unknown names had the same one, a name that takes another time would be a user's.
 */
final class NameDecoys {
    private final KeyedHash hash;

    NameDecoys(SecureRandom random) {
        hash = new KeyedHash(random);
    }

    PasswordVerifier of(String user) {
        return PasswordVerifier.decoy(hash.of(user.getBytes(StandardCharsets.UTF_8)));
    }
}
