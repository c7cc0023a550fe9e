// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.HashMap;
import java.util.Map;

/** The prepared statements of one session under the ids that the gateway gave out. Confined to the session's event loop. */
public final class PreparedStatements {
    private final int limit;
    private final Map<Integer, ClientStatement> byId = new HashMap<>();
    private int lastId;

    PreparedStatements(int limit) {
        this.limit = limit;
    }

    /**
     * How many statements the session may have.
     *
     * @return the limit, whose setting is {@code limits.prepared_statements}
     */
    public int limit() {
        return limit;
    }

    /**
     * Whether another statement fits.
     *
     * @return false at the limit
     */
    public boolean hasRoom() {
        return byId.size() < limit;
    }

    /**
     * Keeps a statement.
     *
     * @param statement with its id from {@link #nextId}
     */
    public void add(ClientStatement statement) {
        byId.put(statement.id(), statement);
    }

    /**
     * The next free id.
     *
     * @return a positive number that no statement of this session has
     */
    public int nextId() {
        do {
            lastId = lastId == Integer.MAX_VALUE ? 1 : lastId + 1;
        } while (byId.containsKey(lastId));
        return lastId;
    }

    /**
     * Finds a statement.
     *
     * @param id the gateway's id
     * @return null when there is none
     */
    public ClientStatement get(int id) {
        return byId.get(id);
    }

    /**
     * Forgets a statement.
     *
     * @param id the gateway's id
     * @return what was kept, or null
     */
    public ClientStatement remove(int id) {
        return byId.remove(id);
    }

    /** Forgets all. */
    public void clear() {
        byId.values().forEach(ClientStatement::discardLongData);
        byId.clear();
    }
}
