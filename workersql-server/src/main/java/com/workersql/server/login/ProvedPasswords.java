// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/**
 * Remembers which passwords were proved, by a hash under a key that never leaves the process: a client that sends its password
 * with every request pays for the slow hash once.
 */
final class ProvedPasswords {
    private static final int MAX_ENTRIES = 10_000;

    private final KeyedHash hash;
    private final Cache<ByteBuffer, Boolean> proved =
            Caffeine.newBuilder().maximumSize(MAX_ENTRIES).build();

    ProvedPasswords(SecureRandom random) {
        hash = new KeyedHash(random);
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
        // Neither of the first two holds a NUL, so that no other combination gives the same bytes. The verifier is part
        // of it, so that a
        // password that was changed while its hash was computed is not remembered for the new one.
        return ByteBuffer.wrap(hash.of(
                user.getBytes(StandardCharsets.UTF_8), verifier.getBytes(StandardCharsets.ISO_8859_1), password));
    }
}
