// SPDX-License-Identifier: Apache-2.0
package com.workersql.router;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.RoutingPolicy;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * {@code mvn test -pl workersql-router -Dtest=ShapeFloodTest -DtestHeap=64m -Dworkersql.shapes=1000000} is the long
 * form: a million shapes in a heap of 64 MB.
 */
class ShapeFloodTest {

    private static final int SHAPES = Integer.getInteger("workersql.shapes", 4_000);

    private static final List<String> PARTS = List.of(
            "a = 1",
            "b IN (1)",
            "c BETWEEN 1 AND 2",
            "d LIKE 'x'",
            "e IS NULL",
            "EXISTS (SELECT 1 FROM u)",
            "NOT f",
            "g + 1 > 2",
            "(h)",
            "CASE WHEN i THEN 1 END",
            "COALESCE(j, 1)",
            "k REGEXP 'x'");

    /** Enough tokens for the grammar's caches to be replaced on the way. */
    @Test
    void aFloodOfNewShapesIsPlannedWithinTheCachesBound() {
        Router router = Router.builder(RoutingPolicy.parse("shards: [only]"))
                .planCacheMaxWeightBytes(1 << 20)
                .build();
        StatementContext context = StatementContext.of(null, ServerFlavor.MYSQL, 80036);
        Random random = new Random(5);
        for (int shape = 0; shape < SHAPES; shape++) {
            StringBuilder sql = new StringBuilder("SELECT c" + shape + " FROM t WHERE 1");
            for (int part = random.nextInt(12); part >= 0; part--) {
                sql.append(random.nextBoolean() ? " AND " : " OR ").append(PARTS.get(random.nextInt(PARTS.size())));
            }
            assertThat(VerdictFile.verdict(router.plan(Statement.of(context, sql.toString()))))
                    .as(sql.toString())
                    .isEqualTo("only");
            if (shape % 100_000 == 99_999) {
                Runtime runtime = Runtime.getRuntime();
                System.out.printf(
                        "%d shapes, %d of at most %d MB used%n",
                        shape + 1, (runtime.totalMemory() - runtime.freeMemory()) >> 20, runtime.maxMemory() >> 20);
            }
        }
        assertThat(router.stats().unparsable()).isZero();
        assertThat(router.stats().misses()).isEqualTo(SHAPES);
        assertThat(router.stats().cachedWeightBytes()).isLessThanOrEqualTo(1 << 20);
    }
}
