// SPDX-License-Identifier: Apache-2.0
package consumer;

import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.router.policy.RoutingPolicy;

final class Homes {
    private final Router router;

    Homes(String policy) {
        router = Router.builder(RoutingPolicy.parse(policy)).build();
    }

    RoutePlan plan(String tenant, String sql) {
        return router.plan(Statement.of(StatementContext.of(tenant, ServerFlavor.MYSQL, 90600), sql));
    }
}
