// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.workersql.pool.Endpoint;
import com.workersql.pool.PooledConnection;

/**
 * What servers have accepted to give a session its state, since their latest start and from the same account: a server that has made
 * an assignment once is taken to make it again, so that nobody waits for its word. Safe for all threads.
 */
final class ProvenSetups {
    /** The text by which a reset is known. */
    static final String RESET = "COM_RESET_CONNECTION";

    private static final int BYTES_OF_ENTRY = 100;

    private final Cache<Key, Boolean> texts;

    /**
     * Whose word it is.
     *
     * @param endpoint the server
     * @param serverGeneration which of its starts
     * @param user the account there
     */
    record Origin(Endpoint endpoint, int serverGeneration, String user) {
        static Origin of(PooledConnection connection) {
            var key = connection.key();
            return new Origin(
                    key.endpoint(), connection.serverGeneration(), key.account().user());
        }
    }

    private record Key(Origin origin, String text) {}

    /**
     * @param maxChars of all texts; those that are used least are forgotten
     */
    ProvenSetups(int maxChars) {
        texts = Caffeine.newBuilder()
                .maximumWeight(maxChars)
                .weigher((Key key, Boolean accepted) -> key.text().length() + BYTES_OF_ENTRY)
                .executor(Runnable::run)
                .build();
    }

    /** Whether the server has accepted the text. */
    boolean has(Origin origin, String text) {
        return texts.getIfPresent(new Key(origin, text)) != null;
    }

    /** The server has accepted it. */
    void add(Origin origin, String text) {
        texts.put(new Key(origin, text), true);
    }

    /** The server has refused what it accepted before: whatever else it has accepted, it is asked once more. */
    void forget(Origin origin) {
        texts.asMap().keySet().removeIf(key -> key.origin().equals(origin));
    }

    /** How many texts are known, of all servers. */
    long size() {
        texts.cleanUp();
        return texts.estimatedSize();
    }
}
