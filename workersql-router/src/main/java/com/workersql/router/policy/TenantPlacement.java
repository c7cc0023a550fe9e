// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.Objects;

/**
 * Where a tenant lives.
 *
 * @param tenant the tenant's name
 * @param shard its home
 * @param isolation how its rows are kept apart
 * @param database its database on the shard
 * @param isHome whether all its tables are there; otherwise each table's strategy decides, and the shard is for statements
 *     that name no table
 * @param reason the rule that placed it, in words
 */
public record TenantPlacement(
        String tenant, String shard, Isolation isolation, String database, boolean isHome, String reason) {
    /** Checks the parts. */
    public TenantPlacement {
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(shard, "shard");
        Objects.requireNonNull(isolation, "isolation");
        Objects.requireNonNull(database, "database");
    }

    /**
     * {@return a home that a tenant was given by name}
     *
     * @param tenant the tenant's name
     * @param shard its home
     * @param isolation how its rows are kept apart
     * @param database its database on the shard
     */
    public static TenantPlacement explicit(String tenant, String shard, Isolation isolation, String database) {
        return new TenantPlacement(tenant, shard, isolation, database, true, "explicit tenant " + tenant);
    }
}
