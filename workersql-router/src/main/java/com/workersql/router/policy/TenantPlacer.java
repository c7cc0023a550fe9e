// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Chooses the home of a tenant that is added. Pure functions. */
public final class TenantPlacer {

    private TenantPlacer() {}

    /**
     * {@return the shard that becomes the new tenant's home, by the policy's strategy for new tenants}
     *
     * @param policy the policy
     */
    public static String home(RoutingPolicy policy) {
        return switch (policy.defaults().newTenants()) {
            case ROUND_ROBIN -> roundRobin(policy);
            case CAPACITY -> leastLoaded(policy);
        };
    }

    private static String roundRobin(RoutingPolicy policy) {
        List<TenantPlacement> tenants = new ArrayList<>(policy.tenants().values());
        if (tenants.isEmpty()) {
            return policy.shards().get(0);
        }
        int last = policy.shards().indexOf(tenants.get(tenants.size() - 1).shard());
        return policy.shards().get((last + 1) % policy.shards().size());
    }

    private static String leastLoaded(RoutingPolicy policy) {
        Map<String, Integer> tenants = new HashMap<>();
        policy.tenants().values().forEach(tenant -> tenants.merge(tenant.shard(), 1, Integer::sum));
        String best = null;
        double least = 0;
        for (String shard : policy.shards()) {
            double load = (double) tenants.getOrDefault(shard, 0) / policy.weight(shard);
            if (best == null || load < least) {
                best = shard;
                least = load;
            }
        }
        return best;
    }
}
