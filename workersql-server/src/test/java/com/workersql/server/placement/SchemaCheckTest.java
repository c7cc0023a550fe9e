// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.placement;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.RoutingPolicy;
import com.workersql.router.policy.TableRule;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SchemaCheckTest {

    private static Map<String, TableRule.Keyed> rules(String rule) {
        var rules = new TreeMap<String, TableRule.Keyed>();
        RoutingPolicy.parse("shards: [a]\ntables: { t: { strategy: hash, key: k, " + rule + " } }\n")
                .tables()
                .forEach((name, keyed) -> rules.put(name, (TableRule.Keyed) keyed));
        return rules;
    }

    private static Map<String, String> compare(String rule, KeyColumn... columns) {
        return SchemaCheck.compare("shard_0", rules(rule), List.of(columns));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    key_type: int                                           | bigint    |                       | true
                    key_type: uint                                          | int       |                       | true
                    key_type: int                                           | varchar   | utf8mb4_general_ci    | false
                    key_type: int                                           | double    |                       | false
                    key_type: decimal                                       | decimal   |                       | true
                    key_type: date                                          | date      |                       | true
                    key_type: date                                          | datetime  |                       | false
                    key_type: binary                                        | varbinary |                       | true
                    key_type: binary                                        | binary    |                       | false
                    key_type: uuid                                          | uuid      |                       | true
                    key_type: string                                        | varchar   | utf8mb4_general_ci    | true
                    key_type: string                                        | varchar   | utf8mb4_bin           | true
                    key_type: string                                        | varchar   | utf8mb4_turkish_ci    | false
                    key_type: string                                        | enum      | utf8mb4_general_ci    | false
                    key_type: string                                        | int       |                       | false
                    key_type: string, key_collation: utf8mb4_general_ci     | varchar   | utf8mb4_general_ci    | true
                    key_type: string, key_collation: utf8mb4_general_ci     | varchar   | utf8mb3_general_ci    | true
                    key_type: string, key_collation: utf8mb4_general_ci     | varchar   | utf8mb4_bin           | true
                    key_type: string, key_collation: utf8mb4_general_ci     | varchar   | utf8mb4_unicode_ci    | false
                    key_type: string, key_collation: utf8mb4_bin            | varchar   | utf8mb4_general_ci    | false
                    key_type: string, key_collation: utf8mb4_uca1400_ai_ci  | varchar   | utf8mb4_uca1400_as_cs | true
                    key_type: string, key_collation: utf8mb4_0900_ai_ci     | varchar   | utf8mb4_0900_as_ci    | true
                    """)
    void aColumnFitsItsRuleOrIsNamed(String rule, String type, String collation, boolean fits) {
        var faults = compare(rule, new KeyColumn("app", "T", "K", type, type, collation));
        if (fits) {
            assertThat(faults).isEmpty();
        } else {
            assertThat(faults).containsOnlyKeys("t");
            assertThat(faults.get("t")).startsWith("on shard shard_0, app.T.K is ");
        }
    }

    @Test
    void aTableWithoutTheKeyIsNamedAndOneThatDoesNotExistIsNot() {
        assertThat(compare("key_type: int", new KeyColumn("app", "t", "other", "int", "int", null)))
                .containsEntry("t", "on shard shard_0, app.t has no column k");
        assertThat(compare("key_type: int")).isEmpty();
    }

    private static SchemaFaults sequences(Map<String, List<KeyColumn>> answers) {
        var policy = RoutingPolicy.parse("""
                shards: [a, b]
                tables:
                  orders: { strategy: hash, key: k, key_type: int, sequence: Ids }
                  lines: { strategy: hash, key: k, key_type: int }
                  ids: { strategy: single, shard: b }
                """);
        var rules = policy.tables().values().stream()
                .filter(rule -> rule instanceof TableRule.Keyed)
                .map(rule -> (TableRule.Keyed) rule)
                .toList();
        return new SequenceTables(policy, rules).faults(answers);
    }

    private static KeyColumn column(String schema, String table, String name, String type) {
        return new KeyColumn(schema, table, name, type, type, null);
    }

    @Test
    void aSequenceIsLookedForOnItsShardInTheSchemaOfTheTableThatUsesIt() {
        var orders = column("app", "orders", "k", "bigint");
        var ids = column("app", "IDS", "NEXT_ID", "bigint");
        assertThat(sequences(Map.of("a", List.of(orders), "b", List.of(orders, ids)))
                        .isEmpty())
                .isTrue();
        String missing = "on shard b, app.ids does not exist, from which rows of orders get their keys";
        assertThat(sequences(Map.of("a", List.of(orders, ids), "b", List.of())))
                .isEqualTo(new SchemaFaults(Map.of(), Map.of("ids", missing)));
        assertThat(sequences(Map.of("b", List.of(orders, column("other", "ids", "next_id", "bigint"))))
                        .inWords())
                .isEqualTo(missing);
    }

    @Test
    void aSequenceIsNoFaultWhereNothingUsesItYetOrItsShardDoesNotAnswer() {
        assertThat(sequences(Map.of("a", List.of(), "b", List.of(column("app", "lines", "k", "int")))))
                .isEqualTo(SchemaFaults.NONE);
        assertThat(sequences(Map.of("a", List.of(column("app", "orders", "k", "bigint")))))
                .isEqualTo(SchemaFaults.NONE);
    }

    @ParameterizedTest
    @CsvSource({
        "next_id, int, on shard b; app.ids.next_id is int; and has to be BIGINT",
        "next_id, varchar, on shard b; app.ids.next_id is varchar; and has to be BIGINT",
        "id, bigint, on shard b; app.ids has no column next_id"
    })
    void aSequenceThatCannotGiveKeysIsNamed(String name, String type, String fault) {
        assertThat(sequences(Map.of("b", List.of(column("app", "ids", name, type)))))
                .isEqualTo(new SchemaFaults(Map.of("ids", fault.replace(';', ',')), Map.of()));
    }
}
