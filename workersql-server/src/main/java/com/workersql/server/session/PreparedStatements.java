// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.HashMap;
import java.util.Map;

/** The prepared statements of one session under the ids that the gateway gave out. Confined to the session's event loop. */
public final class PreparedStatements {
    /** The statement that was prepared last: what clients of MariaDB ask for who send an execution without waiting for its id. */
    public static final int LAST_PREPARED = -1;

    private final int limit;
    private final Map<Integer, ClientStatement> byId = new HashMap<>();
    private int lastId;
    private ClientStatement lastPrepared;

    PreparedStatements(int limit) {
        this.limit = limit;
    }

    /**
     * How many statements the session may have.
     *
     * @return the limit, whose setting is {@code limits.prepared_statements_per_session}
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
        lastPrepared = statement;
    }

    /** A statement is about to be prepared: until that has worked, there is no last one. */
    public void preparing() {
        lastPrepared = null;
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
     * @param id the gateway's id, or {@link #LAST_PREPARED}
     * @return null when there is none
     */
    public ClientStatement get(int id) {
        return id == LAST_PREPARED ? lastPrepared : byId.get(id);
    }

    /**
     * Forgets a statement.
     *
     * @param id the gateway's id, or {@link #LAST_PREPARED}
     * @return what was kept, or null
     */
    public ClientStatement remove(int id) {
        var statement = get(id);
        if (statement != null) {
            byId.remove(statement.id());
            if (statement == lastPrepared) {
                lastPrepared = null;
            }
        }
        return statement;
    }

    /** Forgets all. */
    public void clear() {
        byId.values().forEach(ClientStatement::discardLongData);
        byId.clear();
        lastPrepared = null;
    }
}
