// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.RoutingPolicy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Splitting a list or rows and putting the parts together again loses nothing, adds nothing and changes nothing else. */
class SplitPropertyTest {

    private static final long SEED = Long.getLong("workersql.seed", 20261126L);
    private static final int ROUNDS = Integer.getInteger("workersql.rounds", 2_000);
    private static final StatementContext CONTEXT = StatementContext.of(null, ServerFlavor.MYSQL, 80036);

    private final Router router = Router.builder(RoutingPolicy.parse("""
                    shards: [shard_0, shard_1, shard_2, shard_3]
                    tables: { orders: { strategy: hash, key: customer_id, key_type: int } }
                    """)).build();
    private final Random random = new Random(SEED);

    private static String text(byte[] sql) {
        return new String(sql, StandardCharsets.UTF_8);
    }

    private String blank() {
        String[] blanks = {"", " ", "  ", "\n", "\t"};
        return blanks[random.nextInt(blanks.length)];
    }

    private String filler() {
        String[] values = {"'it''s'", "NULL", "1 + 1", "'a,b)('", "NOW()", "-3", "'\\'),('", "CONCAT('(', ',')", "'ü'"};
        return values[random.nextInt(values.length)];
    }

    @Test
    void listsAreSplitWithoutLoss() {
        System.out.println("seed " + SEED);
        for (int round = 0; round < ROUNDS; round++) {
            List<String> keys = new ArrayList<>();
            int count = 2 + random.nextInt(30);
            for (int i = 0; i < count; i++) {
                String key = Integer.toString(random.nextInt(100) - 50);
                keys.add(random.nextInt(10) == 0 ? "'" + key + "'" : key);
            }
            String before = "SELECT 1, 'x (1, 2)' FROM orders WHERE status IN (7, 8) AND customer_id IN (" + blank();
            String after = blank() + ") AND note = 'customer_id IN (1)' -- (3)";
            String sql = before + String.join(blank() + "," + blank(), keys) + after;
            RoutePlan plan = router.plan(Statement.of(CONTEXT, sql));
            if (!(plan instanceof RoutePlan.MultiShard several)) {
                assertThat(plan).as(sql).isInstanceOf(RoutePlan.SingleShard.class);
                continue;
            }
            List<String> joined = new ArrayList<>();
            for (ShardStatement part : several.parts()) {
                String own = text(part.sql());
                assertThat(own).startsWith(before).endsWith(after);
                joined.addAll(List.of(own.substring(before.length(), own.length() - after.length())
                        .split(",", -1)));
                RoutePlan alone = router.plan(Statement.of(CONTEXT, own));
                assertThat(alone).as(own).isInstanceOf(RoutePlan.SingleShard.class);
                assertThat(((RoutePlan.SingleShard) alone).shard()).isEqualTo(part.shard());
            }
            assertThat(joined).as(sql).containsExactlyInAnyOrderElementsOf(keys);
        }
    }

    @Test
    void rowsAreSplitWithoutLoss() {
        System.out.println("seed " + SEED);
        Pattern mark = Pattern.compile("'row(\\d+)'");
        for (int round = 0; round < ROUNDS; round++) {
            List<String> rows = new ArrayList<>();
            int count = 2 + random.nextInt(20);
            String word = random.nextInt(4) == 0 ? "ROW" : "";
            for (int i = 0; i < count; i++) {
                int key = random.nextInt(60) - 30;
                rows.add(word + "(" + blank() + filler() + "," + key + ", 'row" + i + "'," + filler() + ")");
            }
            String before = "INSERT INTO orders (a, customer_id, m, b) VALUES " + blank();
            String after = random.nextBoolean() ? "" : blank() + " ON DUPLICATE KEY UPDATE b = 'VALUES (1, 2)'";
            String sql = before + String.join(blank() + "," + blank(), rows) + after;
            RoutePlan plan = router.plan(Statement.of(CONTEXT, sql));
            if (!(plan instanceof RoutePlan.MultiShard several)) {
                assertThat(plan).as(sql).isInstanceOf(RoutePlan.SingleShard.class);
                continue;
            }
            List<Integer> seen = new ArrayList<>();
            for (ShardStatement part : several.parts()) {
                String own = text(part.sql());
                assertThat(own).as(sql).startsWith(before).endsWith(after);
                Matcher matcher = mark.matcher(own);
                List<String> expected = new ArrayList<>();
                while (matcher.find()) {
                    int row = Integer.parseInt(matcher.group(1));
                    seen.add(row);
                    expected.add(rows.get(row));
                }
                assertThat(own).isEqualTo(before + String.join(",", expected) + after);
                RoutePlan alone = router.plan(Statement.of(CONTEXT, own));
                assertThat(alone).as(own).isInstanceOf(RoutePlan.SingleShard.class);
                assertThat(((RoutePlan.SingleShard) alone).shard()).isEqualTo(part.shard());
            }
            assertThat(seen).as(sql).hasSize(count).doesNotHaveDuplicates();
        }
    }

    @Test
    void placeholdersGoWithTheirValues() {
        for (int round = 0; round < ROUNDS; round++) {
            int count = 2 + random.nextInt(12);
            List<ParameterValue> values = new ArrayList<>();
            values.add(new ParameterValue.Text("status"));
            for (int i = 0; i < count; i++) {
                values.add(new ParameterValue.SignedInteger(random.nextInt(100)));
            }
            values.add(new ParameterValue.Text("tail"));
            String sql = "SELECT * FROM orders WHERE status = ? AND customer_id IN (" + "?,".repeat(count - 1)
                    + "?) AND note = ?";
            RoutePlan plan = router.plan(prepared(sql, values));
            if (!(plan instanceof RoutePlan.MultiShard several)) {
                continue;
            }
            List<Integer> seen = new ArrayList<>();
            for (ShardStatement part : several.parts()) {
                assertThat(part.parameters()[0]).isZero();
                assertThat(part.parameters()[part.parameters().length - 1]).isEqualTo(count + 1);
                List<ParameterValue> own = new ArrayList<>();
                for (int parameter : part.parameters()) {
                    own.add(values.get(parameter));
                    seen.add(parameter);
                }
                RoutePlan alone = router.plan(prepared(text(part.sql()), own));
                assertThat(((RoutePlan.SingleShard) alone).shard()).isEqualTo(part.shard());
            }
            seen.removeIf(parameter -> parameter == 0 || parameter == count + 1);
            assertThat(seen).hasSize(count).doesNotHaveDuplicates();
        }
    }

    private static Statement prepared(String sql, List<ParameterValue> values) {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        Parameters parameters = new ListedParameters(values);
        return new Statement(CONTEXT, bytes, 0, bytes.length, parameters, null);
    }
}
