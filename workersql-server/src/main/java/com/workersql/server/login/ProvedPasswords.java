// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Remembers which passwords were proved, by a hash under a key that never leaves the process: a client that sends its password
 * with every request pays for the slow hash once.
 */
final class ProvedPasswords {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int MAX_ENTRIES = 10_000;

    private final SecretKeySpec key;
    private final Cache<ByteBuffer, Boolean> proved =
            Caffeine.newBuilder().maximumSize(MAX_ENTRIES).build();

    ProvedPasswords(SecureRandom random) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        key = new SecretKeySpec(secret, ALGORITHM);
    }

    boolean has(String user, String verifier, byte[] password) {
        return proved.getIfPresent(hash(user, verifier, password)) != null;
    }

    void add(String user, String verifier, byte[] password) {
        proved.put(hash(user, verifier, password), Boolean.TRUE);
    }

    void clear() {
        proved.invalidateAll();
    }

    private ByteBuffer hash(String user, String verifier, byte[] password) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(user.getBytes(StandardCharsets.UTF_8));
            // Neither holds a NUL, so that no other combination gives the same bytes. The verifier is part of it, so
            // that a
            // password that was changed while its hash was computed is not remembered for the new one.
            mac.update((byte) 0);
            mac.update(verifier.getBytes(StandardCharsets.ISO_8859_1));
            mac.update((byte) 0);
            return ByteBuffer.wrap(mac.doFinal(password));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The platform has no " + ALGORITHM, e);
        }
    }
}
