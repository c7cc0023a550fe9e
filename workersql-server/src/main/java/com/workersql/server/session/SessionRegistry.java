// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The sessions of this gateway by their ids, so that KILL and the drain find them. Safe for all threads. */
public final class SessionRegistry {
    private final Map<Integer, Entry> sessions = new ConcurrentHashMap<>();
    private final AtomicInteger lastId = new AtomicInteger();

    /**
     * A session that is open.
     *
     * @param id its id
     * @param principal who it acts for
     * @param kill ends its running statement (false) or the whole session (true); may be called on any thread
     */
    public record Entry(int id, Principal principal, Consumer<Boolean> kill) {}

    /**
     * A new id.
     *
     * @return positive; no open session has it
     */
    public int nextId() {
        while (true) {
            int id = lastId.updateAndGet(last -> last == Integer.MAX_VALUE ? 1 : last + 1);
            if (!sessions.containsKey(id)) {
                return id;
            }
        }
    }

    /**
     * Enters an open session.
     *
     * @param entry with an id of {@link #nextId}
     */
    public void add(Entry entry) {
        sessions.put(entry.id(), entry);
    }

    /**
     * Takes a session out.
     *
     * @param id its id
     */
    public void remove(int id) {
        sessions.remove(id);
    }

    /**
     * Finds a session that the caller may end: one of the same tenant, or any for a user without a tenant.
     *
     * @param id the session's id
     * @param caller who asks
     * @return null when there is none; whether another tenant has one by that id cannot be told apart from that
     */
    public Entry find(int id, Principal caller) {
        var entry = sessions.get(id);
        if (entry == null) {
            return null;
        }
        boolean own = caller.tenant() == null
                || caller.tenant().equals(entry.principal().tenant());
        return own ? entry : null;
    }

    /**
     * How many sessions are open.
     *
     * @return a momentary count
     */
    public int size() {
        return sessions.size();
    }
}
