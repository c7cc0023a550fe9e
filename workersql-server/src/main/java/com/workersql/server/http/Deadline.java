// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Ticker;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A time-out that is set and cleared for every request, with at most one timer behind it: a timer that fires too early is set
 * again for the rest. Confined to one event loop.
 */
public final class Deadline {
    private static final long NONE = Long.MAX_VALUE;

    private final EventExecutor loop;
    private final Ticker clock;
    private final Runnable expired;
    private long atNanos = NONE;
    private Future<?> timer;
    private long timerAtNanos;

    /**
     * A deadline that is not set.
     *
     * @param loop runs the timer, and its clock counts
     * @param expired called once for each time that is set and passes
     */
    public Deadline(EventExecutor loop, Runnable expired) {
        this.loop = loop;
        this.clock = loop.ticker();
        this.expired = expired;
    }

    /**
     * Sets the time, in place of any that was set.
     *
     * @param millis from now
     */
    public void set(long millis) {
        atNanos = clock.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (timer == null || timerAtNanos > atNanos) {
            stopTimer();
            startTimer();
        }
    }

    /** Forgets the time. */
    public void clear() {
        atNanos = NONE;
    }

    /** Forgets the time and the timer, for good. */
    public void close() {
        atNanos = NONE;
        stopTimer();
    }

    private void startTimer() {
        timerAtNanos = atNanos;
        timer = loop.schedule(this::fire, Math.max(0, atNanos - clock.nanoTime()), TimeUnit.NANOSECONDS);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void fire() {
        timer = null;
        if (atNanos == NONE) {
            return;
        }
        if (atNanos - clock.nanoTime() > 0) {
            startTimer();
            return;
        }
        atNanos = NONE;
        expired.run();
    }
}
