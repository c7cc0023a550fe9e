// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How connections to shards are held. The most connections of a shard is the shard's own setting.
 *
 * @param queueLength the most statements that wait for a connection of one endpoint
 * @param waitMillis how long a statement waits for a connection
 * @param connectTimeoutMillis how long connecting and logging in may take
 * @param idleTimeoutMillis how long a connection may be unused before it is closed
 * @param maxLifetimeMillis how old a connection may grow
 * @param preparedStatementsPerConnection the most statements kept prepared on one connection
 * @param queueLengthPerTenant of the waiting statements, the most of one tenant
 * @param connectionsPerTenant the most connections of one tenant to one endpoint
 * @param minIdle how many idle connections are kept open for each account, schema and kind of client in use
 * @param jitterPercent how much earlier than its idle time and its age a connection may be closed
 * @param validateAfterIdleMillis a connection idle for longer is asked for a sign of life before it is used
 * @param validationTimeoutMillis how long that may take
 * @param resetTimeoutMillis how long a reset between two sessions may take
 * @param keySwitchMillis how much longer another account must have waited for a connection to be closed in its favour
 * @param tcpUserTimeoutMillis how long bytes may stay unacknowledged; 0: as the kernel says
 * @param pinnedPercentPerTenant how much of a shard's connections the sessions of one tenant may keep for what they hold there
 * @param tenantWeights the tenants that get more than others of what is not enough for all, with their weights
 */
public record PoolConfig(
        int queueLength,
        int waitMillis,
        int connectTimeoutMillis,
        int idleTimeoutMillis,
        int maxLifetimeMillis,
        int preparedStatementsPerConnection,
        int queueLengthPerTenant,
        int connectionsPerTenant,
        int minIdle,
        int jitterPercent,
        int validateAfterIdleMillis,
        int validationTimeoutMillis,
        int resetTimeoutMillis,
        int keySwitchMillis,
        int tcpUserTimeoutMillis,
        int pinnedPercentPerTenant,
        Map<String, Integer> tenantWeights) {

    /** {@code queue_length}: default 1,000; beyond it a statement gets error 1203. */
    public static final Setting QUEUE_LENGTH = new Setting("queue_length", 1_000, 1, 1_000_000);

    /** {@code wait_millis}: default 5,000; after it a statement gets error 1203. */
    public static final Setting WAIT_MILLIS = new Setting("wait_millis", 5_000, 0, 600_000);

    /** {@code connect_timeout_millis}: default 3,000. */
    public static final Setting CONNECT_TIMEOUT_MILLIS = new Setting("connect_timeout_millis", 3_000, 10, 600_000);

    /** {@code idle_timeout_millis}: default 60,000; keep it below the servers' {@code wait_timeout}. */
    public static final Setting IDLE_TIMEOUT_MILLIS = new Setting("idle_timeout_millis", 60_000, 100, 86_400_000);

    /** {@code max_lifetime_millis}: default 1,800,000, half an hour. */
    public static final Setting MAX_LIFETIME_MILLIS = new Setting("max_lifetime_millis", 1_800_000, 1_000, 86_400_000);

    /** {@code prepared_statements_per_connection}: default 256. */
    public static final Setting PREPARED_STATEMENTS_PER_CONNECTION =
            new Setting("prepared_statements_per_connection", 256, 1, 65_535);

    /** {@code queue_length_per_tenant}: default 250; beyond it a statement gets error 1203. */
    public static final Setting QUEUE_LENGTH_PER_TENANT = new Setting("queue_length_per_tenant", 250, 1, 1_000_000);

    /** {@code connections_per_tenant}: default 100,000, which leaves it to the shard's {@code max_connections}. */
    public static final Setting CONNECTIONS_PER_TENANT = new Setting("connections_per_tenant", 100_000, 1, 100_000);

    /** {@code min_idle}: default 0. */
    public static final Setting MIN_IDLE = new Setting("min_idle", 0, 0, 10_000);

    /** {@code jitter_percent}: default 20. */
    public static final Setting JITTER_PERCENT = new Setting("jitter_percent", 20, 0, 90);

    /** {@code validate_after_idle_millis}: default 1,000. */
    public static final Setting VALIDATE_AFTER_IDLE_MILLIS =
            new Setting("validate_after_idle_millis", 1_000, 0, 86_400_000);

    /** {@code validation_timeout_millis}: default 1,000. */
    public static final Setting VALIDATION_TIMEOUT_MILLIS = new Setting("validation_timeout_millis", 1_000, 1, 600_000);

    /** {@code reset_timeout_millis}: default 2,000; a large rollback may need more. */
    public static final Setting RESET_TIMEOUT_MILLIS = new Setting("reset_timeout_millis", 2_000, 1, 600_000);

    /** {@code key_switch_millis}: default 20; larger saves logins, smaller is fairer. */
    public static final Setting KEY_SWITCH_MILLIS = new Setting("key_switch_millis", 20, 0, 600_000);

    /** {@code tcp_user_timeout_millis}: default 10,000; where the transport is epoll. */
    public static final Setting TCP_USER_TIMEOUT_MILLIS = new Setting("tcp_user_timeout_millis", 10_000, 0, 3_600_000);

    /** {@code pinned_percent_per_tenant}: default 25; beyond it a statement that would keep its connection gets error 1203. */
    public static final Setting PINNED_PERCENT_PER_TENANT = new Setting("pinned_percent_per_tenant", 25, 1, 100);

    /** One entry of {@code tenant_weights}: default 1. */
    static final Setting TENANT_WEIGHT = new Setting("tenant_weights", 1, 1, 1_000);

    /**
     * Checks each value against its setting.
     *
     * @throws IllegalArgumentException naming the setting, the value and the range
     */
    public PoolConfig {
        QUEUE_LENGTH.check(queueLength);
        WAIT_MILLIS.check(waitMillis);
        CONNECT_TIMEOUT_MILLIS.check(connectTimeoutMillis);
        IDLE_TIMEOUT_MILLIS.check(idleTimeoutMillis);
        MAX_LIFETIME_MILLIS.check(maxLifetimeMillis);
        PREPARED_STATEMENTS_PER_CONNECTION.check(preparedStatementsPerConnection);
        QUEUE_LENGTH_PER_TENANT.check(queueLengthPerTenant);
        CONNECTIONS_PER_TENANT.check(connectionsPerTenant);
        MIN_IDLE.check(minIdle);
        JITTER_PERCENT.check(jitterPercent);
        VALIDATE_AFTER_IDLE_MILLIS.check(validateAfterIdleMillis);
        VALIDATION_TIMEOUT_MILLIS.check(validationTimeoutMillis);
        RESET_TIMEOUT_MILLIS.check(resetTimeoutMillis);
        KEY_SWITCH_MILLIS.check(keySwitchMillis);
        TCP_USER_TIMEOUT_MILLIS.check(tcpUserTimeoutMillis);
        PINNED_PERCENT_PER_TENANT.check(pinnedPercentPerTenant);
        tenantWeights = Map.copyOf(tenantWeights);
        tenantWeights.values().forEach(TENANT_WEIGHT::check);
    }

    /** How much a tenant gets of what is not enough for all, relative to the others. */
    public int weightOf(String tenant) {
        return tenantWeights.getOrDefault(tenant, (int) TENANT_WEIGHT.byDefault());
    }

    /** Every setting at its default. */
    public static PoolConfig defaults() {
        return of(Map.of());
    }

    /** Every setting at its default but those given. */
    public static PoolConfig of(Map<Setting, Long> values) {
        return read(setting -> values.getOrDefault(setting, setting.byDefault()), Map.of());
    }

    static PoolConfig read(ToLongFunction<Setting> values, Map<String, Integer> tenantWeights) {
        return new PoolConfig(
                (int) values.applyAsLong(QUEUE_LENGTH),
                (int) values.applyAsLong(WAIT_MILLIS),
                (int) values.applyAsLong(CONNECT_TIMEOUT_MILLIS),
                (int) values.applyAsLong(IDLE_TIMEOUT_MILLIS),
                (int) values.applyAsLong(MAX_LIFETIME_MILLIS),
                (int) values.applyAsLong(PREPARED_STATEMENTS_PER_CONNECTION),
                (int) values.applyAsLong(QUEUE_LENGTH_PER_TENANT),
                (int) values.applyAsLong(CONNECTIONS_PER_TENANT),
                (int) values.applyAsLong(MIN_IDLE),
                (int) values.applyAsLong(JITTER_PERCENT),
                (int) values.applyAsLong(VALIDATE_AFTER_IDLE_MILLIS),
                (int) values.applyAsLong(VALIDATION_TIMEOUT_MILLIS),
                (int) values.applyAsLong(RESET_TIMEOUT_MILLIS),
                (int) values.applyAsLong(KEY_SWITCH_MILLIS),
                (int) values.applyAsLong(TCP_USER_TIMEOUT_MILLIS),
                (int) values.applyAsLong(PINNED_PERCENT_PER_TENANT),
                tenantWeights);
    }
}
