// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.results;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.workersql.pool.ReplyStatus;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.server.config.CacheConfig;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Answers of reads, bounded in bytes. What a write through this gateway has touched is not given out any more from the moment on at
 * which the write's answer has come; writes elsewhere are seen when an answer has become too old. Safe for all threads.
 */
public final class ResultCache {
    private final int maxEntryBytes;
    private final boolean enabled;
    private final TableGenerations generations = new TableGenerations();
    private final KnownSchemas schemas = new KnownSchemas();
    private final Cache<ResultKey, CachedResult> entries;
    private final LongAdder hits = new LongAdder();
    private final LongAdder staleHits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder invalidations = new LongAdder();

    /**
     * An empty cache.
     *
     * @param config its bounds
     */
    public ResultCache(CacheConfig config) {
        this.maxEntryBytes = config.maxEntryBytes();
        this.enabled = config.maxBytes() > 0;
        this.entries = Caffeine.newBuilder()
                .maximumWeight(config.maxBytes())
                .weigher((ResultKey key, CachedResult result) -> key.weightBytes() + result.weightBytes())
                // Evictions are done by the caller; there is no thread for them.
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    /** An answer that is being gathered. */
    public final class Filling {
        private final ResultKey key;
        private final long askedNanos;
        private final TableGenerations.Stamp stamp;

        private Filling(ResultKey key, long askedNanos, TableGenerations.Stamp stamp) {
            this.key = key;
            this.askedNanos = askedNanos;
            this.stamp = stamp;
        }

        /**
         * The answer is complete; it is kept unless a table was written in the meantime.
         *
         * @param capabilities what its bytes are written with
         * @param parts its pieces
         * @param status how it ended
         */
        public void complete(CapabilityFlags capabilities, List<CachedResult.Part> parts, ReplyStatus status) {
            var result = new CachedResult(capabilities, parts, status, askedNanos, stamp);
            if (result.isCurrent() && result.weightBytes() <= maxEntryBytes) {
                entries.put(key, result);
            }
        }
    }

    /** {@return which tables change others that statements do not name, or with them} */
    public KnownSchemas schemas() {
        return schemas;
    }

    /** {@return whether anything may be kept at all} */
    public boolean isEnabled() {
        return enabled;
    }

    /** {@return the largest answer that is kept, in bytes} */
    public int maxEntryBytes() {
        return maxEntryBytes;
    }

    /**
     * Looks for an answer, of whatever age.
     *
     * @param key the read
     * @return null when there is none, or a table of it was written since
     */
    public CachedResult find(ResultKey key) {
        var found = entries.getIfPresent(key);
        if (found != null && !found.isCurrent()) {
            entries.asMap().remove(key, found);
            return null;
        }
        return found;
    }

    /**
     * Begins to gather an answer; to be called before the read is sent.
     *
     * @param key the read
     * @param tenant whose it is, or null
     * @param shard where it runs
     * @param tables the tables that it names
     * @param nowNanos by the gateway's clock
     * @return to be completed, or forgotten
     */
    public Filling fill(ResultKey key, String tenant, String shard, Collection<String> tables, long nowNanos) {
        return new Filling(key, nowNanos, generations.now(tenant, shard, tables));
    }

    /**
     * Tables may have been written.
     *
     * @param tables as {@code schema.table} in lower case
     * @return whether answers of any of them were ever kept
     */
    public boolean wrote(Collection<String> tables) {
        boolean any = generations.wrote(tables);
        if (any) {
            invalidations.increment();
        }
        return any;
    }

    /**
     * Something may have been written, and nobody knows what.
     *
     * @param tenant by this tenant; null for a user without one, who may reach everything
     * @param shard where
     */
    public void wroteAnything(String tenant, String shard) {
        generations.wroteAnything(tenant, shard);
        invalidations.increment();
    }

    /**
     * Counts a read.
     *
     * @param hit whether it was answered from here
     * @param stale whether that answer was older than it should be
     */
    public void count(boolean hit, boolean stale) {
        (hit ? stale ? staleHits : hits : misses).increment();
    }

    /** {@return how many reads were answered from here in time} */
    public long hits() {
        return hits.sum();
    }

    /** {@return how many reads were answered by what was older than it should be} */
    public long staleHits() {
        return staleHits.sum();
    }

    /** {@return how many reads might have been answered from here and were not} */
    public long misses() {
        return misses.sum();
    }

    /** {@return how many writes touched something that was kept} */
    public long invalidations() {
        return invalidations.sum();
    }

    /** {@return how many answers had to make room} */
    public long evictions() {
        return entries.stats().evictionCount();
    }

    /** {@return the weight of what is kept, in bytes} */
    public long bytes() {
        return entries.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
    }
}
