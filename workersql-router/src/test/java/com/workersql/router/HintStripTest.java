// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The gateway's hints do not reach the servers, and those of the servers' optimizers do. */
class HintStripTest {

    private static final StatementContext CONTEXT = StatementContext.of(null, ServerFlavor.MYSQL, 80036);

    private final Router router = Router.builder(RoutingPolicy.parse("""
                    shards: [a, b]
                    tables:
                      orders: { strategy: hash, key: k, key_type: int }
                      settings: { strategy: single, shard: b }
                    """)).build();

    private RoutePlan plan(String sql) {
        return router.plan(Statement.of(CONTEXT, sql));
    }

    private List<String> sent(String sql) {
        RoutePlan plan = plan(sql);
        List<ShardStatement> parts = plan instanceof RoutePlan.MultiShard several
                ? several.parts()
                : List.of(((RoutePlan.SingleShard) plan).rewritten());
        return parts.stream()
                .map(part -> new String(part.sql(), StandardCharsets.UTF_8))
                .toList();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "SELECT /*+ strong */ x FROM settings|SELECT /*         */ x FROM settings",
                "/*+ weak */SELECT x FROM settings|/*       */SELECT x FROM settings",
                "SELECT /*+ bounded=1500 MAX_EXECUTION_TIME(9) */ x FROM settings|SELECT /*+              MAX_EXECUTION_TIME(9) */ x FROM settings",
                "SELECT /*+ shard=b */ ? FROM settings|SELECT /*          */ ? FROM settings",
                "UPDATE /*+ shard_key=42 */ orders SET x = 1|UPDATE /*               */ orders SET x = 1"
            })
    void hintsOfTheGatewaysBecomeBlanks(String sql, String expected) {
        assertThat(sent(sql)).containsExactly(expected);
        assertThat(sent(sql)).as("on a hit").containsExactly(expected);
    }

    @Test
    void theTextOfEachShardIsWithoutThem() {
        assertThat(sent("SELECT /*+ scatter=allow */ x FROM orders"))
                .hasSize(2)
                .allSatisfy(text -> assertThat(text).isEqualTo("SELECT /*                */ x FROM orders"));
        assertThat(sent("SELECT /*+ strong */ AVG(x) FROM orders"))
                .allSatisfy(text -> assertThat(text).startsWith("SELECT /*         */ SUM(x)"));
    }

    @Test
    void allValuesGoWithTheText() {
        RoutePlan plan = router.planPrepare(
                Statement.of(CONTEXT, "SELECT /*+ strong */ x FROM settings WHERE y IN (?, ?) AND z = ?"));
        assertThat(((RoutePlan.SingleShard) plan).rewritten().parameters()).containsExactly(0, 1, 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT /*+ MAX_EXECUTION_TIME(9) */ x FROM settings",
                "SELECT /* strong */ x FROM settings",
                "SELECT x /*+ strong */ FROM settings",
                "SELECT '/*+ strong */' FROM settings"
            })
    void everythingElseIsSentAsItIs(String sql) {
        assertThat(((RoutePlan.SingleShard) plan(sql)).rewritten()).isNull();
    }
}
