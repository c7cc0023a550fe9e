// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.CanaryReport.Effect;
import com.workersql.router.policy.RoutingPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class CanaryTest {
    private static final String POLICY = """
            shards: [a, b, c]
            tenants: { acme: a }
            tables:
              orders: { strategy: hash, key: k, key_type: int }
              settings: { strategy: single, shard: a }
              notes: { strategy: single, shard: b }
            """;

    private final Router router = Router.builder(RoutingPolicy.parse(POLICY)).build();

    private RoutePlan plan(String tenant, String sql) {
        var context = StatementContext.of(tenant, ServerFlavor.MYSQL, 80036).withSchema(tenant);
        return router.plan(Statement.of(context, sql));
    }

    @Test
    void whatWouldMoveAndWhatWouldBeRefusedIsToldBeforehand() {
        plan(null, "SELECT * FROM settings WHERE id = 5");
        plan(null, "SELECT * FROM notes WHERE id = 5");
        plan(null, "SELECT * FROM orders WHERE k IN (1, 2, 3, 4, 5, 6, 7, 8)");
        plan(null, "SELECT * FROM strangers");
        plan("acme", "SELECT name FROM mine WHERE secret = 'hush'");
        CanaryReport report = router.canary(RoutingPolicy.parse(POLICY.replace("shard: a", "shard: c")
                .replace("  notes: { strategy: single, shard: b }\n", "  strangers: { strategy: reference }\n")
                .replace("acme: a", "acme: b")));
        assertThat(report.evaluated()).isEqualTo(5);
        assertThat(report.changes())
                .extracting(change -> change.effect() + " " + change.before() + " -> " + change.after())
                .containsExactlyInAnyOrder(
                        "MOVES a -> c",
                        "REFUSED b -> 1235: This gateway doesn't yet support 'table notes, for which the policy has no rule'",
                        "ACCEPTED 1235: This gateway doesn't yet support 'table strangers, for which the policy has no rule' -> a",
                        "MOVES a -> b");
        assertThat(report.count(Effect.MOVES)).isEqualTo(2);
        assertThat(report.toString()).doesNotContain("hush");
        assertThat(report.diff().changes()).hasSize(4);
        // Nothing was put in force.
        assertThat(plan(null, "SELECT * FROM settings WHERE id = 5"))
                .isInstanceOfSatisfying(
                        RoutePlan.SingleShard.class,
                        single -> assertThat(single.shard()).isEqualTo("a"));
    }

    @Test
    void tenantsThatAreHashedAreToldWhenTheyMove() {
        for (int i = 0; i < 50; i++) {
            plan("tenant" + i, "SELECT 1 FROM t");
        }
        CanaryReport report = router.canary(RoutingPolicy.parse(POLICY.replace("[a, b, c]", "[a, b, c, d]")));
        assertThat(report.movedTenants()).isNotEmpty().allMatch(text -> text.matches("tenant\\d+: . -> ."));
        assertThat(router.canary(RoutingPolicy.parse(POLICY)).movedTenants()).isEmpty();
    }

    @Test
    void aStatementThatIsBeingPlannedKeepsItsPolicy() throws Exception {
        // Both policies send the two tables to one shard each; a mixture of them would refuse the join.
        var one = RoutingPolicy.parse(
                "shards: [a, b]\ntables: { x: { strategy: single, shard: a }, y: { strategy: single, shard: a } }\n");
        var two = RoutingPolicy.parse(
                "shards: [a, b]\ntables: { x: { strategy: single, shard: b }, y: { strategy: single, shard: b } }\n");
        Router swapped = Router.builder(one).build();
        var context = StatementContext.of(null, ServerFlavor.MYSQL, 80036);
        var stop = new AtomicBoolean();
        var thread = new Thread(() -> {
            while (!stop.get()) {
                swapped.policy(two);
                swapped.policy(one);
            }
        });
        thread.start();
        List<RoutePlan> wrong = new ArrayList<>();
        for (int i = 0; i < 50_000; i++) {
            RoutePlan plan = swapped.plan(Statement.of(context, "SELECT * FROM x, y"));
            if (!(plan instanceof RoutePlan.SingleShard)) {
                wrong.add(plan);
            }
        }
        stop.set(true);
        thread.join();
        assertThat(wrong).isEmpty();
    }
}
