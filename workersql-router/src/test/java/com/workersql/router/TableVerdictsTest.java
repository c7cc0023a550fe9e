// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.HashFunctions;
import com.workersql.router.policy.RoutingPolicy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class TableVerdictsTest {

    private static final String POLICY = """
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            tables:
              orders: { strategy: hash, key: customer_id, key_type: int }
              order_lines: { strategy: hash, key: customer_id, key_type: int, colocated_with: orders }
              people: { strategy: hash, key: name, key_type: string }
              documents: { strategy: hash, key: id, key_type: uuid }
              days: { strategy: hash, key: day, key_type: date }
              prices: { strategy: hash, key: amount, key_type: decimal }
              countries: { strategy: reference }
              currencies: { strategy: reference }
              settings: { strategy: single, shard: shard_0 }
              audit: { strategy: single, shard: shard_1 }
              events: { strategy: range, key: id, key_type: int, ranges: [ { below: 100, shard: shard_0 }, { below: 200, shard: shard_1 }, { shard: shard_2 } ] }
              logs: { strategy: range, key: day, key_type: date, ranges: [ { below: "2024-01-01", shard: shard_3 }, { shard: shard_0 } ] }
              regions: { strategy: list, key: code, key_type: string, values: { eu: shard_2, us: shard_3 } }
            """;

    private static final StatementContext CONTEXT = StatementContext.of(null, ServerFlavor.MYSQL, 80036);

    private final Router router = Router.builder(RoutingPolicy.parse(POLICY)).build();

    @TestFactory
    Stream<DynamicTest> everyStatementComesToItsVerdictFirstAndAgain() {
        return Stream.of("table-verdicts.txt", "syntax-verdicts.txt")
                .flatMap(file -> VerdictFile.read(file, null).stream())
                .map(line -> DynamicTest.dynamicTest(line.toString(), () -> {
                    byte[] sql = line.sql();
                    Statement statement = new Statement(line.context(), sql, 0, sql.length, null, null);
                    RoutePlan first = router.plan(statement);
                    assertThat(VerdictFile.verdict(first)).as(first::toString).isEqualTo(expected(line.verdict()));
                    assertThat(router.plan(statement)).isEqualTo(first);
                }));
    }

    private String expected(String verdict) {
        if (verdict.equals("any")) {
            return "shard_0";
        }
        if (verdict.equals("all")) {
            return "shard_0,shard_1,shard_2,shard_3";
        }
        if (verdict.equals("scatter")) {
            return "read shard_0,shard_1,shard_2,shard_3";
        }
        if (verdict.startsWith("read:") || verdict.startsWith("write:")) {
            int colon = verdict.indexOf(':');
            List<String> shards = Stream.of(verdict.substring(colon + 1).split(";", -1))
                    .map(key -> key.startsWith("shard_") ? key : shardOf(key))
                    .sorted()
                    .distinct()
                    .toList();
            return verdict.substring(0, colon) + " " + String.join(",", shards);
        }
        return verdict.startsWith("key:") ? shardOf(verdict.substring(4)) : verdict;
    }

    private String shardOf(String key) {
        byte[] bytes = key.startsWith("'")
                ? key.substring(1, key.length() - 1).replace("''", "'").getBytes(StandardCharsets.UTF_8)
                : ByteBuffer.allocate(8).putLong(Long.parseLong(key)).array();
        return router.policy().slots().owner(HashFunctions.XXH64.slot(bytes, 0, bytes.length));
    }

    @Test
    void valuesOfOneShapeGoToTheirOwnShards() {
        for (long key = -50; key < 50; key++) {
            RoutePlan plan = router.plan(Statement.of(CONTEXT, "SELECT * FROM orders WHERE customer_id = " + key));
            assertThat(VerdictFile.verdict(plan)).isEqualTo(shardOf(Long.toString(key)));
        }
        assertThat(router.stats().misses()).isEqualTo(1);
    }

    @Test
    void placeholdersAreBoundToTheirValues() {
        byte[] sql = "SELECT * FROM orders WHERE status = ? AND customer_id = ?".getBytes(StandardCharsets.UTF_8);
        List<ParameterValue> values = List.of(new ParameterValue.Text("x"), new ParameterValue.SignedInteger(77));
        Parameters parameters = new ListedParameters(values);
        RoutePlan plan = router.plan(new Statement(CONTEXT, sql, 0, sql.length, parameters, null));
        assertThat(VerdictFile.verdict(plan)).isEqualTo(shardOf("77"));
        RoutePlan unbound = router.plan(new Statement(CONTEXT, sql, 0, sql.length, null, null));
        assertThat(VerdictFile.verdict(unbound)).isEqualTo("read shard_0,shard_1,shard_2,shard_3");
    }

    @Test
    void preparingGoesToThePreferredShardWhateverTheValues() {
        byte[] sql = "SELECT * FROM orders WHERE customer_id = ?".getBytes(StandardCharsets.UTF_8);
        RoutePlan plan = router.planPrepare(new Statement(CONTEXT, sql, 0, sql.length, null, "shard_2"));
        assertThat(VerdictFile.verdict(plan)).isEqualTo("shard_2");
    }

    @Test
    void readsOfReferenceTablesFollowTheTransaction() {
        byte[] sql = "SELECT * FROM countries".getBytes(StandardCharsets.UTF_8);
        RoutePlan plan = router.plan(new Statement(CONTEXT, sql, 0, sql.length, null, "shard_3"));
        assertThat(VerdictFile.verdict(plan)).isEqualTo("shard_3");
    }
}
