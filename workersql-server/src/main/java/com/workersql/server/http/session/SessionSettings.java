// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.config.yaml.Setting;
import com.workersql.server.http.query.SessionQueue;
import java.util.function.ToLongFunction;

/**
 * The bounds of sessions that outlive a request.
 *
 * @param maxSessions the most open sessions; an error beyond
 * @param maxSessionsPerUser the most open sessions of one user; an error beyond
 * @param maxQueued how many requests may wait in one session; an error beyond
 * @param transactionIdleMillis how long a transaction may wait for its next request before it is rolled back
 * @param transactionTotalMillis how long a transaction may take before it is rolled back
 * @param sessionIdleMillis how long a session without a transaction may wait for its next request
 */
public record SessionSettings(
        int maxSessions,
        int maxSessionsPerUser,
        int maxQueued,
        int transactionIdleMillis,
        int transactionTotalMillis,
        int sessionIdleMillis) {

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

    /**
     * Every bound at its default.
     *
     * @return never null
     */
    public static SessionSettings defaults() {
        return read(Setting::byDefault);
    }

    /**
     * Reads every bound.
     *
     * @param values gives the value of a setting, within its range
     * @return never null
     */
    public static SessionSettings read(ToLongFunction<Setting> values) {
        return new SessionSettings(
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
