// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.results;

import com.workersql.server.changes.WriteListener;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends answers by what the shards' logs tell of writes that were made beside this gateway. Safe for all threads. */
public final class WritesElsewhere implements WriteListener {
    /** A server logs a transaction shortly before others read what it did: a read in between is as old as one before. */
    private static final int UNTIL_READ_MILLIS = 250;

    private final ResultCache cache;
    private final ScheduledExecutorService later;

    /**
     * A listener.
     *
     * @param cache whose answers end
     * @param later runs what is to be done once more in a moment
     */
    public WritesElsewhere(ResultCache cache, ScheduledExecutorService later) {
        this.cache = cache;
        this.later = later;
    }

    @Override
    public void logged(String shard, Set<String> tables) {
        if (end(shard, tables)) {
            var unused = later.schedule(() -> end(shard, tables), UNTIL_READ_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private boolean end(String shard, Set<String> tables) {
        if (tables != null) {
            return cache.wrote(tables);
        }
        cache.schemas().defined(null, shard);
        cache.wroteAnything(null, shard);
        return true;
    }
}
