// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PolicyChangeTest {
    private static final String DOCUMENT = """
            version: 1
            defaults: { strategy: table_hash, new_tenants: capacity, scatter: refuse, tenant_column: tenant_id }
            shards: [ a, { name: b, weight: 3 }, c ]
            tenants: { acme: a, "o'brien \\"x\\"": { shard: b, isolation: row, database: shared, tenant_value: o-brien } }
            ranges: [ { prefix: vip_, shard: c }, { prefix: "00..7f", shard: b } ]
            tables:
              orders: { strategy: hash, key: customer_id, key_type: int, hash: murmur3 }
              lines: { strategy: hash, key: customer_id, key_type: int, hash: murmur3, colocated_with: orders }
              people: { strategy: hash, key: name, key_type: string, key_collation: utf8mb4_unicode_ci }
              events: { strategy: range, key: id, key_type: decimal, ranges: [ { below: "-1.50", shard: a }, { below: 7, shard: b }, { shard: c } ] }
              days: { strategy: range, key: day, key_type: date, ranges: [ { below: 2024-02-29, shard: a }, { shard: b } ] }
              regions: { strategy: list, key: code, key_type: string, values: { eu: a, no: b } }
              numbers: { strategy: list, key: n, key_type: int, values: { 1: a, "-2": b } }
              countries: { strategy: reference }
              settings: { strategy: single, shard: c, tenant_column: owner }
              notes: { strategy: tenant_hash }
              blobs: { strategy: table_hash }
            slots: { generation: 9, map: { "0-99": c, "100-16383": a } }
            """;

    private final RoutingPolicy policy = RoutingPolicy.parse(DOCUMENT);

    @Test
    void aWrittenPolicyReadsAsTheSame() {
        RoutingPolicy again = RoutingPolicy.parse(policy.toDocument());
        assertThat(PolicyDiff.of(policy, again).changes()).isEmpty();
        assertThat(again.toDocument()).isEqualTo(policy.toDocument());
        assertThat(again.defaults()).isEqualTo(policy.defaults());
        assertThat(again.slots()).isEqualTo(policy.slots());
        assertThat(again.placement("o'brien \"x\"").database()).isEqualTo("shared");
    }

    @Test
    void aChangedPolicyHasTheVersionOfItsDocument() {
        RoutingPolicy more = policy.withTenant("globex", "c", "globex");
        assertThat(RoutingPolicy.parse(more.toDocument()).version()).isEqualTo(more.version());
        assertThat(more.placement("globex").shard()).isEqualTo("c");
        RoutingPolicy back = more.withoutTenant("globex");
        assertThat(PolicyDiff.of(policy, back).changes()).isEmpty();
        assertThatThrownBy(() -> more.withTenant("globex", "a", "x")).hasMessageContaining("has a home already");
        assertThatThrownBy(() -> policy.withTenant("x", "z", "x")).hasMessageContaining("does not exist");
        assertThatThrownBy(() -> policy.withoutTenant("globex")).hasMessageContaining("no home of its own");
    }

    @Test
    void differencesAreToldOneByOne() {
        RoutingPolicy other = RoutingPolicy.parse(DOCUMENT.replace("acme: a", "acme: b, globex: c")
                .replace("weight: 3", "weight: 4")
                .replace("blobs: { strategy: table_hash }", "photos: { strategy: table_hash }")
                .replace("\"0-99\": c, \"100-16383\": a", "\"0-199\": c, \"200-16383\": a"));
        PolicyDiff diff = PolicyDiff.of(policy, other);
        assertThat(diff.changes())
                .containsExactly(
                        "shard b: weight 3 -> 4",
                        "tenant acme: a, isolation schema, database acme -> b, isolation schema, database acme",
                        "tenant globex added: c, isolation schema, database globex",
                        "table blobs removed: TableHash[table=blobs]",
                        "table photos added: TableHash[table=photos]",
                        "slots a -> c: 100 (0.61% of the keys)");
        assertThat(diff.slots().slots()).isEqualTo(100);
        assertThat(diff.before()).isEqualTo(policy.version());
    }

    @Test
    void anEarlierPolicyComesBackByItsVersion() {
        PolicyHistory history = new PolicyHistory(3, policy);
        RoutingPolicy second = policy.withTenant("x", "a", "x");
        assertThat(history.publish(second).number()).isEqualTo(2);
        assertThat(history.rollback(policy.version()).orElseThrow().number()).isEqualTo(3);
        assertThat(history.current().policy()).isSameAs(policy);
        history.publish(second.withTenant("y", "b", "y"));
        assertThat(history.entries()).hasSize(3);
        assertThat(history.rollback("000000000000")).isEmpty();
    }

    @Test
    void newTenantsAreSpreadInTurnOrByWeight() {
        // acme on a and one more on b, of weight 3; c has none.
        assertThat(TenantPlacer.home(policy)).isEqualTo("c");
        RoutingPolicy more = policy.withTenant("x", "c", "x");
        assertThat(TenantPlacer.home(more)).isEqualTo("b");
        RoutingPolicy turn = RoutingPolicy.parse("shards: [a, b, c]\n");
        for (String expected : new String[] {"a", "b", "c", "a", "b"}) {
            String home = TenantPlacer.home(turn);
            assertThat(home).isEqualTo(expected);
            turn = turn.withTenant("t" + turn.tenants().size(), home, "d");
        }
    }

    @Test
    void tablesOfATenantWithoutHomeAreSpreadByTheirNames() {
        TenantPlacement nobody = policy.placement("abc");
        assertThat(nobody.isHome()).isFalse();
        assertThat(policy.shardOf(nobody, "notes")).isEqualTo(nobody.shard());
        byte[] name = "abc:blobs".getBytes(StandardCharsets.UTF_8);
        assertThat(policy.shardOf(nobody, "Blobs"))
                .isEqualTo(policy.slots().owner(HashFunctions.XXH64.slot(name, 0, name.length)));
        TenantPlacement vip = policy.placement("vip_x");
        assertThat(policy.shardOf(vip, "blobs")).isEqualTo("c");
    }

    @Test
    void documentsOfSingleTablesAreRead() {
        RoutingPolicy original = RoutingPolicy.parse(
                """
                version: 1
                tenants: { acme: shard_1 }
                ranges: [ { prefix: "00..7f", shard: shard_0 } ]
                defaults: { shard_count: 2, strategy: tenant_hash }
                """,
                Map.of(
                        "tables/users.yaml",
                        """
                        primary_key: id
                        shard_by: tenant_id
                        cache: { mode: bounded, ttl_ms: 30000, swr_ms: 5000, always_strong_columns: [balance, email] }
                        routing: { strategy: custom, shard_key: tenant_id, key_type: int }
                        """,
                        "tables/events.json",
                        "{\"primary_key\": \"id\", \"routing\": {\"strategy\": \"table_hash\"}}"));
        assertThat(original.table("users")).get().isInstanceOfSatisfying(TableRule.Hash.class, rule -> {
            assertThat(rule.key()).isEqualTo("tenant_id");
            assertThat(rule.keyType()).isEqualTo(KeyType.INT);
        });
        assertThat(original.table("events")).contains(new TableRule.TableHash("events"));
        assertThat(original.caching("users"))
                .contains(new TableCaching(TableCaching.Mode.BOUNDED, 30_000, 5_000, List.of("balance", "email")));
        assertThat(original.caching("events")).isEmpty();
        assertThatThrownBy(() -> RoutingPolicy.parse(
                        "shards: [a]\n", Map.of("t.yaml", "routing: { strategy: custom }\ncache: { mode: fast }\n")))
                .isInstanceOfSatisfying(
                        PolicyException.class,
                        e -> assertThat(e.errors())
                                .extracting(PolicyError::toString)
                                .containsExactlyInAnyOrder(
                                        "line 1, column 10: t.yaml: strategy custom needs a shard_key, or the table a shard_by",
                                        "line 2, column 16: t.yaml: fast is unknown; known: strong, bounded, cached"));
    }

    @Test
    void faultsOfRangesAndListsAreNamed() {
        assertThat(RoutingPolicy.validate("""
                        shards: [a, b]
                        tables:
                          x: { strategy: range, key: k, key_type: string, ranges: [ { shard: a } ] }
                          y: { strategy: range, key: k, key_type: int, ranges: [ { below: 5, shard: a }, { below: 5, shard: b }, { shard: a } ] }
                          z: { strategy: range, key: k, key_type: int, ranges: [ { below: 5, shard: a } ] }
                          u: { strategy: list, key: k, key_type: string, values: { eu: a, EU: b } }
                          v: { strategy: list, key: k, key_type: int, values: { one: a } }
                        """))
                .extracting(PolicyError::message)
                .anySatisfy(m -> assertThat(m).contains("range needs key_type"))
                .anySatisfy(m -> assertThat(m).contains("ranges must ascend"))
                .anySatisfy(m -> assertThat(m).contains("keys beyond it have no shard"))
                .anySatisfy(m -> assertThat(m).contains("EU equals a value before it"))
                .anySatisfy(m -> assertThat(m).contains("one is no int"));
        assertThat(RoutingPolicy.validate(DOCUMENT)).isEmpty();
    }
}
