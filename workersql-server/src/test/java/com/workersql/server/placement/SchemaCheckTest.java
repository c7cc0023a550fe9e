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
}
