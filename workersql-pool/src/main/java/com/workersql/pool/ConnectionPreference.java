// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/**
 * Which of several idle connections of the same key is wanted most, for example the one that already has the session's schema
 * and variables. It is asked on the event loop that borrows, for at most {@link #MAX_CANDIDATES} connections of that loop, the
 * most recently used first.
 */
@FunctionalInterface
public interface ConnectionPreference {
    /** A score that ends the search at once. */
    int PERFECT = Integer.MAX_VALUE;

    /** How many idle connections are looked at. */
    int MAX_CANDIDATES = 8;

    /** Takes the connection that was used last: its caches are the warmest. */
    ConnectionPreference ANY = (state, statements) -> PERFECT;

    /**
     * Scores one candidate.
     *
     * @param state what is known of the connection's session; read only
     * @param statements what is prepared on it; read only
     * @return how well it fits; the highest wins, of equals the one that was used last
     */
    int score(ConnectionState state, PreparedStatements statements);
}
