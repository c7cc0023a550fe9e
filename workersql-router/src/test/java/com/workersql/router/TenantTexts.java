// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import java.util.List;

/** What one tenant of MySQL says, for tests of what is read in its texts. */
final class TenantTexts {
    private static final StatementContext CONTEXT = StatementContext.of("ta", ServerFlavor.MYSQL, 80036)
            .withSchema("ta")
            .withOwnAccount(true);

    private final Router router = Router.builder(RoutingPolicy.builder()
                    .shards(List.of("shard_0", "shard_1"))
                    .tenant("ta", "shard_0", Isolation.SCHEMA, "ta")
                    .build())
            .build();

    RoutePlan plan(String sql) {
        return router.plan(Statement.of(CONTEXT, sql));
    }
}
