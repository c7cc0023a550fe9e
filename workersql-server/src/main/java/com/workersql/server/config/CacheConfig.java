// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * How much the cache of results may hold. What it keeps, and for how long, the policy says by the {@code cache} of each table; without
 * that it keeps nothing.
 *
 * @param maxBytes of all answers together; 0: none is kept
 * @param maxEntryBytes of one answer
 */
public record CacheConfig(long maxBytes, int maxEntryBytes) {
    /** {@code max_bytes}: default 64 MiB. */
    public static final Setting MAX_BYTES = new Setting("max_bytes", 64 << 20, 0, 1L << 40);

    /** {@code max_entry_bytes}: default 1 MiB; larger answers are not kept. */
    public static final Setting MAX_ENTRY_BYTES = new Setting("max_entry_bytes", 1 << 20, 1024, 1 << 30);

    /**
     * Checks each value against its setting.
     *
     * @throws IllegalArgumentException naming the setting, the value and the range
     */
    public CacheConfig {
        MAX_BYTES.check(maxBytes);
        MAX_ENTRY_BYTES.check(maxEntryBytes);
    }

    /** Every setting at its default. */
    public static CacheConfig defaults() {
        return of(Map.of());
    }

    /** Every setting at its default but those given. */
    public static CacheConfig of(Map<Setting, Long> values) {
        return read(setting -> values.getOrDefault(setting, setting.byDefault()));
    }

    static CacheConfig read(ToLongFunction<Setting> values) {
        return new CacheConfig(values.applyAsLong(MAX_BYTES), (int) values.applyAsLong(MAX_ENTRY_BYTES));
    }
}
