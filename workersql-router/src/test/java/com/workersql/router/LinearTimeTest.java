// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.Isolation;
import com.workersql.router.policy.RoutingPolicy;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Texts that are made to cost much cost what their length costs: the time is the thread's own, the best of several runs. */
class LinearTimeTest {

    private record Attack(String name, int size, IntFunction<String> text) {}

    private static final List<Attack> ATTACKS = List.of(
            new Attack("parentheses", 1 << 20, n -> "SELECT " + "(".repeat(n)),
            new Attack("ORs", 100_000, n -> "SELECT a FROM t WHERE a = 1" + " OR b = 1".repeat(n)),
            new Attack("JOINs", 10_000, n -> "SELECT 1 FROM t" + " JOIN u ON a = b".repeat(n)),
            new Attack("IN", 1_000_000, n -> "SELECT a FROM t WHERE a IN (1" + ",1".repeat(n) + ")"),
            new Attack("VALUES", 100_000, n -> "INSERT INTO t VALUES (1)" + ",(1)".repeat(n)),
            new Attack("VALUES of changing shape", 50_000, n -> "INSERT INTO t VALUES (1)" + ",(1),('x')".repeat(n)),
            new Attack("CASE", 100_000, n -> "SELECT " + "CASE WHEN 1 THEN ".repeat(n)),
            new Attack("NOT", 200_000, n -> "SELECT " + "NOT ".repeat(n) + "1"),
            new Attack("UNION", 50_000, n -> "SELECT 1" + " UNION SELECT 1".repeat(n)),
            new Attack("statements", 100_000, n -> "SELECT 1;".repeat(n)),
            new Attack("names with points", 200_000, n -> "SELECT a" + ".b".repeat(n) + " FROM t"),
            new Attack("quotes", 500_000, n -> "SELECT '" + "''".repeat(n)),
            new Attack("strings side by side", 200_000, n -> "SELECT " + "'a' ".repeat(n)),
            new Attack("comments", 200_000, n -> "SELECT 1 " + "/**/".repeat(n)),
            new Attack("comments without end", 200_000, n -> "SELECT 1 " + "/*".repeat(n)),
            new Attack("versioned comments", 100_000, n -> "SELECT 1 " + "/*!99999 x*/".repeat(n)),
            new Attack("versioned comments within", 100_000, n -> "SELECT 1 " + "/*!50000 ".repeat(n)),
            new Attack("WITH", 20_000, n -> "WITH a AS (SELECT 1)" + ", a AS (SELECT 1)".repeat(n) + " SELECT 1"),
            new Attack("variables", 200_000, n -> "SELECT @a" + ",@a".repeat(n)),
            new Attack("introducers", 100_000, n -> "SELECT " + "_utf16 0xFF,".repeat(n) + "1"),
            new Attack("braces", 200_000, n -> "SELECT " + "{".repeat(n)));

    private final Router router = Router.builder(RoutingPolicy.builder()
                    .shards(List.of("shard_0", "shard_1"))
                    .tenant("ta", "shard_0", Isolation.SCHEMA, "ta")
                    .build())
            .planCacheMaxWeightBytes(0)
            .build();
    private final StatementContext context =
            StatementContext.of("ta", ServerFlavor.MYSQL, 80036).withSchema("ta");

    @TestFactory
    Stream<DynamicTest> theTimeGrowsAsTheText() {
        return ATTACKS.stream()
                .map(attack -> DynamicTest.dynamicTest(attack.name(), () -> {
                    // The first runs compile; sizes at which a single run is well above the clock's step.
                    best(attack, attack.size() / 8, 2);
                    long small = best(attack, attack.size() / 8, 3);
                    long large = best(attack, attack.size(), 2);
                    assertThat((double) large / Math.max(small, 2_000_000))
                            .as("%s: %d us for an eighth, %d us for all", attack.name(), small / 1000, large / 1000)
                            .isLessThan(32);
                }));
    }

    private long best(Attack attack, int size, int rounds) {
        byte[] sql = attack.text().apply(size).getBytes(StandardCharsets.US_ASCII);
        var clock = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        for (int round = 0; round < rounds; round++) {
            long start = clock.getCurrentThreadCpuTime();
            RoutePlan plan = router.plan(new Statement(context, sql, 0, sql.length, null, null));
            best = Math.min(best, clock.getCurrentThreadCpuTime() - start);
            assertThat(VerdictFile.verdict(plan)).isNotEqualTo("1105");
        }
        return best;
    }
}
