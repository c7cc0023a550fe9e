// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a session has set decides how its statements are read, and what is kept of them. */
class SqlModesTest {
    private static final StatementContext CONTEXT =
            StatementContext.of(null, ServerFlavor.MYSQL, 80036).withSchema("app");

    private final Router router = Router.builder(RoutingPolicy.parse("""
                    version: 1
                    shards: [a, b, c, d]
                    tenants: { acme: a, globex: b }
                    tables:
                      orders: { strategy: hash, key: k, key_type: int }
                      people: { strategy: hash, key: name, key_type: string, key_collation: utf8mb4_general_ci }
                    """)).build();

    private List<String> shards(StatementContext context, String sql) {
        return router.explain(Statement.of(context, sql)).shards();
    }

    /** PIPES_AS_CONCAT (and so ANSI and ORACLE) makes || a concatenation, HIGH_NOT_PRECEDENCE makes NOT bind as ! does. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM people WHERE name = '' || name = '1'",
                "SELECT * FROM orders WHERE k = 5 || k = 6",
                "SELECT * FROM orders WHERE a = 1 || k = 5",
                "SELECT * FROM orders WHERE k = 5 AND a = 'x' || 'y'",
                "SELECT * FROM orders WHERE ! k = 5",
                "SELECT * FROM orders WHERE NOT k = 5",
                "SELECT * FROM orders WHERE NOT k IN (5, 6)",
                "SELECT * FROM orders WHERE NOT k BETWEEN 5 AND 6",
                "SELECT * FROM people WHERE name = 'a' || 'b'"
            })
    void whatAnotherModeReadsInAnotherWayRestrictsNothing(String sql) {
        assertThat(shards(CONTEXT, sql)).containsExactly("a", "b", "c", "d");
    }

    @Test
    void aSpaceBeforeAParenthesisMakesNoDifference() {
        // With IGNORE_SPACE, count (*) is the function; without, a server refuses the text or calls a stored one.
        assertThat(shards(CONTEXT, "SELECT k FROM orders WHERE k = 5 AND a > ABS (1)"))
                .isEqualTo(shards(CONTEXT, "SELECT k FROM orders WHERE k = 5 AND a > ABS(1)"))
                .hasSize(1);
    }

    @Test
    void withoutAStrictModeNoRowIsPlaced() {
        var lax = CONTEXT.withStrict(false);
        var sql = "INSERT INTO orders (k, a) VALUES (99999999999, 1)";

        assertThat(router.plan(Statement.of(CONTEXT, sql))).isInstanceOf(RoutePlan.SingleShard.class);
        assertThat(router.plan(Statement.of(lax, sql)))
                .isInstanceOfSatisfying(
                        RoutePlan.Refused.class, no -> assertThat(no.reason()).contains("without a strict sql_mode"));
        assertThat(shards(lax, "SELECT * FROM orders WHERE k = 5")).hasSize(1);
    }

    /** The schema is no part of a shape's key: it is applied when a plan is bound, so that tenants share shapes. */
    @Test
    void oneShapeServesEverySchemaAndTenantWithThePlanOfEach() {
        var acme = StatementContext.of("acme", ServerFlavor.MYSQL, 80036)
                .withSchema("acme")
                .withOwnAccount(true);
        var globex = StatementContext.of("globex", ServerFlavor.MYSQL, 80036)
                .withSchema("globex")
                .withOwnAccount(true);
        var sql = "SELECT * FROM t WHERE id = 7";

        assertThat(shards(acme, sql)).containsExactly("a");
        assertThat(router.stats().misses()).isEqualTo(1);
        assertThat(shards(globex, sql)).containsExactly("b");
        // Without a schema of its own, a name without one cannot be the tenant's.
        assertThat(router.plan(Statement.of(acme.withSchema("globex"), sql)))
                .isInstanceOfSatisfying(
                        RoutePlan.Refused.class, no -> assertThat(no.errno()).isEqualTo(1142));
        assertThat(shards(CONTEXT, "SELECT * FROM orders WHERE k = 5"))
                .isEqualTo(shards(CONTEXT.withSchema("other"), "SELECT * FROM orders WHERE k = 5"));
        assertThat(router.stats().misses()).isEqualTo(2);
        assertThat(router.stats().hits()).isEqualTo(3);
    }

    @Test
    void modesAndCharacterSetsThatReadATextInAnotherWayHaveShapesOfTheirOwn() {
        // With ANSI_QUOTES this compares the key with a column.
        var quoted = "SELECT * FROM people WHERE name = \"x\"";
        assertThat(shards(CONTEXT, quoted)).hasSize(1);
        assertThat(shards(CONTEXT.withSqlMode(true, false), quoted)).hasSize(4);
        assertThat(shards(CONTEXT, quoted)).hasSize(1);
        // Without backslash escapes the string ends earlier, and what follows is SQL.
        var escaped = "SELECT * FROM people WHERE name = 'x\\' OR 1 = 1 OR a = '\\'";
        assertThat(shards(CONTEXT.withSqlMode(false, true), escaped)).hasSize(4);
        // The second byte of a character of GBK is no backslash.
        byte[] gbk =
                "SELECT * FROM people WHERE name = 'x\u00bf\\' OR 1 = 1 -- '".getBytes(StandardCharsets.ISO_8859_1);
        var context = CONTEXT.withCharset(ClientCharset.named("gbk"));
        assertThat(router.explain(new Statement(context, gbk, 0, gbk.length, null, null))
                        .shards())
                .hasSize(4);
    }
}
