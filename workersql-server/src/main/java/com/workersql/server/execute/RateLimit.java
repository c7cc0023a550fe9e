// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import java.util.concurrent.atomic.AtomicLong;

/**
 * So many in a second, and no more than those of one second at once. Keeps one number, the time at which the next one would come
 * if all came evenly. Safe for all threads.
 */
final class RateLimit {
    private static final long SECOND_NANOS = 1_000_000_000L;

    private final int perSecond;
    private final long nanosEach;
    private final AtomicLong nextNanos = new AtomicLong();
    private volatile boolean started;

    RateLimit(int perSecond) {
        this.perSecond = perSecond;
        this.nanosEach = SECOND_NANOS / perSecond;
    }

    boolean tryTake(long nowNanos) {
        if (!started) {
            // The clock's origin is arbitrary, so that no number stands for never.
            nextNanos.compareAndSet(0, nowNanos - SECOND_NANOS);
            started = true;
        }
        while (true) {
            long next = nextNanos.get();
            long from = Math.max(next - nowNanos, -SECOND_NANOS + nanosEach);
            if (from > 0) {
                return false;
            }
            if (nextNanos.compareAndSet(next, nowNanos + from + nanosEach)) {
                return true;
            }
        }
    }

    int perSecond() {
        return perSecond;
    }
}
