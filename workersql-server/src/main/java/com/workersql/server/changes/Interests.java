// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import java.util.List;

/** Where the rows of a table are, and whose they are, by the routing policy. */
public final class Interests {
    private Interests() {}

    /**
     * A tenant's, or anybody's, interest in a table.
     *
     * @param policy the policy in force
     * @param tenant on whose behalf; null for a user without a tenant
     * @param schema of the table
     * @param table its name
     * @return null when the tenant shares tables and this one does not say whose its rows are
     */
    public static Interest of(RoutingPolicy policy, String tenant, String schema, String table) {
        if (tenant == null) {
            return new Interest(null, schema, table, null, shards(policy, table));
        }
        var placement = policy.placement(tenant);
        Interest.RowOwner owner = null;
        if (placement.isolation() == Isolation.ROW) {
            var column = policy.tenantColumns().column(table);
            if (column.isEmpty()) {
                return null;
            }
            owner = new Interest.RowOwner(column.get(), policy.tenantColumns().value(tenant));
        }
        return new Interest(tenant, schema, table, owner, List.of(policy.shardOf(placement, table)));
    }

    private static List<String> shards(RoutingPolicy policy, String table) {
        var rule = policy.table(table).orElse(null);
        if (rule instanceof TableRule.Single single) {
            return List.of(single.shard());
        }
        // Every shard has a copy of a reference table; each change is told once.
        return rule instanceof TableRule.Reference ? policy.shards().subList(0, 1) : policy.shards();
    }
}
