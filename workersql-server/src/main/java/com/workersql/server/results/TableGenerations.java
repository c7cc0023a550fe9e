// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.results;

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
    private final ConcurrentMap<String, AtomicLong> tenants = new ConcurrentHashMap<>();
    private final AtomicLong everything = new AtomicLong();

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

    Stamp now(String tenant, Collection<String> names) {
        var counted = new java.util.ArrayList<AtomicLong>(names.size() + 2);
        counted.add(everything);
        counted.add(counter(tenants, tenant == null ? "" : tenant));
        names.forEach(name -> counted.add(counter(tables, name)));
        return new Stamp(counted);
    }

    private static AtomicLong counter(ConcurrentMap<String, AtomicLong> of, String name) {
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

    /** What a user without a tenant has done may concern everybody. */
    void wroteAnything(String tenant) {
        if (tenant == null) {
            everything.incrementAndGet();
        } else {
            counter(tenants, tenant).incrementAndGet();
        }
    }
}
