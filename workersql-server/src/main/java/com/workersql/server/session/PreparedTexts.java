// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.HashSet;
import java.util.Set;

/**
 * What is known of the texts that the client has prepared by PREPARE: an EXECUTE does not say what it runs. They are on the connection
 * that the session holds. Confined to the session's event loop.
 */
public final class PreparedTexts {
    private Set<String> withTables = Set.of();

    PreparedTexts() {}

    /**
     * A text was prepared, in the place of the one that had its name before.
     *
     * @param name in lower case
     * @param hasTables whether it names tables
     */
    public void add(String name, boolean hasTables) {
        if (!hasTables) {
            remove(name);
            return;
        }
        if (withTables.isEmpty()) {
            withTables = new HashSet<>(4);
        }
        withTables.add(name);
    }

    /**
     * A text is not prepared any more.
     *
     * @param name in lower case; harmless when there is none of that name
     */
    public void remove(String name) {
        if (!withTables.isEmpty()) {
            withTables.remove(name);
        }
    }

    /**
     * Whether a text names tables.
     *
     * @param name in lower case
     * @return false also when there is none of that name
     */
    public boolean hasTables(String name) {
        return !withTables.isEmpty() && withTables.contains(name);
    }

    /** The session holds another connection, or none. */
    void detached() {
        withTables = Set.of();
    }
}
