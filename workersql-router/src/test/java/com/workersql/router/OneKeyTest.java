// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The short way of statements about one table whose key equals one value comes to what the long way finds, by which a plan is explained.
 */
class OneKeyTest {
    private static final RoutingPolicy POLICY = RoutingPolicy.parse("""
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            tables:
              orders: { strategy: hash, key: customer_id, key_type: int }
              people: { strategy: hash, key: name, key_type: string, key_collation: utf8mb4_bin }
              events: { strategy: range, key: id, key_type: int, ranges: [ { below: 10, shard: shard_0 }, { shard: shard_1 } ] }
              places: { strategy: list, key: country, key_type: string, key_collation: utf8mb4_bin, values: { de: shard_2, fr: shard_3 } }
            """);

    private static final List<String> KEYS = List.of(
            "orders customer_id", "people name", "events id", "places country", "orders no_key", "ORDERS CUSTOMER_ID");

    private static final List<String> TEXTS = List.of(
            "SELECT * FROM %t WHERE %k = %v",
            "SELECT o.%k FROM %t o WHERE o.%k = %v AND o.other = 7",
            "SELECT * FROM %t o WHERE O.%k = %v",
            "SELECT * FROM %t o WHERE %t.%k = %v",
            "SELECT * FROM %t WHERE %k = %v AND %k = 3",
            "SELECT * FROM %t WHERE %k = %v AND %k IN (3, 4)",
            "SELECT * FROM %t WHERE %k = %v AND %k < 5",
            "SELECT * FROM %t WHERE %k = %v OR %k = 3",
            "SELECT * FROM %t WHERE NOT %k = %v",
            "SELECT * FROM %t WHERE %k = %v FOR UPDATE",
            "SELECT COUNT(*) FROM %t WHERE %v = %k GROUP BY other",
            "SELECT * FROM %t WHERE %k = %v UNION SELECT * FROM %t WHERE %k = 3",
            "SELECT * FROM %t WHERE %k = %v AND other IN (SELECT %k FROM %t WHERE %k = 3)",
            "SELECT * FROM %t a JOIN %t b ON a.%k = b.%k WHERE a.%k = %v",
            "UPDATE %t SET other = 4 WHERE %k = %v",
            "UPDATE %t SET %k = 4 WHERE %k = %v",
            "DELETE FROM %t WHERE %k = %v",
            "DELETE FROM %t WHERE %k = %v LIMIT 1",
            "REPLACE INTO %t (%k) VALUES (%v)",
            "/*+ shard=shard_3 */ SELECT * FROM %t WHERE %k = %v",
            "SELECT /*+ shard_key=11 */ * FROM %t WHERE %k = %v",
            "SELECT /* nothing to see */ * FROM %t WHERE %k = %v");

    private static final List<String> VALUES = List.of(
            "1",
            "2",
            "3",
            "9",
            "10",
            "-4",
            "- 4",
            "00012",
            "1e1",
            "1.0",
            "12345678901234567890",
            "'de'",
            "'fr'",
            "'es'",
            "'12'",
            "'a''b'",
            "'\\n'",
            "'é'",
            "NULL",
            "TRUE",
            "0x10",
            "1 + 1",
            "?",
            "@a");

    private static final List<ParameterValue> PARAMETERS = List.of(
            new ParameterValue.SignedInteger(1),
            new ParameterValue.SignedInteger(-77),
            new ParameterValue.Decimal("12345678901234567890"),
            new ParameterValue.Text("fr"));

    @Test
    void comesToWhatIsExplained() {
        var router = Router.builder(POLICY).build();
        var shards = new TreeMap<String, Integer>();
        for (String key : KEYS) {
            for (String text : TEXTS) {
                for (String value : VALUES) {
                    String sql = text.replace("%t", key.split(" ", 2)[0])
                            .replace("%k", key.split(" ", 2)[1])
                            .replace("%v", value);
                    for (ParameterValue parameter : value.equals("?") ? PARAMETERS : PARAMETERS.subList(0, 1)) {
                        var plan = router.plan(statement(sql, parameter));

                        assertThat(plan)
                                .as("%s with %s", sql, parameter)
                                .isEqualTo(router.explain(statement(sql, parameter))
                                        .plan());
                        if (plan instanceof RoutePlan.SingleShard single) {
                            shards.merge(single.shard(), 1, Integer::sum);
                        }
                    }
                }
            }
        }
        assertThat(shards).containsOnlyKeys("shard_0", "shard_1", "shard_2", "shard_3");
        assertThat(shards.values()).allMatch(count -> count > 30);
    }

    @Test
    void followsThePolicyInForce() {
        var router = Router.builder(POLICY).build();
        var statement = statement("SELECT * FROM events WHERE id = 5", null);
        assertThat(shard(router.plan(statement))).isEqualTo("shard_0");

        router.policy(RoutingPolicy.parse("""
                version: 1
                shards: [shard_0, shard_1]
                tables:
                  events: { strategy: range, key: id, key_type: int, ranges: [ { below: 2, shard: shard_0 }, { shard: shard_1 } ] }
                """));

        assertThat(shard(router.plan(statement))).isEqualTo("shard_1");
    }

    private static String shard(RoutePlan plan) {
        return ((RoutePlan.SingleShard) plan).shard();
    }

    private static Statement statement(String sql, ParameterValue parameter) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return new Statement(
                StatementContext.of(null, ServerFlavor.MARIADB, 110400),
                bytes,
                0,
                bytes.length,
                parameter == null ? null : new ListedParameters(List.of(parameter)),
                null);
    }
}
