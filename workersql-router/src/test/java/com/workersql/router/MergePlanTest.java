// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.RoutePlan.MultiShard;
import com.workersql.router.RoutePlan.Refused;
import com.workersql.router.merge.Merge;
import com.workersql.router.merge.Merge.Aggregate;
import com.workersql.router.merge.Merge.Comparison;
import com.workersql.router.merge.Merge.Condition;
import com.workersql.router.merge.Merge.Function;
import com.workersql.router.merge.Merge.OrderKey;
import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MergePlanTest {
    private static final StatementContext CONTEXT = StatementContext.of(null, ServerFlavor.MYSQL, 80036);
    private static final RoutingPolicy POLICY = RoutingPolicy.parse("""
            shards: [a, b]
            tables:
              orders: { strategy: hash, key: k, key_type: int }
              items: { strategy: hash, key: k, key_type: int, colocated_with: orders }
            """);

    private final Router router = Router.builder(POLICY).build();

    private MultiShard plan(String sql) {
        RoutePlan plan = router.plan(Statement.of(CONTEXT, sql));
        assertThat(plan).as(sql).isInstanceOf(MultiShard.class);
        return (MultiShard) plan;
    }

    /** The text for the first shard; null where it is that of the client. */
    private String text(String sql) {
        byte[] text = plan(sql).parts().get(0).sql();
        return text == null ? null : new String(text, StandardCharsets.UTF_8);
    }

    private Merge merge(String sql) {
        return (Merge) plan(sql).combination();
    }

    private static OrderKey asc(int column) {
        return new OrderKey(column, false);
    }

    private static OrderKey desc(int column) {
        return new OrderKey(column, true);
    }

    @Test
    void ordersByItemsByPositionsAndByWhatIsAddedForIt() {
        assertThat(merge("SELECT a, b FROM orders ORDER BY b DESC, a").orderBy())
                .containsExactly(desc(1), asc(0));
        assertThat(merge("SELECT a, b FROM orders ORDER BY 2, 1 DESC").orderBy())
                .containsExactly(asc(1), desc(0));
        assertThat(merge("SELECT a, b + 1 AS x FROM orders ORDER BY x").orderBy())
                .containsExactly(asc(1));
        assertThat(merge("SELECT a, b + 1 x FROM orders ORDER BY b + 1").orderBy())
                .containsExactly(asc(2));
        // An alias goes before the column of its name.
        assertThat(merge("SELECT a AS b, b AS a FROM orders ORDER BY a").orderBy())
                .containsExactly(asc(1));
        assertThat(text("SELECT a FROM orders ORDER BY a")).isNull();
        assertThat(text("SELECT a FROM orders WHERE c = 'FROM' ORDER BY b, UPPER(c) DESC"))
                .isEqualTo(
                        "SELECT a, b AS workersql_1, UPPER(c) AS workersql_2 FROM orders WHERE c = 'FROM' ORDER BY b,"
                                + " UPPER(c) DESC");
        Merge added = merge("SELECT a FROM orders ORDER BY b, UPPER(c) DESC");
        assertThat(added.orderBy()).containsExactly(asc(1), desc(2));
        assertThat(added.hiddenColumns()).isEqualTo(2);
        Merge star = merge("SELECT * FROM orders ORDER BY b, a DESC");
        assertThat(star.orderBy()).containsExactly(asc(-2), desc(-1));
        assertThat(star.hiddenColumns()).isEqualTo(2);
        assertThat(text("SELECT o.*, l.price FROM orders o JOIN items l ON o.k = l.k ORDER BY l.price"))
                .startsWith("SELECT o.*, l.price, l.price AS workersql_1 FROM");
    }

    @Test
    void limitsLetEnoughRowsThrough() {
        assertThat(text("SELECT a FROM orders LIMIT 5")).isNull();
        assertThat(merge("SELECT a FROM orders LIMIT 5"))
                .returns(0L, Merge::offset)
                .returns(5L, Merge::limit);
        assertThat(text("SELECT a FROM orders ORDER BY a LIMIT 10, 5"))
                .isEqualTo("SELECT a FROM orders ORDER BY a LIMIT 15");
        assertThat(text("SELECT a FROM orders LIMIT 5 OFFSET 10")).isEqualTo("SELECT a FROM orders LIMIT 15");
        assertThat(merge("SELECT a FROM orders LIMIT 5 OFFSET 10"))
                .returns(10L, Merge::offset)
                .returns(5L, Merge::limit);
        assertThat(merge("SELECT a FROM orders LIMIT 0").limit()).isZero();
    }

    @Test
    void aggregatesAreTakenApart() {
        assertThat(merge("SELECT COUNT(*), sum(a), MIN(b) AS m, MAX(DISTINCT b) FROM orders")
                        .aggregates())
                .containsExactly(
                        new Aggregate(0, Function.COUNT, 0),
                        new Aggregate(1, Function.SUM, 1),
                        new Aggregate(2, Function.MIN, 2),
                        new Aggregate(3, Function.MAX, 3));
        assertThat(text("SELECT COUNT(*) FROM orders")).isNull();
        assertThat(text("SELECT AVG(a + 1), AVG(b) AS mean, COUNT(*) FROM orders"))
                .isEqualTo("SELECT SUM(a + 1) AS `AVG(a + 1)`, SUM(b) AS mean, COUNT(*), COUNT(a + 1) AS workersql_1,"
                        + " COUNT(b) AS workersql_2 FROM orders");
        Merge average = merge("SELECT AVG(a), COUNT(*) FROM orders");
        assertThat(average.aggregates())
                .containsExactly(new Aggregate(0, Function.AVG, 2), new Aggregate(1, Function.COUNT, 1));
        assertThat(average.hiddenColumns()).isEqualTo(1);
        assertThat(average.inWords()).isEqualTo("AVG(), COUNT()");
    }

    @Test
    void groupsAreMergedByTheirColumns() {
        Merge merge = merge("SELECT a, COUNT(*) AS n FROM orders GROUP BY a ORDER BY n DESC LIMIT 3");
        assertThat(merge.groupBy()).containsExactly(0);
        assertThat(merge.orderBy()).containsExactly(desc(1));
        assertThat(merge.limit()).isEqualTo(3);
        // The first three of a shard need not be the first three of all.
        assertThat(text("SELECT a, COUNT(*) AS n FROM orders GROUP BY a ORDER BY n DESC LIMIT 3"))
                .isEqualTo("SELECT a, COUNT(*) AS n FROM orders GROUP BY a ORDER BY n DESC ");
        Merge hidden = merge("SELECT COUNT(*) FROM orders GROUP BY a");
        assertThat(hidden.groupBy()).containsExactly(1);
        assertThat(hidden.hiddenColumns()).isEqualTo(1);
        assertThat(merge("SELECT a, COUNT(*) FROM orders GROUP BY a ORDER BY COUNT(*)")
                        .orderBy())
                .containsExactly(asc(1));
        assertThat(merge("SELECT DISTINCT a FROM orders ORDER BY a").isDistinct())
                .isTrue();
    }

    @Test
    void groupsAreChosenBehindTheMerge() {
        String sql =
                "SELECT a, COUNT(*) AS n FROM orders GROUP BY a HAVING n > 2 AND 10 >= SUM(b) AND a <> 'x' ORDER BY a";
        Merge merge = merge(sql);
        assertThat(merge.having())
                .containsExactly(
                        new Condition(1, Comparison.GREATER, new ParameterValue.SignedInteger(2)),
                        new Condition(2, Comparison.LESS_OR_EQUAL, new ParameterValue.SignedInteger(10)),
                        new Condition(0, Comparison.NOT_EQUAL, new ParameterValue.Text("x")));
        assertThat(merge.aggregates())
                .containsExactly(new Aggregate(1, Function.COUNT, 1), new Aggregate(2, Function.SUM, 2));
        assertThat(merge.hiddenColumns()).isEqualTo(1);
        // A shard has a part of each group: none of them is to be left out there.
        assertThat(text(sql))
                .isEqualTo("SELECT a, COUNT(*) AS n, SUM(b) AS workersql_1 FROM orders GROUP BY a  ORDER BY a");
        assertThat(merge.inWords()).isEqualTo("GROUP BY, COUNT(), SUM(), HAVING, ORDER BY");
        Merge average = merge("SELECT a FROM orders GROUP BY a HAVING AVG(b) = 1.5");
        assertThat(average.aggregates()).containsExactly(new Aggregate(1, Function.AVG, 2));
        assertThat(average.having())
                .containsExactly(new Condition(1, Comparison.EQUAL, new ParameterValue.Decimal("1.5")));
        assertThat(average.hiddenColumns()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT COUNT(DISTINCT a) FROM orders",
                "SELECT SUM(a) / COUNT(*) FROM orders",
                "SELECT a, COUNT(*) FROM orders",
                "SELECT a, b, COUNT(*) FROM orders GROUP BY a",
                "SELECT a + 1 AS a, COUNT(*) FROM orders GROUP BY a",
                "SELECT a, COUNT(*) FROM orders GROUP BY a WITH ROLLUP",
                "SELECT a, COUNT(*) FROM orders GROUP BY a HAVING COUNT(*) > 1 OR a = 1",
                "SELECT a, COUNT(*) FROM orders GROUP BY a HAVING COUNT(*) BETWEEN 1 AND 2",
                "SELECT a, COUNT(*) FROM orders GROUP BY a HAVING COUNT(*) > MIN(b)",
                "SELECT a, COUNT(*) FROM orders GROUP BY a HAVING COUNT(*) + 1 > 2",
                "SELECT a, COUNT(*) FROM orders GROUP BY a HAVING NOT a = 1",
                "SELECT a, COUNT(*) FROM orders GROUP BY a HAVING COUNT(DISTINCT b) > 1",
                "SELECT a, COUNT(*) AS a FROM orders GROUP BY k HAVING a > 1",
                "SELECT a, COUNT(*) FROM orders GROUP BY a HAVING b > 1",
                "SELECT a FROM orders HAVING a > 1",
                "SELECT COUNT(*) FROM orders GROUP BY a + 1",
                "SELECT GROUP_CONCAT(a) FROM orders",
                "SELECT *, COUNT(*) FROM orders",
                "SELECT DISTINCT a FROM orders ORDER BY b",
                "SELECT a, COUNT(*) FROM orders GROUP BY a ORDER BY b",
                "SELECT a + 1 AS x FROM orders ORDER BY x + 1",
                "SELECT a AS x, b AS x FROM orders ORDER BY x",
                "SELECT * FROM orders ORDER BY 1",
                "SELECT a FROM orders ORDER BY 3",
                "SELECT a FROM orders LIMIT 1 FOR UPDATE",
                "SELECT a FROM orders ORDER BY (SELECT 1)",
                "SELECT a FROM orders /*!50000 ORDER BY b */",
                "SELECT ROW_NUMBER() OVER () FROM orders ORDER BY a"
            })
    void whatIsNotProvenIsRefused(String sql) {
        assertThat(router.plan(Statement.of(CONTEXT, sql)))
                .as(sql)
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.errno()).isEqualTo(1235));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    SELECT a FROM orders ORDER BY b LIMIT 2   | ORDER BY, LIMIT over the shards [a, b]
                    SELECT AVG(a) FROM orders                  | AVG() over the shards [a, b]
                    SELECT a FROM orders GROUP BY a HAVING COUNT(*) > 1 | GROUP BY, COUNT(), HAVING over the shards [a, b]
                    INSERT INTO orders (k) VALUES (1), (2), (3), (4), (5), (6), (7), (8) | INSERT over the shards [a, b]
                    """)
    void aCallerThatOnlyConcatenatesGetsARefusalInstead(String sql, String reason) {
        Router modest = Router.builder(POLICY)
                .multiShard(MultiShardSupport.CONCATENATION)
                .build();
        assertThat(modest.plan(Statement.of(CONTEXT, sql)))
                .isInstanceOfSatisfying(
                        Refused.class, no -> assertThat(no.reason()).contains("'" + reason + "'"));
        Explanation explanation = modest.explain(Statement.of(CONTEXT, sql));
        assertThat(explanation.kind()).isEqualTo("refused");
        assertThat(explanation.combination())
                .isEqualTo(router.explain(Statement.of(CONTEXT, sql)).combination())
                .isNotNull();
        assertThat(modest.plan(Statement.of(CONTEXT, "SELECT a FROM orders"))).isInstanceOf(MultiShard.class);
    }

    @Test
    void explanationsHaveKeysShardsHintsAndMerge() {
        Explanation explanation = router.explain(Statement.of(
                CONTEXT, "SELECT /*+ bounded=1500 scatter=allow */ a FROM orders WHERE k IN (1, 2, 3, 4) LIMIT 2"));
        assertThat(explanation.keys()).extracting(key -> key.key()).containsExactly("1", "2", "3", "4");
        assertThat(explanation.keys())
                .allSatisfy(key ->
                        assertThat(router.policy().slots().owner(key.slot())).isEqualTo(key.shard()));
        assertThat(explanation.hints().toString()).isEqualTo("bounded=1500 scatter=allow");
        assertThat(explanation.shards()).isEqualTo(List.of("a", "b"));
        assertThat(explanation.combination()).isInstanceOf(Merge.class);
    }
}
