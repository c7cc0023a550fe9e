// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.http.query.SessionQueue;
import java.util.Map;

/**
 * The bounds of sessions that outlive a request.
 *
 * @param gateway the number of this gateway among its peers
 * @param peers where the other gateways' HTTP doors are, by number, for the clients whose sessions live there
 * @param maxSessions the most open sessions; an error beyond
 * @param maxSessionsPerUser the most open sessions of one user; an error beyond
 * @param maxQueued how many requests may wait in one session; an error beyond
 * @param transactionIdleMillis how long a transaction may wait for its next request before it is rolled back
 * @param transactionTotalMillis how long a transaction may take before it is rolled back
 * @param sessionIdleMillis how long a session without a transaction may wait for its next request
 */
public record SessionSettings(
        int gateway,
        Map<Integer, String> peers,
        int maxSessions,
        int maxSessionsPerUser,
        int maxQueued,
        int transactionIdleMillis,
        int transactionTotalMillis,
        int sessionIdleMillis) {
    /** Copies the peers. */
    public SessionSettings {
        peers = Map.copyOf(peers);
    }

    /**
     * The defaults: gateway 0 without peers; 10,000 sessions, 1,000 of a user; 64 waiting; 30 s, 300 s, 600 s.
     *
     * @return never null
     */
    public static SessionSettings defaults() {
        return new SessionSettings(0, Map.of(), 10_000, 1_000, 64, 30_000, 300_000, 600_000);
    }

    /**
     * The bounds of a session that is one transaction.
     *
     * @return without an idle time outside of it
     */
    public SessionQueue.Limits transactionLimits() {
        return new SessionQueue.Limits(maxQueued, transactionIdleMillis, transactionTotalMillis, 0);
    }

    /**
     * The bounds of a session in which transactions come and go.
     *
     * @return never null
     */
    public SessionQueue.Limits sessionLimits() {
        return new SessionQueue.Limits(maxQueued, transactionIdleMillis, transactionTotalMillis, sessionIdleMillis);
    }
}
