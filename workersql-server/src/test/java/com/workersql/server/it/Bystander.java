// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** A client of another shard, that goes on while one is sick: none of its statements may fail, and their times are kept. */
final class Bystander {
    private static final int MAX_STATEMENTS = 500_000;

    private final AtomicBoolean ended = new AtomicBoolean();
    private final CompletableFuture<long[]> latencies;

    /** Asks on this connection, and closes it, until it is told to end. */
    Bystander(Connection connection) {
        latencies = InThread.inThread(() -> {
            var nanos = new long[MAX_STATEMENTS];
            int count = 0;
            try (connection) {
                while (!ended.get() && count < nanos.length) {
                    long before = System.nanoTime();
                    ShardFixture.text(connection, "SELECT 7");
                    nanos[count++] = System.nanoTime() - before;
                }
            } catch (SQLException e) {
                throw new SQLException("the other shard's client got an error", e);
            }
            return Arrays.copyOf(nanos, count);
        });
    }

    /** What its statements took, the shortest first. */
    private long[] sorted() throws Exception {
        ended.set(true);
        var sorted = latencies.get(10, TimeUnit.SECONDS);
        Arrays.sort(sorted);
        assertThat(sorted).isNotEmpty();
        return sorted;
    }

    /** Ends it; 99 of 100 of its statements took no longer. */
    long p99Nanos() throws Exception {
        var sorted = sorted();
        return sorted[sorted.length * 99 / 100];
    }

    /** Ends it; fails when a statement on the other shard had an error. */
    void end(String fault) throws Exception {
        var sorted = sorted();
        System.out.printf(
                "other shard during '%s': %d statements, p50 %d us, p99 %d us%n",
                fault,
                sorted.length,
                TimeUnit.NANOSECONDS.toMicros(sorted[sorted.length / 2]),
                TimeUnit.NANOSECONDS.toMicros(sorted[sorted.length * 99 / 100]));
        assertThat(Duration.ofNanos(sorted[sorted.length / 2])).isLessThan(Duration.ofSeconds(1));
    }
}
