// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.policy.RoutingPolicy;

public final class ReadmeExample {
    private final Router router = Router.builder(RoutingPolicy.parse("""
                    version: 1
                    shards: [shard_0, shard_1]
                    tenants: { acme: shard_0, globex: { shard: shard_1, database: globex_db } }
                    tables:
                      orders: { strategy: hash, key: customer_id, key_type: int }
                      countries: { strategy: reference }
                    """)).build();

    public String route(String tenant, String schema, String sql) {
        StatementContext context =
                StatementContext.of(tenant, ServerFlavor.MYSQL, 80036).withSchema(schema);
        RoutePlan plan = router.plan(Statement.of(context, sql));
        if (plan instanceof RoutePlan.SingleShard single) {
            return "run on " + single.shard();
        } else if (plan instanceof RoutePlan.MultiShard several) {
            return "run on each of " + several.shards() + " and merge";
        } else if (plan instanceof RoutePlan.Broadcast broadcast) {
            return "run on each of " + broadcast.shards();
        } else if (plan instanceof RoutePlan.Local local) {
            return "do here: " + local.action();
        }
        var refused = (RoutePlan.Refused) plan;
        return "refuse with " + refused.errno() + ": " + refused.reason();
    }
}
