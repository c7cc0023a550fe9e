// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.results;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the writes to each table of which answers are kept. An answer is good as long as no count has changed since before it was
 * asked for: so a read that overtakes a write is never taken for newer than it is. Safe for all threads.
 */
final class TableGenerations {
    private final ConcurrentMap<String, AtomicLong> tables = new ConcurrentHashMap<>();
    private final ConcurrentMap<Owner, AtomicLong> owners = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, AtomicLong> shards = new ConcurrentHashMap<>();

    /** Whose writes on which shard; without a tenant those that users without one are concerned by. */
    private record Owner(String tenant, String shard) {}

    /** The counts at one moment. */
    static final class Stamp {
        private final AtomicLong[] counters;
        private final long[] values;

        private Stamp(List<AtomicLong> counted) {
            counters = counted.toArray(AtomicLong[]::new);
            values = new long[counters.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = counters[i].get();
            }
        }

        boolean isCurrent() {
            for (int i = 0; i < values.length; i++) {
                if (counters[i].get() != values[i]) {
                    return false;
                }
            }
            return true;
        }
    }

    Stamp now(String tenant, String shard, Collection<String> names) {
        var counted = new ArrayList<AtomicLong>(names.size() + 2);
        counted.add(counter(shards, shard));
        counted.add(counter(owners, new Owner(tenant, shard)));
        names.forEach(name -> counted.add(counter(tables, name)));
        return new Stamp(counted);
    }

    private static <K> AtomicLong counter(ConcurrentMap<K, AtomicLong> of, K name) {
        return of.computeIfAbsent(name, any -> new AtomicLong());
    }

    /** A table of which nothing was ever kept has no count, and needs none. */
    boolean wrote(Collection<String> names) {
        boolean any = false;
        for (String name : names) {
            var count = tables.get(name);
            if (count != null) {
                count.incrementAndGet();
                any = true;
            }
        }
        return any;
    }

    /** What a user without a tenant has done may concern everybody, and what a tenant has done, users without one as well. */
    void wroteAnything(String tenant, String shard) {
        if (tenant == null) {
            counter(shards, shard).incrementAndGet();
        } else {
            counter(owners, new Owner(tenant, shard)).incrementAndGet();
            counter(owners, new Owner(null, shard)).incrementAndGet();
        }
    }
}
