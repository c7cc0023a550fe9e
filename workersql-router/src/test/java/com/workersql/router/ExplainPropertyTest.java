// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.RoutingPolicy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is explained is what is executed: the plan itself, for every statement of every list of this module. */
class ExplainPropertyTest {

    private static final RoutingPolicy POLICY = RoutingPolicy.parse("""
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            defaults: { tenant_column: tenant_id }
            tenants:
              ta: shard_0
              rows: { shard: shard_1, isolation: row, database: ta }
            tables:
              orders: { strategy: hash, key: customer_id, key_type: int }
              order_lines: { strategy: hash, key: customer_id, key_type: int, colocated_with: orders }
              events: { strategy: range, key: id, key_type: int, ranges: [ { below: 10, shard: shard_0 }, { shard: shard_1 } ] }
              countries: { strategy: reference }
              settings: { strategy: single, shard: shard_0 }
            """);

    @Test
    void explanationAndPlanAreTheSameWhetherTheShapeIsKnownOrNot() {
        List<VerdictFile.Line> lines = new ArrayList<>(VerdictFile.read("tenant-verdicts.txt", "ta"));
        lines.addAll(VerdictFile.read("table-verdicts.txt", null));
        int compared = 0;
        for (String tenant : new String[] {"ta", "rows", null}) {
            Router router = Router.builder(POLICY).build();
            for (VerdictFile.Line line : lines) {
                StatementContext given = line.context();
                StatementContext context = new StatementContext(
                        tenant,
                        tenant == null ? given.schema() : "ta",
                        given.ansiQuotes(),
                        given.noBackslashEscapes(),
                        given.charset(),
                        given.flavor(),
                        given.serverVersion(),
                        given.ownAccount());
                byte[] sql = line.sql();
                Statement statement = new Statement(context, sql, 0, sql.length, null, null);
                Explanation before = router.explain(statement);
                RoutePlan plan = router.plan(statement);
                Explanation after = router.explain(statement);
                assertThat(before.plan()).as("%s of %s", line, tenant).isEqualTo(plan);
                assertThat(after.plan()).as("%s of %s", line, tenant).isEqualTo(plan);
                assertThat(after.shards()).as("%s of %s", line, tenant).isEqualTo(shards(plan));
                assertThat(after.kind()).isEqualTo(kind(plan));
                RoutePlan cached = router.planIfCached(statement);
                assertThat(cached == null || cached.equals(plan))
                        .as("%s of %s", line, tenant)
                        .isTrue();
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(1_500);
    }

    private static List<String> shards(RoutePlan plan) {
        if (plan instanceof RoutePlan.SingleShard single) {
            return List.of(single.shard());
        }
        if (plan instanceof RoutePlan.MultiShard several) {
            return several.shards();
        }
        return plan instanceof RoutePlan.Broadcast all ? all.shards() : List.of();
    }

    private static String kind(RoutePlan plan) {
        if (plan instanceof RoutePlan.SingleShard) {
            return "single_shard";
        }
        if (plan instanceof RoutePlan.MultiShard) {
            return "multi_shard";
        }
        if (plan instanceof RoutePlan.Broadcast) {
            return "broadcast";
        }
        return plan instanceof RoutePlan.Local ? "local" : "refused";
    }
}
