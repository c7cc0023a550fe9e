// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import com.workersql.protocol.wire.Bytes;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps the fast verifiers of {@code caching_sha2_password} users in memory: after one full authentication the next ones need
 * neither the password nor the slow hash.
 *
 * <p>The key is the slow verifier itself, so a changed password never meets an old entry. The least recently used entry goes when
 * the cache is full. Safe for any thread.
 */
public final class FastVerifierCache {
    private final Map<PasswordVerifier, Bytes> entries;

    /**
     * @param maxEntries how many users are remembered, at least 1
     */
    public FastVerifierCache(int maxEntries) {
        if (maxEntries < 1) {
            throw new IllegalArgumentException("maxEntries is " + maxEntries + ", the least is 1");
        }
        entries = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<PasswordVerifier, Bytes> eldest) {
                return size() > maxEntries;
            }
        };
    }

    /** The fast verifier that belongs to {@code verifier}, or null. */
    public synchronized Bytes find(PasswordVerifier verifier) {
        return entries.get(verifier);
    }

    /** Remembers a fast verifier. */
    public synchronized void put(PasswordVerifier verifier, Bytes fastVerifier) {
        entries.put(verifier, fastVerifier);
    }

    /** Forgets all. */
    public synchronized void clear() {
        entries.clear();
    }
}
