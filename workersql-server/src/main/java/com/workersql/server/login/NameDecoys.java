// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import com.workersql.protocol.auth.PasswordVerifier;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * For each name that is no user's a verifier of its own, the same as long as the process lives. How long a password takes to be refused
 * depends a little on the salt: if all unknown names had the same one, a name that takes another time would be a user's.
 */
final class NameDecoys {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    NameDecoys(SecureRandom random) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        key = new SecretKeySpec(secret, ALGORITHM);
    }

    PasswordVerifier of(String user) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return PasswordVerifier.decoy(mac.doFinal(user.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }
}
