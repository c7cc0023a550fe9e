// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.router.policy.RoutingPolicy;
import org.junit.jupiter.api.Test;

class UsesRouterTest {
    @Test
    void sendsATenantToItsHome() {
        RoutingPolicy policy = RoutingPolicy.parse("""
                version: 1
                shards: [s0, s1]
                tenants:
                  acme: {shard: s1}
                """);
        Router router = Router.builder(policy).build();
        StatementContext context = StatementContext.of("acme", ServerFlavor.MARIADB, 110405);

        RoutePlan plan = router.plan(Statement.of(context, "SELECT a FROM t WHERE id = 7"));

        assertFalse(Router.class.getModule().isNamed());
        assertEquals("s1", assertInstanceOf(RoutePlan.SingleShard.class, plan).shard());
    }

    @Test
    void bringsNoNetwork() {
        assertThrows(ClassNotFoundException.class, () -> Class.forName("io.netty.buffer.ByteBuf"));
    }
}
