// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How connections to shards are held. The most connections of a shard is the shard's own setting.
 *
 * @param queueLength the most statements that wait for a connection of one endpoint; 0: none waits
 * @param waitMillis how long a statement waits for a connection
 * @param connectTimeoutMillis how long connecting and logging in may take
 * @param idleTimeoutMillis how long a connection may be unused before it is closed
 * @param maxLifetimeMillis how old a connection may grow
 * @param preparedStatementsPerConnection the most statements kept prepared on one connection
 */
public record PoolConfig(
        int queueLength,
        int waitMillis,
        int connectTimeoutMillis,
        int idleTimeoutMillis,
        int maxLifetimeMillis,
        int preparedStatementsPerConnection) {

    /** {@code queue_length}: default 1,000; beyond it a statement gets error 1203. */
    public static final Setting QUEUE_LENGTH = new Setting("queue_length", 1_000, 0, 1_000_000);

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
            new Setting("prepared_statements_per_connection", 256, 1, 65_536);

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
    }

    /** Every setting at its default. */
    public static PoolConfig defaults() {
        return of(Map.of());
    }

    /** Every setting at its default but those given. */
    public static PoolConfig of(Map<Setting, Long> values) {
        return read(setting -> values.getOrDefault(setting, setting.byDefault()));
    }

    static PoolConfig read(ToLongFunction<Setting> values) {
        return new PoolConfig(
                (int) values.applyAsLong(QUEUE_LENGTH),
                (int) values.applyAsLong(WAIT_MILLIS),
                (int) values.applyAsLong(CONNECT_TIMEOUT_MILLIS),
                (int) values.applyAsLong(IDLE_TIMEOUT_MILLIS),
                (int) values.applyAsLong(MAX_LIFETIME_MILLIS),
                (int) values.applyAsLong(PREPARED_STATEMENTS_PER_CONNECTION));
    }
}
