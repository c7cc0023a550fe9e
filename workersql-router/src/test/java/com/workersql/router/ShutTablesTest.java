// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.policy.RoutingPolicy;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table that is not what the policy takes it for gets no statements by its key until it is mended. */
class ShutTablesTest {
    private static final String POLICY = """
            shards: [a, b]
            defaults: { tenant_column: owner }
            tenants: { home: a, shared: { shard: a, isolation: row, database: app } }
            tables:
              people: { strategy: hash, key: name, key_type: string }
              pets: { strategy: hash, key: name, key_type: string }
            """;

    private final Router router = Router.builder(RoutingPolicy.parse(POLICY)).build();

    ShutTablesTest() {
        router.shut(Map.of("people", "app.people.name is another column"));
    }

    private RoutePlan plan(String tenant, String sql) {
        return router.plan(Statement.of(
                StatementContext.of(tenant, ServerFlavor.MARIADB, 110405).withSchema("app"), sql));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM people WHERE name = 'x'",
                "SELECT * FROM PEOPLE",
                "INSERT INTO people (name) VALUES ('x')",
                "SELECT * FROM pets JOIN people ON pets.name = people.name WHERE pets.name = 'x'"
            })
    void refusesWithTheReasonWhatGoesByTheKey(String sql) {
        assertThat(plan(null, sql)).isInstanceOfSatisfying(Refused.class, refused -> {
            assertThat(refused.errno()).isEqualTo(1235);
            assertThat(refused.reason()).contains("app.people.name is another column");
        });
    }

    @Test
    void refusesInTheSameWayToATenantThatSharesTheTable() {
        assertThat(plan("shared", "SELECT * FROM people WHERE name = 'x'"))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.reason()).contains("app.people.name is another column"));
        assertThat(plan("shared", "SELECT * FROM pets WHERE name = 'x'")).isNotInstanceOf(Refused.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE people MODIFY name VARCHAR(20) COLLATE utf8mb4_bin",
                "DROP TABLE people",
                "SELECT * FROM pets WHERE name = 'x'"
            })
    void letsDefinitionsAndOtherTablesPass(String sql) {
        assertThat(plan(null, sql)).isNotInstanceOf(Refused.class);
    }

    @Test
    void letsATenantWithADatabaseOfItsOwnPass() {
        assertThat(router.plan(Statement.of(
                        StatementContext.of("home", ServerFlavor.MARIADB, 110405)
                                .withSchema("home")
                                .withOwnAccount(true),
                        "SELECT * FROM people WHERE name = 'x'")))
                .isNotInstanceOf(Refused.class);
    }

    @Test
    void opensAgain() {
        router.shut(Map.of());
        assertThat(plan(null, "SELECT * FROM people WHERE name = 'x'")).isNotInstanceOf(Refused.class);
    }
}
