// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.RoutePlan.MultiShard;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.merge.WriteRule;
import com.workersql.router.policy.RoutingPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** UPDATE and DELETE over several shards go where the policy lets them, and only as what they would be on one server. */
class SpreadWriteTest {

    private static final String TABLES = """
            shards: [a, b]
            tables:
              orders: { strategy: hash, key: k, key_type: int }
              items: { strategy: hash, key: k, key_type: int, colocated_with: orders }
              events: { strategy: range, key: k, key_type: int, ranges: [ { below: 10, shard: a }, { shard: b } ] }
              settings: { strategy: single, shard: a }
            """;
    private static final RoutingPolicy ALLOWED =
            RoutingPolicy.parse("defaults: { allow_multi_shard_writes: true }\n" + TABLES);

    private final Router router = Router.builder(ALLOWED).build();

    private RoutePlan plan(String sql) {
        return router.plan(Statement.of(StatementContext.of(null, ServerFlavor.MARIADB, 110405), sql));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE orders SET x = x + 1 WHERE y = 2",
                "DELETE FROM orders",
                "DELETE FROM orders WHERE k IN (1, 2, 3, 4, 5, 6, 7, 8)",
                "UPDATE orders o JOIN items i ON o.k = i.k SET o.x = i.x",
                "UPDATE events SET x = 1 WHERE k BETWEEN 5 AND 15"
            })
    void eachShardRunsTheStatementWhereThePolicyAllowsIt(String sql) {
        assertThat(plan(sql)).isInstanceOfSatisfying(MultiShard.class, several -> {
            assertThat(several.shards()).containsExactly("a", "b");
            assertThat(several.combination()).isEqualTo(new WriteRule());
        });
    }

    @Test
    void oneShardIsEnoughWhereTheKeysSaySo() {
        assertThat(plan("DELETE FROM events WHERE k > 10")).isInstanceOf(RoutePlan.SingleShard.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "DELETE FROM orders LIMIT 5 | LIMIT",
                "UPDATE orders SET x = 1 ORDER BY y | ORDER BY",
                "UPDATE orders SET x = RAND() | differ from shard to shard",
                "UPDATE orders SET x = (@a := 1) | differ from shard to shard",
                "UPDATE orders SET k = 1 WHERE x = 2 | changing the key",
                "DELETE FROM orders WHERE x = 1 RETURNING y | RETURNING",
                "DELETE FROM orders WHERE x IN (SELECT x FROM items) | without its key",
                "UPDATE orders o JOIN settings s ON o.x = s.x SET o.y = 1 | without its key"
            })
    void whatOneServerWouldDoOtherwiseIsRefused(String sql, String reason) {
        assertThat(plan(sql))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.reason()).contains(reason));
    }

    @Test
    void thePolicyForbidsThemUnlessItSaysOtherwise() {
        Router standard = Router.builder(RoutingPolicy.parse(TABLES)).build();
        Statement statement =
                Statement.of(StatementContext.of(null, ServerFlavor.MARIADB, 110405), "DELETE FROM orders");
        assertThat(standard.plan(statement)).isInstanceOf(Refused.class);
        assertThat(RoutingPolicy.parse(ALLOWED.toDocument()).defaults().multiShardWrites())
                .isTrue();
    }
}
