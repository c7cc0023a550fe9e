// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.RoutePlan.MultiShard;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Hints go before the tables' rules, and never further than what a tenant reaches without them. */
class HintsTest {
    private static final String POLICY = """
            version: 1
            shards: [a, b, c]
            defaults: { tenant_column: owner, scatter: refuse }
            tenants:
              acme: { shard: a, database: acme }
              shared: { shard: a, isolation: row, database: shared }
            tables:
              orders: { strategy: hash, key: k, key_type: int }
              people: { strategy: hash, key: name, key_type: string, key_collation: utf8mb4_general_ci }
              regions: { strategy: list, key: code, key_type: string, values: { eu: a, us: b } }
            """;

    private final Router router = Router.builder(RoutingPolicy.parse(POLICY)).build();

    private static Statement statement(String tenant, String sql) {
        return Statement.of(
                StatementContext.of(tenant, ServerFlavor.MARIADB, 110405)
                        .withSchema(tenant == null ? "app" : tenant)
                        .withOwnAccount(true),
                sql);
    }

    private RoutePlan plan(String tenant, String sql) {
        return router.plan(statement(tenant, sql));
    }

    private static String shard(RoutePlan plan) {
        assertThat(plan).isInstanceOf(SingleShard.class);
        return ((SingleShard) plan).shard();
    }

    @Test
    void scatterIsAllowedWhereThePolicyRefusesItByTheHintOnly() {
        assertThat(plan(null, "SELECT x FROM orders")).isInstanceOfSatisfying(Refused.class, no -> {
            assertThat(no.errno()).isEqualTo(1235);
            assertThat(no.reason()).contains("would go to every shard; /*+ scatter=allow */ lets it");
        });
        assertThat(plan(null, "SELECT /*+ scatter=allow */ x FROM orders")).isInstanceOf(MultiShard.class);
        assertThat(plan(null, "/*+ scatter=allow */ SELECT x FROM orders")).isInstanceOf(MultiShard.class);
        // Some of the shards are not all of them.
        assertThat(plan(null, "SELECT x FROM regions WHERE code IN ('eu', 'us')"))
                .isInstanceOf(MultiShard.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "SELECT /*+ shard_key=42 */ COUNT(*) FROM orders | SELECT x FROM orders WHERE k = 42",
                "SELECT /*+ shard_key=-7 */ COUNT(*) FROM orders | SELECT x FROM orders WHERE k = -7",
                "SELECT /*+ shard_key=9223372036854775807 */ COUNT(*) FROM orders | SELECT x FROM orders WHERE k = 9223372036854775807",
                "SELECT /*+ shard_key='Anna ' */ COUNT(*) FROM people | SELECT x FROM people WHERE name = 'anna'",
                "SELECT /*+ shard_key='Änne' */ COUNT(*) FROM people | SELECT x FROM people WHERE name = 'anne'"
            })
    void aShardKeyLeadsWhereTheKeyLeads(String hinted, String byKey) {
        assertThat(shard(plan(null, hinted))).isEqualTo(shard(plan(null, byKey)));
    }

    @Test
    void aHintGoesBeforeTheTablesRule() {
        assertThat(shard(plan(null, "SELECT /*+ shard=c */ x FROM regions WHERE code = 'eu'")))
                .isEqualTo("c");
        assertThat(shard(plan(null, "SELECT x FROM regions WHERE code = 'eu'"))).isEqualTo("a");
    }

    @Test
    void rowsAreOnlyPutWhereTheirKeysLead() {
        assertThat(shard(plan(null, "INSERT /*+ shard=a */ INTO regions (code) VALUES ('eu')")))
                .isEqualTo("a");
        assertThat(plan(null, "INSERT /*+ shard=c */ INTO regions (code) VALUES ('eu')"))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.errno()).isEqualTo(1235));
    }

    @Test
    void aTenantWithAHomeIsLedNowhereElse() {
        assertThat(shard(plan("acme", "SELECT /*+ shard=a */ x FROM orders"))).isEqualTo("a");
        assertThat(plan("acme", "SELECT /*+ shard=b */ x FROM orders")).isInstanceOfSatisfying(Refused.class, no -> {
            assertThat(no.errno()).isEqualTo(1235);
            assertThat(no.reason()).contains("the hint shard=b, where the tenant has no data");
        });
        for (int key = 0; key < 20; key++) {
            assertThat(shard(plan("acme", "SELECT /*+ shard_key=" + key + " */ x FROM orders")))
                    .isEqualTo("a");
        }
        assertThat(shard(plan("acme", "SELECT /*+ scatter=allow */ x FROM orders")))
                .isEqualTo("a");
    }

    @ParameterizedTest
    @CsvSource({"shard=a", "shard_key=1", "scatter=allow", "strong", "weak", "bounded=100"})
    void noHintShowsATenantWhatIsNotItsOwn(String hint) {
        assertThat(plan("acme", "SELECT /*+ " + hint + " */ x FROM shared.orders"))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.errno()).isEqualTo(1142));
        RoutePlan plan = plan("shared", "SELECT /*+ " + hint + " */ x FROM orders WHERE k = 1 OR TRUE");
        if (plan instanceof SingleShard single) {
            assertThat(new String(single.rewritten().sql(), StandardCharsets.UTF_8))
                    .contains("WHERE orders.`owner` = 'shared' AND ( k = 1 OR TRUE)");
        } else if (plan instanceof MultiShard several) {
            assertThat(several.parts())
                    .allSatisfy(part -> assertThat(new String(part.sql(), StandardCharsets.UTF_8))
                            .contains("WHERE orders.`owner` = 'shared' AND ( k = 1 OR TRUE)"));
        } else {
            assertThat(plan)
                    .isInstanceOfSatisfying(
                            Refused.class, no -> assertThat(no.errno()).isEqualTo(1235));
        }
    }

    @Test
    void whatTheHintsSayIsExplained() {
        Explanation explanation = router.explain(statement(
                null, "/*+ strong */ SELECT /*+ MAX_EXECUTION_TIME(9) shard_key=42 cache_ttl=5 */ x FROM orders"));
        assertThat(explanation.hints().toString()).isEqualTo("strong shard_key=42 cache_ttl=5");
        assertThat(explanation.keys()).hasSize(1).allSatisfy(key -> {
            assertThat(key.key()).isEqualTo("42");
            assertThat(key.shard()).isEqualTo(explanation.shards().get(0));
            assertThat(router.policy().slots().owner(key.slot())).isEqualTo(key.shard());
        });
        assertThat(explanation.policyVersion()).isEqualTo(router.policy().version());
        assertThat(explanation.slotGeneration())
                .isEqualTo(router.policy().slots().generation());
    }

    @Test
    void aFaultOfTheTenantsResolverIsExplainedAsItIsPlanned() {
        Router faulty = Router.builder(RoutingPolicy.parse(POLICY))
                .tenantResolver((tenant, policy) -> {
                    throw new IllegalStateException("no directory of tenants");
                })
                .build();
        Statement statement = statement("acme", "SELECT x FROM orders");
        assertThat(faulty.explain(statement).plan()).isEqualTo(faulty.plan(statement));
        assertThat(faulty.explain(statement).kind()).isEqualTo("refused");
    }
}
