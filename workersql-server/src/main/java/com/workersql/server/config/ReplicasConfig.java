// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Which reads go to replicas, where a shard has some.
 *
 * @param reads whether a read outside of transactions that says nothing of its freshness may go to a replica; it always finds what
 *     its own session has written
 * @param maxLagMillis how far behind a replica may be that is read from
 * @param gtidWaitMillis how long a read behind a write of its session waits on a replica until that has the write; 0: it goes to the
 *     primary unless a replica is known to have it
 * @param primaryWeightPercent how much of such reads the primary takes, in percent of what one replica takes
 */
public record ReplicasConfig(boolean reads, int maxLagMillis, int gtidWaitMillis, int primaryWeightPercent) {
    /** {@code reads}: default false; then only reads that ask for it, or whose tables' policies do, go to replicas. */
    public static final String READS = "reads";

    /** {@code max_lag_millis}: default 10,000. */
    public static final Setting MAX_LAG_MILLIS = new Setting("max_lag_millis", 10_000, 0, 86_400_000);

    /** {@code gtid_wait_millis}: default 0, no waiting. */
    public static final Setting GTID_WAIT_MILLIS = new Setting("gtid_wait_millis", 0, 0, 60_000);

    /** {@code primary_weight_percent}: default 0, none while a replica can take them. */
    public static final Setting PRIMARY_WEIGHT_PERCENT = new Setting("primary_weight_percent", 0, 0, 10_000);

    /**
     * Checks each value against its setting.
     *
     * @throws IllegalArgumentException naming the setting, the value and the range
     */
    public ReplicasConfig {
        MAX_LAG_MILLIS.check(maxLagMillis);
        GTID_WAIT_MILLIS.check(gtidWaitMillis);
        PRIMARY_WEIGHT_PERCENT.check(primaryWeightPercent);
    }

    /** Every setting at its default. */
    public static ReplicasConfig defaults() {
        return of(false, Map.of());
    }

    /** Every setting at its default but those given. */
    public static ReplicasConfig of(boolean reads, Map<Setting, Long> values) {
        return read(reads, setting -> values.getOrDefault(setting, setting.byDefault()));
    }

    static ReplicasConfig read(boolean reads, ToLongFunction<Setting> values) {
        return new ReplicasConfig(
                reads, (int) values.applyAsLong(MAX_LAG_MILLIS), (int) values.applyAsLong(GTID_WAIT_MILLIS), (int)
                        values.applyAsLong(PRIMARY_WEIGHT_PERCENT));
    }
}
