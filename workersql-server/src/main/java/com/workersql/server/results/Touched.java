// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.results;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a statement, or an open transaction, may have changed: of this the cache has to hear when it ends. Confined to the session's
 * event loop.
 */
public final class Touched {
    /** Beyond, nobody keeps count of the tables. */
    private static final int MAX_TABLES = 256;

    private final Set<String> tables = new HashSet<>(4);
    /** By shard, the definitions by which its tables were found to change alone; null where anything may have been changed. */
    private final Map<String, KnownSchemas.Moment> shards = new HashMap<>(2);

    private boolean defines;

    /**
     * A statement may change tables, and nothing else.
     *
     * @param shard where
     * @param named as {@code schema.table}
     * @param known by which definitions that is so
     */
    public void tables(String shard, Collection<String> named, KnownSchemas.Moment known) {
        tables.addAll(named);
        if (!shards.containsKey(shard)) {
            shards.put(shard, known);
        }
        if (tables.size() > MAX_TABLES) {
            tables.clear();
            shards.replaceAll((each, before) -> null);
        }
    }

    /**
     * A statement may change anything.
     *
     * @param shard where
     */
    public void anything(String shard) {
        shards.put(shard, null);
    }

    /**
     * A statement may change anything, and define other tables, views and triggers.
     *
     * @param shard where
     */
    public void definitions(String shard) {
        anything(shard);
        defines = true;
    }

    /** {@return whether anything may have been changed} */
    public boolean isAny() {
        return !shards.isEmpty();
    }

    /**
     * It is over: the cache hears of it.
     *
     * @param cache whose answers end
     * @param tenant whose it was; null when it may concern everybody
     */
    public void tell(ResultCache cache, String tenant) {
        shards.forEach((shard, known) -> {
            if (defines) {
                cache.schemas().defined(tenant, shard);
            }
            // What was defined in the meantime may have had the statement change more than it did when it was sent.
            if (known == null || !known.isCurrent()) {
                cache.wroteAnything(tenant, shard);
            }
        });
        cache.wrote(tables);
        tables.clear();
        shards.clear();
        defines = false;
    }
}
