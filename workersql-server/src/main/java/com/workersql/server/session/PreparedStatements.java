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
    private TenantStatements.Share ofTenant = TenantStatements.Share.unlimited();
    private int lastId;
    private ClientStatement lastPrepared;

    PreparedStatements(int limit) {
        this.limit = limit;
    }

    /**
     * Counts this session's statements with those of its tenant's other sessions.
     *
     * @param share the tenant's; to be given before the first statement is kept
     */
    public void countWith(TenantStatements.Share share) {
        ofTenant = share;
    }

    /**
     * The limit at which no further statement fits.
     *
     * @return null while one does
     */
    public String limitReached() {
        if (byId.size() >= limit) {
            return "This session has " + limit
                    + " prepared statements, which is all it may have (limits.prepared_statements_per_session)";
        }
        return ofTenant.hasRoom()
                ? null
                : "The sessions of this tenant have " + ofTenant.limit()
                        + " prepared statements, which is all they may have (limits.prepared_statements_per_tenant)";
    }

    /**
     * Keeps a statement.
     *
     * @param statement with its id from {@link #nextId}
     */
    public void add(ClientStatement statement) {
        if (byId.put(statement.id(), statement) == null) {
            ofTenant.changed(1);
        }
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
            ofTenant.changed(-1);
            if (statement == lastPrepared) {
                lastPrepared = null;
            }
        }
        return statement;
    }

    /** Forgets all. */
    public void clear() {
        byId.values().forEach(ClientStatement::discardLongData);
        ofTenant.changed(-byId.size());
        byId.clear();
        lastPrepared = null;
    }
}
