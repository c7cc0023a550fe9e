// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.HashSet;
import java.util.Set;

/**
 * Of which sequences the connection that the session holds has given out the latest value that the session took. Another connection
 * may know an older one, or one of another session. Confined to the session's event loop.
 */
public final class TakenSequences {
    private Set<String> names = Set.of();
    private boolean readOutsideTransactions;

    TakenSequences() {}

    /**
     * A value was taken on the connection that the session holds, or is about to hold.
     *
     * @param name the sequence with its schema
     */
    public void add(String name) {
        if (names.isEmpty()) {
            names = new HashSet<>(4);
        }
        names.add(name);
    }

    /**
     * Whether the connection that the session holds knows the session's latest value.
     *
     * @param name the sequence with its schema
     * @return false also where that is only not certain
     */
    public boolean contains(String name) {
        return names.contains(name);
    }

    /** The session has asked for the latest value of a sequence outside of a transaction. */
    public void readOutsideTransactions() {
        readOutsideTransactions = true;
    }

    /**
     * Whether the session asks for latest values outside of transactions, so that it has to keep the connections on which it takes
     * values.
     *
     * @return true until the session is reset
     */
    public boolean areReadOutsideTransactions() {
        return readOutsideTransactions;
    }

    /** The session holds another connection, or none. */
    void detached() {
        names = Set.of();
    }

    void reset() {
        detached();
        readOutsideTransactions = false;
    }
}
