// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * When a shard is no longer called, and when it is tried again.
 *
 * @param consecutiveFailures so many failures in a row open the breaker
 * @param failureRatePercent such a share of failures within the window opens it
 * @param minimumCalls the rate counts from so many calls in the window
 * @param windowMillis the length of the window
 * @param openMillis how long it stays open the first time
 * @param maxOpenMillis how long it stays open at most; each time in a row is longer than the one before
 * @param probes how many calls are let through to try the shard
 */
public record BreakerConfig(
        int consecutiveFailures,
        int failureRatePercent,
        int minimumCalls,
        int windowMillis,
        int openMillis,
        int maxOpenMillis,
        int probes) {

    /** {@code consecutive_failures}: default 5. */
    public static final Setting CONSECUTIVE_FAILURES = new Setting("consecutive_failures", 5, 1, 10_000);

    /** {@code failure_rate_percent}: default 50. */
    public static final Setting FAILURE_RATE_PERCENT = new Setting("failure_rate_percent", 50, 1, 100);

    /** {@code minimum_calls}: default 20. */
    public static final Setting MINIMUM_CALLS = new Setting("minimum_calls", 20, 1, 1_000_000);

    /** {@code window_millis}: default 30,000. */
    public static final Setting WINDOW_MILLIS = new Setting("window_millis", 30_000, 100, 3_600_000);

    /** {@code open_millis}: default 15,000. */
    public static final Setting OPEN_MILLIS = new Setting("open_millis", 15_000, 10, 3_600_000);

    /** {@code max_open_millis}: default 120,000. */
    public static final Setting MAX_OPEN_MILLIS = new Setting("max_open_millis", 120_000, 10, 3_600_000);

    /** {@code probes}: default 1. */
    public static final Setting PROBES = new Setting("probes", 1, 1, 1_000);

    /**
     * Checks each value against its setting.
     *
     * @throws IllegalArgumentException naming the setting, the value and the range
     */
    public BreakerConfig {
        CONSECUTIVE_FAILURES.check(consecutiveFailures);
        FAILURE_RATE_PERCENT.check(failureRatePercent);
        MINIMUM_CALLS.check(minimumCalls);
        WINDOW_MILLIS.check(windowMillis);
        OPEN_MILLIS.check(openMillis);
        MAX_OPEN_MILLIS.check(maxOpenMillis);
        PROBES.check(probes);
        if (maxOpenMillis < openMillis) {
            throw new IllegalArgumentException("max_open_millis is " + maxOpenMillis + "; allowed are " + openMillis
                    + " (open_millis) to " + MAX_OPEN_MILLIS.max());
        }
    }

    /** Every setting at its default. */
    public static BreakerConfig defaults() {
        return of(Map.of());
    }

    /** Every setting at its default but those given. */
    public static BreakerConfig of(Map<Setting, Long> values) {
        return read(setting -> values.getOrDefault(setting, setting.byDefault()));
    }

    static BreakerConfig read(ToLongFunction<Setting> values) {
        return new BreakerConfig(
                (int) values.applyAsLong(CONSECUTIVE_FAILURES),
                (int) values.applyAsLong(FAILURE_RATE_PERCENT),
                (int) values.applyAsLong(MINIMUM_CALLS),
                (int) values.applyAsLong(WINDOW_MILLIS),
                (int) values.applyAsLong(OPEN_MILLIS),
                (int) values.applyAsLong(MAX_OPEN_MILLIS),
                (int) values.applyAsLong(PROBES));
    }
}
