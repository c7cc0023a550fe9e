// SPDX-License-Identifier: Apache-2.0
package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.workersql.router.RoutePlan;
import com.workersql.router.Router;
import org.junit.jupiter.api.Test;

class HomesTest {
    @Test
    void worksAsAModule() {
        var homes = new Homes("""
                {"version": 1, "shards": ["s0", "s1"], "tenants": {"acme": {"shard": "s1"}}}
                """);

        RoutePlan plan = homes.plan("acme", "SELECT a FROM t WHERE id = 7");

        assertTrue(Homes.class.getModule().isNamed());
        assertEquals("com.workersql.router", Router.class.getModule().getName());
        assertEquals("s1", assertInstanceOf(RoutePlan.SingleShard.class, plan).shard());
    }
}
