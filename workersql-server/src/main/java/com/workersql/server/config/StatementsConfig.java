// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How long statements may take, and how many there may be. What is over a limit gets an error that names it; a session in a
 * transaction is never refused, since it could not even end it then.
 *
 * @param timeoutMillis how long a statement may take, waiting for a connection included; 0: as long as it wants
 * @param failoverWaitMillis how long a statement waits for a new primary, where a shard has several servers
 * @param maxConcurrent the most statements at one time, all users together; 0: no limit
 * @param maxConcurrentPerTenant the most statements of one tenant at one time; 0: no limit
 * @param maxPerSecond the most statements in a second, all users together; 0: no limit
 * @param maxPerSecondPerTenant the most statements of one tenant in a second; 0: no limit
 */
public record StatementsConfig(
        int timeoutMillis,
        int failoverWaitMillis,
        int maxConcurrent,
        int maxConcurrentPerTenant,
        int maxPerSecond,
        int maxPerSecondPerTenant) {

    /** {@code timeout_millis}: default 0, none; after it a statement gets error 3024. */
    public static final Setting TIMEOUT_MILLIS = new Setting("timeout_millis", 0, 0, 86_400_000);

    /** {@code failover_wait_millis}: default 5,000; after it a statement gets error 1429. */
    public static final Setting FAILOVER_WAIT_MILLIS = new Setting("failover_wait_millis", 5_000, 0, 600_000);

    /** {@code max_concurrent}: default 20,000; beyond it a statement gets error 1203. */
    public static final Setting MAX_CONCURRENT = new Setting("max_concurrent", 20_000, 0, 1_000_000);

    /** {@code max_concurrent_per_tenant}: default 0, no limit; beyond it a statement gets error 1203. */
    public static final Setting MAX_CONCURRENT_PER_TENANT = new Setting("max_concurrent_per_tenant", 0, 0, 1_000_000);

    /** {@code max_per_second}: default 0, no limit; beyond it a statement gets error 1203. */
    public static final Setting MAX_PER_SECOND = new Setting("max_per_second", 0, 0, 10_000_000);

    /** {@code max_per_second_per_tenant}: default 0, no limit; beyond it a statement gets error 1203. */
    public static final Setting MAX_PER_SECOND_PER_TENANT = new Setting("max_per_second_per_tenant", 0, 0, 10_000_000);

    /**
     * Checks each value against its setting.
     *
     * @throws IllegalArgumentException naming the setting, the value and the range
     */
    public StatementsConfig {
        TIMEOUT_MILLIS.check(timeoutMillis);
        FAILOVER_WAIT_MILLIS.check(failoverWaitMillis);
        MAX_CONCURRENT.check(maxConcurrent);
        MAX_CONCURRENT_PER_TENANT.check(maxConcurrentPerTenant);
        MAX_PER_SECOND.check(maxPerSecond);
        MAX_PER_SECOND_PER_TENANT.check(maxPerSecondPerTenant);
    }

    /** Every setting at its default. */
    public static StatementsConfig defaults() {
        return of(Map.of());
    }

    /** Every setting at its default but those given. */
    public static StatementsConfig of(Map<Setting, Long> values) {
        return read(setting -> values.getOrDefault(setting, setting.byDefault()));
    }

    static StatementsConfig read(ToLongFunction<Setting> values) {
        return new StatementsConfig(
                (int) values.applyAsLong(TIMEOUT_MILLIS),
                (int) values.applyAsLong(FAILOVER_WAIT_MILLIS),
                (int) values.applyAsLong(MAX_CONCURRENT),
                (int) values.applyAsLong(MAX_CONCURRENT_PER_TENANT),
                (int) values.applyAsLong(MAX_PER_SECOND),
                (int) values.applyAsLong(MAX_PER_SECOND_PER_TENANT));
    }
}
