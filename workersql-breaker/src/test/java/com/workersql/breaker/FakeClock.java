// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock that stands still until it is moved. Starts near the overflow of a long, as {@code System.nanoTime} may. */
public final class FakeClock implements LongSupplier {
    private final AtomicLong nowNanos;

    public FakeClock() {
        nowNanos = new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(40).toNanos());
    }

    @Override
    public long getAsLong() {
        return nowNanos.get();
    }

    public void advance(Duration duration) {
        nowNanos.addAndGet(duration.toNanos());
    }

    public void advanceMillis(long millis) {
        advance(Duration.ofMillis(millis));
    }
}
