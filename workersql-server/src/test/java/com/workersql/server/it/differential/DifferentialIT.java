// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.it.ShardedFleet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The same statements through a gateway on four shards and on one server with all the data: the same rows, or a refusal.
 *
 * <p>In the build a few schemas, two at a time; the README has the command of the long form, which ends after {@code
 * workersql.differential.seconds}. A schema's seed is in each difference, and {@code -Dworkersql.seed=} with one schema runs it
 * again, with the same {@code filling} and {@code rounds}.
 */
class DifferentialIT {
    private static final int SCHEMAS = Integer.getInteger("workersql.differential.schemas", 16);
    private static final int LANES = Integer.getInteger("workersql.differential.lanes", 2);
    private static final int TOGETHER = 400;
    private static final long SECONDS = Long.getLong("workersql.differential.seconds", 3_600);
    private static final long SEED = Long.getLong("workersql.seed", 20261126L);
    private static final String NO_TABLES = "version: 1\nshards: [shard_0, shard_1, shard_2, shard_3]\n";

    private final Verdicts verdicts = new Verdicts();
    private final List<Long> seeds = new ArrayList<>();
    private final AtomicInteger begun = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();

    @Test
    void theGatewayGivesTheRowsOfOneServerOrRefuses() throws Exception {
        System.out.println("seed " + SEED);
        inOrder();
        var threads = Executors.newFixedThreadPool(LANES);
        long start;
        try (var fleet = ShardedFleet.start(NO_TABLES)) {
            fleet.writeLazily();
            start = System.nanoTime();
            long end = start + TimeUnit.SECONDS.toNanos(SECONDS);
            List<Callable<Void>> lanes = new ArrayList<>();
            for (int lane = 0; lane < LANES; lane++) {
                String name = lane == 0 ? ShardedFleet.APP : ShardedFleet.APP + lane;
                lanes.add(() -> {
                    if (name.equals(ShardedFleet.APP)) {
                        run(fleet, end);
                    } else {
                        try (var own = fleet.beside(name, NO_TABLES)) {
                            run(own, end);
                        }
                    }
                    return null;
                });
            }
            for (var lane : threads.invokeAll(lanes)) {
                lane.get();
            }
        } finally {
            threads.shutdownNow();
        }
        verdicts.report(ended.get(), (System.nanoTime() - start) / 1e9);
        assertThat(verdicts.differences()).isEmpty();
    }

    /** Seeds whose tables are alike follow one another, as far as the search may end at any time: making tables takes longest. */
    private void inOrder() {
        for (long from = SEED; from < SEED + SCHEMAS; from += TOGETHER) {
            var likeness = new TreeMap<String, List<Long>>();
            for (long seed = from; seed < Math.min(from + TOGETHER, SEED + SCHEMAS); seed++) {
                likeness.computeIfAbsent(new RandomSchema(new Random(seed)).likeness(), alike -> new ArrayList<>())
                        .add(seed);
            }
            likeness.values().forEach(seeds::addAll);
        }
    }

    private void run(ShardedFleet fleet, long end) throws Exception {
        try (var lane = new Lane(fleet, verdicts)) {
            for (int schema = begun.getAndIncrement();
                    schema < SCHEMAS && System.nanoTime() < end && !verdicts.areEnough();
                    schema = begun.getAndIncrement()) {
                lane.run(seeds.get(schema));
                ended.incrementAndGet();
            }
        }
    }
}
