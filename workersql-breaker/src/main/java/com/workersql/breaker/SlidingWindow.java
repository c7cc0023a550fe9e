// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts of calls over the last stretch of time, in ten slices, without locks or allocation.
 *
 * <p>Each counter is a long with the number of its slice in the upper half and the count in the lower one. So one
 * compare-and-set both recognises a counter left over from an earlier turn of the ring and starts it anew: there is no
 * moment in which a slice is being cleared and an increment could be lost. The window is as long as configured, less the
 * part of the youngest slice that is still to come.
 */
final class SlidingWindow {
    static final int SLICES = 10;
    private static final long COUNT_MASK = 0xFFFF_FFFFL;

    private final long startNanos;
    private final long sliceNanos;
    private final AtomicLongArray calls = new AtomicLongArray(SLICES);
    private final AtomicLongArray failures = new AtomicLongArray(SLICES);
    private final AtomicLongArray slowCalls = new AtomicLongArray(SLICES);

    SlidingWindow(long startNanos, long windowNanos) {
        this.startNanos = startNanos;
        this.sliceNanos = Math.max(1, windowNanos / SLICES);
    }

    void add(long nowNanos, boolean failed, boolean slow) {
        int slice = slice(nowNanos);
        // Calls first: whoever reads meanwhile may see too low a rate, never one above 1.
        increment(calls, slice);
        if (failed) {
            increment(failures, slice);
        }
        if (slow) {
            increment(slowCalls, slice);
        }
    }

    long calls(long nowNanos) {
        return sum(calls, slice(nowNanos));
    }

    long failures(long nowNanos) {
        return sum(failures, slice(nowNanos));
    }

    long slowCalls(long nowNanos) {
        return sum(slowCalls, slice(nowNanos));
    }

    private int slice(long nowNanos) {
        return (int) (Math.max(0, nowNanos - startNanos) / sliceNanos);
    }

    private static void increment(AtomicLongArray counters, int slice) {
        int index = Integer.remainderUnsigned(slice, SLICES);
        while (true) {
            long found = counters.get(index);
            // A thread that read the clock and was then held up counts in the younger slice it finds.
            boolean isStale = (int) (found >>> 32) - slice < 0;
            long next = isStale ? ((long) slice << 32) | 1 : found + 1;
            if (counters.compareAndSet(index, found, next)) {
                return;
            }
        }
    }

    private static long sum(AtomicLongArray counters, int slice) {
        long sum = 0;
        for (int index = 0; index < SLICES; index++) {
            long counter = counters.get(index);
            if (slice - (int) (counter >>> 32) < SLICES) {
                sum += counter & COUNT_MASK;
            }
        }
        return sum;
    }
}
