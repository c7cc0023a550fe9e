// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tenants of which a policy says where they live. Immutable.
 *
 * @param explicit the homes of single tenants, by name, in the document's order
 * @param ranges what places others by their names, the first that holds
 */
record TenantHomes(Map<String, TenantPlacement> explicit, List<TenantRange> ranges) {
    TenantHomes {
        explicit = Collections.unmodifiableMap(new LinkedHashMap<>(explicit));
        ranges = List.copyOf(ranges);
    }

    /** {@return where a tenant lives by a range of names; null where none holds its name, which is given in bytes, too} */
    TenantPlacement byRange(String tenant, byte[] name) {
        for (TenantRange range : ranges) {
            if (range.holds(tenant, name)) {
                return new TenantPlacement(
                        tenant, range.shard(), Isolation.SCHEMA, tenant, true, "tenant range " + range.text());
            }
        }
        return null;
    }

    /** {@return these and others} */
    TenantHomes with(Collection<TenantPlacement> added, List<String> shards) {
        Map<String, TenantPlacement> more = new LinkedHashMap<>(explicit);
        for (TenantPlacement home : added) {
            if (more.putIfAbsent(home.tenant(), home) != null) {
                throw new IllegalArgumentException("tenant " + home.tenant() + " has a home already");
            }
            if (!shards.contains(home.shard())) {
                throw new IllegalArgumentException("shard " + home.shard() + " does not exist; there are " + shards);
            }
        }
        return new TenantHomes(more, ranges);
    }

    /** {@return these but one} */
    TenantHomes without(String tenant) {
        if (!explicit.containsKey(tenant)) {
            throw new IllegalArgumentException("tenant " + tenant + " has no home of its own");
        }
        Map<String, TenantPlacement> fewer = new LinkedHashMap<>(explicit);
        fewer.remove(tenant);
        return new TenantHomes(fewer, ranges);
    }
}
