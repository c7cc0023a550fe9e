// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What clients may take. Each limit has an error that names it.
 *
 * @param maxPacketBytes the largest statement or parameter packet, and the largest HTTP body
 * @param statementBudgetBytes the bytes of all statements that are held at one time
 * @param maxConnections the most client connections, all doors together
 * @param preparedStatementsPerSession the most prepared statements that one session may hold open
 * @param preparedStatementsPerTenant the most prepared statements that all sessions of one tenant may hold open
 * @param handshakeTimeoutMillis how long a client may take from connecting to being logged in
 * @param idleTimeoutMillis how long a MySQL client may be silent; 0: as long as it wants
 * @param transactionIdleTimeoutMillis how long a MySQL client may be silent within a transaction; 0: no limit of its own
 * @param planCacheBytes the weight of the cache of routing plans
 * @param plannerQueue how many statements may wait for their first analysis
 * @param plannerQueuePerTenant how many of them may be of one tenant
 * @param localFileBytes the longest file of a client that is loaded
 */
public record Limits(
        int maxPacketBytes,
        long statementBudgetBytes,
        int maxConnections,
        int preparedStatementsPerSession,
        int preparedStatementsPerTenant,
        int handshakeTimeoutMillis,
        int idleTimeoutMillis,
        int transactionIdleTimeoutMillis,
        long planCacheBytes,
        int plannerQueue,
        int plannerQueuePerTenant,
        long localFileBytes) {

    /** {@code max_packet_bytes}: default 64 MiB, as MySQL's {@code max_allowed_packet}. */
    public static final Setting MAX_PACKET_BYTES = new Setting("max_packet_bytes", 64 << 20, 1024, 1 << 30);

    /** {@code statement_budget_bytes}: default 64 MiB; raise it together with the heap. */
    public static final Setting STATEMENT_BUDGET_BYTES =
            new Setting("statement_budget_bytes", 64 << 20, 1 << 20, 1L << 40);

    /** {@code max_connections}: default 10,000; beyond it a client gets error 1040. */
    public static final Setting MAX_CONNECTIONS = new Setting("max_connections", 10_000, 1, 1_000_000);

    /** {@code prepared_statements_per_session}: default 1,000; beyond it a client gets error 1461. */
    public static final Setting PREPARED_STATEMENTS_PER_SESSION =
            new Setting("prepared_statements_per_session", 1_000, 1, 1_000_000);

    /** {@code prepared_statements_per_tenant}: default 100,000; beyond it a client gets error 1461. */
    public static final Setting PREPARED_STATEMENTS_PER_TENANT =
            new Setting("prepared_statements_per_tenant", 100_000, 1, 100_000_000);

    /** {@code handshake_timeout_millis}: default 10,000. */
    public static final Setting HANDSHAKE_TIMEOUT_MILLIS =
            new Setting("handshake_timeout_millis", 10_000, 100, 600_000);

    /** {@code idle_timeout_millis}: default 8 h, as MySQL's {@code wait_timeout}; then error 4031. */
    public static final Setting IDLE_TIMEOUT_MILLIS =
            new Setting("idle_timeout_millis", 28_800_000, 0, Integer.MAX_VALUE);

    /** {@code transaction_idle_timeout_millis}: default 0, no limit of its own; then error 4031. */
    public static final Setting TRANSACTION_IDLE_TIMEOUT_MILLIS =
            new Setting("transaction_idle_timeout_millis", 0, 0, Integer.MAX_VALUE);

    /** {@code plan_cache_bytes}: default 16 MiB. */
    public static final Setting PLAN_CACHE_BYTES = new Setting("plan_cache_bytes", 16 << 20, 1 << 16, 1L << 32);

    /** {@code planner_queue}: default 1,024; beyond it a statement whose kind has not been seen before gets error 1203. */
    public static final Setting PLANNER_QUEUE = new Setting("planner_queue", 1_024, 1, 1_000_000);

    /** {@code planner_queue_per_tenant}: default 256; the same for the statements of one tenant. Users without one are not limited. */
    public static final Setting PLANNER_QUEUE_PER_TENANT = new Setting("planner_queue_per_tenant", 256, 1, 1_000_000);

    /** {@code local_file_bytes}: default 1 GiB; a longer file of LOAD DATA LOCAL ends by error 1153 and the connection. */
    public static final Setting LOCAL_FILE_BYTES = new Setting("local_file_bytes", 1 << 30, 0, 1L << 40);

    /**
     * Checks each value against its setting.
     *
     * @throws IllegalArgumentException naming the setting, the value and the range
     */
    public Limits {
        MAX_PACKET_BYTES.check(maxPacketBytes);
        STATEMENT_BUDGET_BYTES.check(statementBudgetBytes);
        MAX_CONNECTIONS.check(maxConnections);
        PREPARED_STATEMENTS_PER_SESSION.check(preparedStatementsPerSession);
        PREPARED_STATEMENTS_PER_TENANT.check(preparedStatementsPerTenant);
        HANDSHAKE_TIMEOUT_MILLIS.check(handshakeTimeoutMillis);
        IDLE_TIMEOUT_MILLIS.check(idleTimeoutMillis);
        TRANSACTION_IDLE_TIMEOUT_MILLIS.check(transactionIdleTimeoutMillis);
        PLAN_CACHE_BYTES.check(planCacheBytes);
        PLANNER_QUEUE.check(plannerQueue);
        PLANNER_QUEUE_PER_TENANT.check(plannerQueuePerTenant);
        LOCAL_FILE_BYTES.check(localFileBytes);
    }

    /** Every limit at its default. */
    public static Limits defaults() {
        return of(Map.of());
    }

    /** Every limit at its default but those given. */
    public static Limits of(Map<Setting, Long> values) {
        return read(setting -> values.getOrDefault(setting, setting.byDefault()));
    }

    static Limits read(ToLongFunction<Setting> values) {
        return new Limits(
                (int) values.applyAsLong(MAX_PACKET_BYTES),
                values.applyAsLong(STATEMENT_BUDGET_BYTES),
                (int) values.applyAsLong(MAX_CONNECTIONS),
                (int) values.applyAsLong(PREPARED_STATEMENTS_PER_SESSION),
                (int) values.applyAsLong(PREPARED_STATEMENTS_PER_TENANT),
                (int) values.applyAsLong(HANDSHAKE_TIMEOUT_MILLIS),
                (int) values.applyAsLong(IDLE_TIMEOUT_MILLIS),
                (int) values.applyAsLong(TRANSACTION_IDLE_TIMEOUT_MILLIS),
                values.applyAsLong(PLAN_CACHE_BYTES),
                (int) values.applyAsLong(PLANNER_QUEUE),
                (int) values.applyAsLong(PLANNER_QUEUE_PER_TENANT),
                values.applyAsLong(LOCAL_FILE_BYTES));
    }
}
