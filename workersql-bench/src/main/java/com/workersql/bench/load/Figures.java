// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import java.io.IOException;
import java.sql.SQLException;

/**
 * What one process did under load.
 *
 * @param queriesPerSecond of the round with the least processor time
 * @param microsPerQuery processor time of the process, the least of all rounds, since disturbances only add
 */
record Figures(double queriesPerSecond, double microsPerQuery) {
    private static final double MICROS_PER_TICK = 10_000;

    /** Puts load on it for one round. */
    static Figures of(LoadGenerator load, Proxy proxy, boolean prepared, int threads, int seconds)
            throws IOException, InterruptedException, SQLException {
        long before = proxy.cpuTicks();
        long begun = System.nanoTime();
        long queries = load.run(proxy, prepared, threads, seconds);
        double elapsed = (System.nanoTime() - begun) / 1e9;
        return new Figures(queries / elapsed, (proxy.cpuTicks() - before) * MICROS_PER_TICK / queries);
    }

    Figures better(Figures other) {
        return other == null || microsPerQuery < other.microsPerQuery ? this : other;
    }
}
