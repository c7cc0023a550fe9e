// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.internal.plan;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.workersql.router.RouterStats;
import com.workersql.router.ServerFlavor;
import com.workersql.router.Statement;
import com.workersql.router.StatementContext;
import com.workersql.router.internal.analyze.Analysis;
import com.workersql.router.internal.analyze.Grammar;
import com.workersql.router.internal.classify.Classifier;
import com.workersql.router.internal.classify.Verdict;
import com.workersql.router.internal.lex.FoldedStatement;
import com.workersql.router.internal.plan.ScratchPool.Scratch;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What is known of statements by their folded texts, within a weight. Safe for any thread. */
final class ShapeCache {
    private final Grammar grammar = new Grammar();
    private final Cache<PlanKey, Shape> shapes;
    private final long seed;
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder unparsable = new LongAdder();
    private final LongAdder disagreements = new LongAdder();

    /**
     * @param weightBytes how much the analyses may weigh, estimated
     * @param seed the hash's seed
     */
    ShapeCache(long weightBytes, long seed) {
        this.seed = seed;
        this.shapes = Caffeine.newBuilder()
                .maximumWeight(weightBytes)
                .weigher((PlanKey key, Shape shape) -> key.weightBytes() + shape.weightBytes())
                // Evictions are done by the caller: the router owns no thread.
                .executor(Runnable::run)
                .recordStats()
                .build();
    }

    /** The shape of the folded text; null where it is not here. */
    Shape find(Scratch scratch, StatementContext context) {
        scratch.probe.set(scratch.folded, context, seed);
        return shapes.getIfPresent(scratch.probe);
    }

    /** As {@link #find}, for a statement that is planned by it: counted, and noted where it is explained. */
    Shape hit(Scratch scratch, StatementContext context, RouteTrace trace) {
        Shape shape = find(scratch, context);
        if (shape != null) {
            hits.increment();
            if (trace != null) {
                trace.hit();
            }
        }
        return shape;
    }

    /** Analyses a statement whose shape is not here, and keeps it; the probe is that of {@link #find}. */
    Shape analysed(Statement statement, Scratch scratch, Verdict verdict) {
        misses.increment();
        Analysis analysis = Analysis.of(
                scratch.folded, verdict.info().kind(), statement.context().flavor(), grammar);
        if (!analysis.parsed()) {
            unparsable.increment();
        } else if (!analysis.agreed()) {
            disagreements.increment();
        }
        Shape shape = new Shape(verdict, analysis, Sample.of(statement));
        shapes.put(scratch.probe.kept(), shape);
        return shape;
    }

    /** Counts a statement whose tables lexer and grammar do not agree on. */
    void disagreed() {
        disagreements.increment();
    }

    /** All that are here. */
    Collection<Shape> all() {
        return shapes.asMap().values();
    }

    /** Parses one statement of each usual kind, so that grammar and caches are there when the first client comes. */
    void warmUp() {
        List<String> statements = List.of(
                "SELECT a, COUNT(*) FROM t AS x JOIN u ON x.id = u.id WHERE x.id = 1 AND b IN (1, 2) GROUP BY a ORDER BY a LIMIT 1",
                "INSERT INTO t (a, b) VALUES (1, 'x') ON DUPLICATE KEY UPDATE b = 'y'",
                "UPDATE t SET a = 1 WHERE id = 2",
                "DELETE FROM t WHERE id = 3",
                "CREATE TABLE t (id BIGINT PRIMARY KEY, a VARCHAR(10))");
        for (ServerFlavor flavor : ServerFlavor.values()) {
            StatementContext context = StatementContext.of(null, flavor, 0);
            FoldedStatement s = new FoldedStatement();
            for (String statement : statements) {
                byte[] bytes = statement.getBytes(StandardCharsets.US_ASCII);
                s.fold(bytes, 0, bytes.length, context);
                Analysis.of(s, Classifier.classify(s).info().kind(), flavor, grammar);
            }
        }
    }

    /** Does what has been put off. */
    void settle() {
        shapes.cleanUp();
    }

    /** The counters now, with those of others. */
    RouterStats stats(long refused, long faults) {
        long weight = shapes.policy()
                .eviction()
                .map(eviction -> eviction.weightedSize().orElse(0))
                .orElse(0L);
        return new RouterStats(
                hits.sum(),
                misses.sum(),
                shapes.stats().evictionCount(),
                weight,
                unparsable.sum(),
                disagreements.sum(),
                refused,
                faults);
    }
}
