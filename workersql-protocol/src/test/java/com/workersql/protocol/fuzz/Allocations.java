// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Counts what decoders allocate on the thread that asks, without what was measured {@linkplain #alone alone} on the way. */
final class Allocations {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final ThreadLocal<long[]> ALONE = ThreadLocal.withInitial(() -> new long[1]);

    private Allocations() {}

    /** Bytes that an action allocates. */
    static long of(Runnable action) {
        long before = counted();
        action.run();
        return counted() - before;
    }

    private static long counted() {
        return THREADS.getCurrentThreadAllocatedBytes() - ALONE.get()[0];
    }

    /**
     * Runs one step that has a limit of its own, and leaves it out of what is counted around it: for what the test does with the
     * same bytes more often than anybody would.
     *
     * @param limitBytes what it may allocate; once more where its first run is over that, since it may have loaded classes
     */
    static void alone(long limitBytes, Runnable step) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            long bytes = of(step);
            if (bytes > limitBytes) {
                bytes = of(step);
            }
            assertThat(bytes).as("bytes allocated to read one value").isLessThanOrEqualTo(limitBytes);
        } finally {
            ALONE.get()[0] += THREADS.getCurrentThreadAllocatedBytes() - before;
        }
    }
}
