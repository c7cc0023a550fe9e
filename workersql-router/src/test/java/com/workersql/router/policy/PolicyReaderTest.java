// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyReaderTest {

    private static final String FULL = """
            version: 1
            defaults: { shard_count: 4, strategy: tenant_hash }
            shards: [shard_0, shard_1, shard_2, shard_3]
            tenants:
              acme: shard_0
              globex: { shard: shard_1, isolation: schema, database: globex_db }
              no: shard_2
            ranges:
              - { prefix: "vip_", shard: shard_3 }
              - { prefix: "00..7f", shard: shard_2 }
            tables:
              orders:      { strategy: hash, key: customer_id, key_type: int, hash: xxh64 }
              order_lines: { strategy: hash, key: customer_id, key_type: int, colocated_with: orders }
              countries:   { strategy: reference }
              settings:    { strategy: single, shard: shard_0 }
            slots: { generation: 3, map: { "0-4095": shard_0, "4096-8191": shard_1, "8192-12287": shard_2, "12288-16383": shard_3 } }
            """;

    @Test
    void everyPartOfTheDocumentIsRead() {
        RoutingPolicy policy = RoutingPolicy.parse(FULL);
        assertThat(policy.shards()).containsExactly("shard_0", "shard_1", "shard_2", "shard_3");
        assertThat(policy.placement("globex"))
                .returns("shard_1", TenantPlacement::shard)
                .returns("globex_db", TenantPlacement::database);
        assertThat(policy.table("ORDERS")).get().isInstanceOf(TableRule.Hash.class);
        assertThat(policy.table("countries")).contains(new TableRule.Reference("countries"));
        assertThat(policy.slots().generation()).isEqualTo(3);
        assertThat(policy.slots().owner(12288)).isEqualTo("shard_3");
        assertThat(policy.version()).hasSize(12);
    }

    @Test
    void norwayIsNoBoolean() {
        assertThat(RoutingPolicy.parse(FULL).tenants()).containsKey("no");
    }

    @Test
    void explicitHomesWinOverRangesAndRangesOverTheHash() {
        RoutingPolicy policy = RoutingPolicy.parse(FULL);
        assertThat(policy.placement("acme").shard()).isEqualTo("shard_0");
        assertThat(policy.placement("vip_x").shard()).isEqualTo("shard_3");
        // SHA-256("abc") begins with ba, beyond the range; its XXH64 decides: 44bc..., slot 4399.
        assertThat(policy.placement("abc").shard()).isEqualTo("shard_1");
        // SHA-256("hello") begins with 2c.
        assertThat(policy.placement("hello").shard()).isEqualTo("shard_2");
    }

    @Test
    void shardsAreNumberedWhereNoneAreListed() {
        RoutingPolicy policy = RoutingPolicy.parse("version: 1\ndefaults: { shard_count: 3, strategy: tenant_hash }\n");
        assertThat(policy.shards()).containsExactly("shard_0", "shard_1", "shard_2");
    }

    @Test
    void jsonIsRead() {
        RoutingPolicy policy = RoutingPolicy.parse("""
                {
                \t"version": 1,
                \t"shards": ["a", "b"],
                \t"tenants": {"t": {"shard": "b"}}
                }
                """);
        assertThat(policy.placement("t").shard()).isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tenannts: {}                                                        | 2 | 1  | unknown key tenannts
                    tenants: { acme: shard_9 }                                          | 2 | 18 | shard shard_9 does not exist
                    tenants: { acme: { home: a } }                                      | 2 | 20 | unknown key home
                    tenants: { acme: { isolation: schema } }                            | 2 | 18 | shard is missing
                    tenants: { acme: { shard: a, isolation: none } }                    | 2 | 41 | none is unknown
                    tenants: { acme: a, acme: b }                                       | 2 | 21 | stands here twice
                    tables: { t: { strategy: round } }                                  | 2 | 26 | strategy round is unknown
                    tables: { t: { strategy: hash, key: id } }                          | 2 | 14 | key_type is missing
                    tables: { t: { strategy: hash, key: id, key_type: blob } }          | 2 | 51 | blob is unknown
                    tables: { t: { strategy: hash, key: id, key_type: int, hash: md5 } } | 2 | 62 | hash md5 is unknown
                    tables: { t: { strategy: hash, key: id, key_type: string, hash: vitess_hash } } | 2 | 65 | needs key_type int
                    tables: { t: { strategy: hash, key: id, key_type: string, key_collation: utf8mb4_lithuanian_ci } } | 2 | 74 | no folding rule
                    tables: { t: { strategy: single, shard: z } }                       | 2 | 41 | shard z does not exist
                    tables: { t: { strategy: reference, key: id } }                     | 2 | 37 | key has no meaning
                    tables: { t: { strategy: hash, key: id, key_type: int, colocated_with: t } } | 2 | 14 | leads back to itself
                    tables: { t: { strategy: hash, key: id, key_type: int, colocated_with: u } } | 2 | 14 | names u, which has no hash, range or list rule
                    slots: { map: { "0-16382": a } }                                    | 2 | 15 | slot 16383 has no shard
                    slots: { map: { "0-16383": a, "5": b } }                            | 2 | 31 | slot 5 is given to a and to b
                    slots: { map: { "0-16384": a } }                                    | 2 | 17 | not within 0-16383
                    slots: { map: { "all": a } }                                        | 2 | 17 | no slot range
                    slots: { generation: x, map: { "0-16383": a } }                     | 2 | 22 | no whole number
                    ranges: [ { prefix: x } ]                                           | 2 | 11 | shard is missing
                    ranges: [ { prefix: "7f..00", shard: a } ]                          | 2 | 21 | ends before it begins
                    version: 2                                                          | 2 | 10 | version 2 is unknown
                    tenants: [a                                                         | 3 | 1  | expected
                    """)
    void everyFaultIsNamedWithItsPlace(String line, int expectedLine, int expectedColumn, String message) {
        assertThatThrownBy(() -> RoutingPolicy.parse("shards: [a, b]\n" + line + "\n"))
                .isInstanceOfSatisfying(
                        PolicyException.class,
                        e -> assertThat(e.errors()).anySatisfy(error -> {
                            assertThat(error.message()).contains(message);
                            assertThat(error.line()).isEqualTo(expectedLine);
                            assertThat(error.column()).isEqualTo(expectedColumn);
                        }));
    }

    @Test
    void aliasesAndTagsGetNowhere() {
        assertThatThrownBy(() -> RoutingPolicy.parse("shards: &a [a, b]\ntenants: *a\n"))
                .isInstanceOf(PolicyException.class);
        assertThat(RoutingPolicy.parse("shards: [!!java.net.URL a]\n").shards()).containsExactly("a");
        assertThatThrownBy(() -> RoutingPolicy.parse("")).isInstanceOf(PolicyException.class);
    }

    @Test
    void allFaultsAreReportedAtOnce() {
        assertThatThrownBy(() -> RoutingPolicy.parse("shards: [a]\ntenants: { x: b, y: c }\n"))
                .isInstanceOfSatisfying(
                        PolicyException.class, e -> assertThat(e.errors()).hasSize(2));
    }
}
