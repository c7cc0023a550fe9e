// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.router.LocalAction.GenerateKeys;
import com.workersql.router.RoutePlan.Local;
import com.workersql.router.RoutePlan.MultiShard;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.RoutePlan.SingleShard;
import com.workersql.router.policy.PolicyException;
import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratedKeysTest {
    private static final StatementContext CONTEXT = StatementContext.of(null, ServerFlavor.MYSQL, 80036);
    private static final String DOCUMENT = """
            shards: [a, b]
            tables:
              orders: { strategy: range, key: id, key_type: int, sequence: order_ids, ranges: [ { below: 100, shard: a }, { shard: b } ] }
              lines: { strategy: hash, key: order_id, key_type: int }
              order_ids: { strategy: single, shard: b }
            """;

    private final Router router = Router.builder(RoutingPolicy.parse(DOCUMENT)).build();

    private RoutePlan plan(String sql, long first) {
        return router.plan(Statement.of(CONTEXT, sql).withGeneratedKeys("order_ids", first));
    }

    private static String text(ShardStatement part) {
        return new String(part.sql(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 | INSERT INTO orders (total) VALUES (5)",
                "3 | INSERT INTO orders (total, note) VALUES (5, 'a'), (6, ')'), (7, NULL)",
                "1 | INSERT INTO orders () VALUES ()",
                "1 | INSERT INTO orders SET total = 5",
                "1 | REPLACE INTO orders (total) VALUES (5)",
            })
    void askForTheKeysOfAllRows(int rows, String sql) {
        RoutePlan plan = router.plan(Statement.of(CONTEXT, sql));
        assertThat(plan).isInstanceOf(Local.class);
        assertThat(((Local) plan).action()).isEqualTo(new GenerateKeys("order_ids", rows));
        assertThat(((Local) plan).shard()).isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INSERT INTO orders (total) VALUES (5)"
                        + "| INSERT INTO orders (`id`, total) VALUES (LAST_INSERT_ID(7), 5)",
                "INSERT INTO orders (total, note) VALUES (5, 'a'), (6, ')')"
                        + "| INSERT INTO orders (`id`, total, note) VALUES (LAST_INSERT_ID(7), 5, 'a'),(8, 6, ')')",
                "INSERT INTO orders () VALUES ()| INSERT INTO orders (`id`) VALUES (LAST_INSERT_ID(7))",
                "INSERT INTO orders SET total = 5| INSERT INTO orders SET `id` = LAST_INSERT_ID(7), total = 5",
                "insert orders(total)values(NOW()) -- now"
                        + "| insert orders(`id`, total)values(LAST_INSERT_ID(7), NOW()) -- now",
            })
    void putThemIntoTheTextAsEditsOfIt(String sql, String sent) {
        RoutePlan plan = plan(sql, 7);
        assertThat(plan).isInstanceOf(SingleShard.class);
        assertThat(((SingleShard) plan).shard()).isEqualTo("a");
        assertThat(text(((SingleShard) plan).rewritten())).isEqualTo(sent);
    }

    @Test
    void sendEachRowWhereItsKeyLeads() {
        RoutePlan plan = plan("INSERT INTO orders (total) VALUES (1), (2), (3)", 99);
        assertThat(plan).isInstanceOf(MultiShard.class);
        assertThat(((MultiShard) plan).parts().stream().map(ShardStatement::toString))
                .isEqualTo(List.of(
                        "a: INSERT INTO orders (`id`, total) VALUES (LAST_INSERT_ID(99), 1)",
                        "b: INSERT INTO orders (`id`, total) VALUES (100, 2),(101, 3)"));
    }

    @Test
    void areNotTakenFromAnotherSequence() {
        Statement statement =
                Statement.of(CONTEXT, "INSERT INTO orders (total) VALUES (5)").withGeneratedKeys("others", 7);
        assertThat(router.plan(statement)).isInstanceOf(Local.class);
    }

    @Test
    void areNotMadeWhereTheStatementHasAKey() {
        assertThat(router.plan(Statement.of(CONTEXT, "INSERT INTO orders (id, total) VALUES (500, 5)")))
                .isEqualTo(new SingleShard(
                        router.plan(Statement.of(CONTEXT, "INSERT INTO orders (id, total) VALUES (500, 5)"))
                                .statement(),
                        "b",
                        false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO orders VALUES (5)",
                "INSERT INTO orders (id, total) VALUES (NULL, 5)",
                "INSERT INTO orders (id, total) VALUES (DEFAULT, 5)",
                "INSERT INTO orders (total) VALUES (5) ON DUPLICATE KEY UPDATE total = 6",
                "INSERT INTO orders SET total = 5 ON DUPLICATE KEY UPDATE total = 6",
                "INSERT IGNORE INTO orders (total) VALUES (5)",
                "INSERT INTO orders (total) SELECT 5",
                "INSERT INTO orders (total) VALUES /*!50000 (5), */ (6)",
                "INSERT INTO lines (total) VALUES (5)"
            })
    void areNotMadeWhereTheyCannotBePutIn(String sql) {
        RoutePlan plan = router.plan(Statement.of(CONTEXT, sql));
        assertThat(plan).isInstanceOf(Refused.class);
        assertThat(((Refused) plan).errno()).isEqualTo(1235);
    }

    @Test
    void comeIntoEachExecutionOfAPreparedStatement() {
        Statement text = Statement.of(CONTEXT, "INSERT INTO orders (total, note) VALUES (?, 'a')");
        RoutePlan prepared = router.planPrepare(text);
        assertThat(prepared).isInstanceOf(SingleShard.class);
        assertThat(((SingleShard) prepared).rewritten()).isNull();
        Parameters values = new ListedParameters(List.of(new ParameterValue.SignedInteger(5)));
        Statement execution = new Statement(CONTEXT, text.bytes(), 0, text.length(), values, null);
        assertThat(router.plan(execution)).isInstanceOf(Local.class);
        RoutePlan plan = router.plan(execution.withGeneratedKeys("order_ids", 200));
        assertThat(((SingleShard) plan).shard()).isEqualTo("b");
        assertThat(text(((SingleShard) plan).rewritten()))
                .isEqualTo("INSERT INTO orders (`id`, total, note) VALUES (LAST_INSERT_ID(200), ?, 'a')");
        assertThat(((SingleShard) plan).rewritten().parameters()).containsExactly(0);
    }

    @Test
    void areRefusedWhileTheSequenceIsShutAndNothingElseIs() {
        router.shut(Map.of("order_ids", "app.order_ids has no column next_id"));
        assertThat(router.plan(Statement.of(CONTEXT, "INSERT INTO orders (total) VALUES (5)")))
                .isInstanceOfSatisfying(Refused.class, refused -> {
                    assertThat(refused.errno()).isEqualTo(1235);
                    assertThat(refused.reason())
                            .contains(
                                    "a key from the sequence order_ids, which gives none: app.order_ids has no column");
                });
        for (String sql : List.of(
                "INSERT INTO orders (id, total) VALUES (500, 5)",
                "SELECT * FROM orders WHERE id = 5",
                "INSERT INTO order_ids VALUES (1)")) {
            assertThat(router.plan(Statement.of(CONTEXT, sql))).as(sql).isInstanceOf(SingleShard.class);
        }
        router.shut(Map.of());
        assertThat(router.plan(Statement.of(CONTEXT, "INSERT INTO orders (total) VALUES (5)")))
                .isInstanceOf(Local.class);
    }

    @Test
    void areExplained() {
        assertThat(router.explain(Statement.of(CONTEXT, "INSERT INTO orders (total) VALUES (5)"))
                        .reason())
                .isEqualTo("generated keys: 1 of the sequence order_ids on b");
    }

    @Test
    void thePolicyNamesATableOnOneShard() {
        assertThatThrownBy(() -> RoutingPolicy.parse(DOCUMENT.replace("sequence: order_ids", "sequence: lines")))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("sequence names lines, which has no rule by strategy single");
        assertThatThrownBy(() ->
                        RoutingPolicy.parse(DOCUMENT.replace("key_type: int, sequence", "key_type: date, sequence")))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("sequence is for key_type int or uint");
    }

    @Test
    void thePolicyIsWrittenWithIt() {
        RoutingPolicy policy = RoutingPolicy.parse(DOCUMENT);
        assertThat(RoutingPolicy.parse(policy.toDocument()).tables()).isEqualTo(policy.tables());
    }
}
