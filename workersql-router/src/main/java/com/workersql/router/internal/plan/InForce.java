// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.workersql.router.TenantResolver;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TenantPlacement;

/** A policy and what was computed from it. */
record InForce(RoutingPolicy policy, TenantResolver resolver, Cache<String, TenantPlacement> homes) {

    /** Homes of tenants that no rule names are hashed from their names; this many are remembered. */
    private static final int REMEMBERED_HOMES = 65_536;

    static InForce of(RoutingPolicy policy, TenantResolver resolver) {
        return new InForce(
                policy,
                resolver,
                Caffeine.newBuilder()
                        .maximumSize(REMEMBERED_HOMES)
                        .executor(Runnable::run)
                        .build());
    }

    TenantPlacement home(String tenant) {
        TenantPlacement home = homes.getIfPresent(tenant);
        if (home == null) {
            home = resolver.resolve(tenant, policy);
            if (!policy.shards().contains(home.shard())) {
                throw new IllegalStateException("tenant " + tenant + " was placed on " + home.shard());
            }
            homes.put(tenant, home);
        }
        return home;
    }
}
