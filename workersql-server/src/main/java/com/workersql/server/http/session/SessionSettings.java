// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.config.Secret;
import com.workersql.server.config.yaml.Setting;
import com.workersql.server.http.query.SessionQueue;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * The bounds of sessions that outlive a request.
 *
 * @param gateway the number of this gateway among its peers
 * @param peers where the other gateways' HTTP doors are, by number, for the clients whose sessions live there
 * @param key signs the tokens of sessions, the same on all peers; null for one that is made at every start
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
        Secret key,
        int maxSessions,
        int maxSessionsPerUser,
        int maxQueued,
        int transactionIdleMillis,
        int transactionTotalMillis,
        int sessionIdleMillis) {

    /** {@code gateway}: default 0, for a gateway without peers. */
    public static final Setting GATEWAY = new Setting("gateway", 0, 0, 127);

    /** {@code max_sessions}: default 10,000. */
    public static final Setting MAX_SESSIONS = new Setting("max_sessions", 10_000, 1, 1_000_000);

    /** {@code max_sessions_per_user}: default 1,000. */
    public static final Setting MAX_SESSIONS_PER_USER = new Setting("max_sessions_per_user", 1_000, 1, 1_000_000);

    /** {@code max_queued}: default 64. */
    public static final Setting MAX_QUEUED = new Setting("max_queued", 64, 1, 10_000);

    /** {@code transaction_idle_millis}: default 30 s. */
    public static final Setting TRANSACTION_IDLE_MILLIS =
            new Setting("transaction_idle_millis", 30_000, 100, 86_400_000);

    /** {@code transaction_total_millis}: default 300 s. */
    public static final Setting TRANSACTION_TOTAL_MILLIS =
            new Setting("transaction_total_millis", 300_000, 100, 86_400_000);

    /** {@code session_idle_millis}: default 600 s. */
    public static final Setting SESSION_IDLE_MILLIS = new Setting("session_idle_millis", 600_000, 100, 86_400_000);

    private static final int MIN_KEY_BYTES = 32;

    /**
     * Copies the peers.
     *
     * @throws IllegalArgumentException when the key is short, or there are peers and no key that they share
     */
    public SessionSettings {
        peers = Map.copyOf(peers);
        if (key != null && key.bytes().length < MIN_KEY_BYTES) {
            throw new IllegalArgumentException(
                    "key has " + key.bytes().length + " bytes; at least " + MIN_KEY_BYTES + " are needed");
        }
        if (key == null && !peers.isEmpty()) {
            throw new IllegalArgumentException("peers need a key that all of them share");
        }
        if (peers.containsKey(gateway)) {
            throw new IllegalArgumentException("peers holds this gateway itself, number " + gateway);
        }
    }

    /**
     * Every bound at its default, without peers.
     *
     * @return never null
     */
    public static SessionSettings defaults() {
        return read(Setting::byDefault, Map.of(), null);
    }

    /**
     * Reads every bound.
     *
     * @param values gives the value of a setting, within its range
     * @param peers the other gateways
     * @param key signs the tokens, or null
     * @return never null
     */
    public static SessionSettings read(ToLongFunction<Setting> values, Map<Integer, String> peers, Secret key) {
        return new SessionSettings(
                (int) values.applyAsLong(GATEWAY),
                peers,
                key,
                (int) values.applyAsLong(MAX_SESSIONS),
                (int) values.applyAsLong(MAX_SESSIONS_PER_USER),
                (int) values.applyAsLong(MAX_QUEUED),
                (int) values.applyAsLong(TRANSACTION_IDLE_MILLIS),
                (int) values.applyAsLong(TRANSACTION_TOTAL_MILLIS),
                (int) values.applyAsLong(SESSION_IDLE_MILLIS));
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
