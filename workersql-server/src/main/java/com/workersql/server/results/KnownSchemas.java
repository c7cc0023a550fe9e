// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.results;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What was found out about schemas, as each tenant sees them on each shard. A definition through this gateway makes it void at once, and
 * one elsewhere is found when it is asked again: until then, an answer is too old for as long as behind any other write elsewhere.
 * Safe for all threads.
 */
public final class KnownSchemas {
    private static final int MAX_SCHEMAS = 10_000;
    /** For reads; a write may go by what the answers that it could end were kept by, however old. */
    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final TableGenerations definitions = new TableGenerations();
    private final Cache<Place, Known> known = Caffeine.newBuilder()
            .maximumSize(MAX_SCHEMAS)
            .executor(Runnable::run)
            .build();

    private record Place(String tenant, String shard, String schema) {}

    private record Known(SchemaTraits traits, Moment asked) {}

    /** The definitions of one moment: what is found out about them is good as long as there is no other one. */
    public static final class Moment {
        private final TableGenerations.Stamp stamp;
        private final long nanos;

        private Moment(TableGenerations.Stamp stamp, long nanos) {
            this.stamp = stamp;
            this.nanos = nanos;
        }

        boolean isCurrent() {
            return stamp.isCurrent();
        }
    }

    /**
     * The moment before a question is asked, or a statement is sent.
     *
     * @param tenant whose schemas; null for a user without a tenant
     * @param shard where
     * @param nowNanos by the gateway's clock
     * @return never null
     */
    public Moment now(String tenant, String shard, long nowNanos) {
        return new Moment(definitions.now(tenant, shard, List.of()), nowNanos);
    }

    /**
     * Notes what was found out.
     *
     * @param tenant who asked, or null
     * @param shard where
     * @param asked before that
     * @param traits by schema
     */
    public void learn(String tenant, String shard, Moment asked, Map<String, SchemaTraits> traits) {
        traits.forEach((schema, found) -> known.put(new Place(tenant, shard, schema), new Known(found, asked)));
    }

    /**
     * Something may have been defined.
     *
     * @param tenant by this tenant; null for a user without one
     * @param shard where
     */
    public void defined(String tenant, String shard) {
        definitions.wroteAnything(tenant, shard);
    }

    /**
     * The schemas of tables.
     *
     * @param tables as {@code schema.table}
     * @return null where a dot within a name leaves open which is which
     */
    public static Set<String> schemas(Collection<String> tables) {
        var schemas = new LinkedHashSet<String>();
        for (String table : tables) {
            int dot = table.indexOf('.');
            if (dot < 0 || table.indexOf('.', dot + 1) >= 0) {
                return null;
            }
            schemas.add(table.substring(0, dot));
        }
        return schemas;
    }

    /**
     * Whether enough is known to keep answers, or not to.
     *
     * @param tenant who reads, or null
     * @param shard where
     * @param schemas whose tables are read
     * @param nowNanos by the gateway's clock
     * @return false when it has to be asked
     */
    public boolean areKnown(String tenant, String shard, Collection<String> schemas, long nowNanos) {
        for (String schema : schemas) {
            var found = find(tenant, shard, schema);
            if (found == null || nowNanos - found.asked.nanos > MAX_AGE_NANOS) {
                return false;
            }
        }
        return true;
    }

    private Known find(String tenant, String shard, String schema) {
        var found = known.getIfPresent(new Place(tenant, shard, schema));
        return found == null || !found.asked.isCurrent() ? null : found;
    }

    private Known ofTable(String tenant, String shard, String table) {
        return find(tenant, shard, table.substring(0, Math.max(0, table.indexOf('.'))));
    }

    /**
     * Whether an answer that is read from these tables changes with them alone.
     *
     * @param tenant who reads, or null
     * @param shard where
     * @param tables as {@code schema.table}
     * @return false also where it is not known
     */
    public boolean haveOwnRows(String tenant, String shard, Collection<String> tables) {
        for (String table : tables) {
            var found = ofTable(tenant, shard, table);
            if (found == null || found.traits.derived().contains(table)) {
                return false;
            }
        }
        return schemas(tables) != null;
    }

    /**
     * Whether a statement that writes these tables changes no others.
     *
     * @param tenant who writes, or null
     * @param shard where
     * @param tables as {@code schema.table}
     * @return false also where it is not known
     */
    public boolean changeAlone(String tenant, String shard, Collection<String> tables) {
        for (String table : tables) {
            var found = ofTable(tenant, shard, table);
            if (found == null
                    || !found.traits.triggersAreSeen()
                    || found.traits.spreading().contains(table)) {
                return false;
            }
        }
        return haveOwnRows(tenant, shard, tables);
    }
}
