// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.retry;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Bounds retries by a share of the calls and a small constant rate: each call puts a fraction of a token in, time puts in the
 * rest, and each retry takes a whole one. When everything fails at once the budget runs dry after a moment, and the load on
 * what is sick is hardly more than without retries.
 *
 * <p>Safe for use by any number of threads, without blocking. {@link #recordCall()} costs one addition.
 */
public final class RetryBudget {
    private static final long TOKEN = 1_000_000;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long depositPerCall;
    private final long depositPerSecond;
    private final long capacity;
    private final LongSupplier nanoClock;
    private final LongAdder deposits = new LongAdder();
    private final AtomicLong spentOrLost = new AtomicLong();
    private final long startNanos;
    private final LongAdder granted = new LongAdder();
    private final LongAdder refused = new LongAdder();

    /**
     * A budget that is full.
     *
     * @param share how many retries each call allows, 0 to 1; 0.2 is one for five calls
     * @param perSecond how many retries each second allows on top, 0 to 1,000,000, so that few calls have some as well
     * @param capacitySeconds how much can be saved up: what {@code perSecond} gives in that time, and at least 10; 1 to 3,600
     * @param nanoClock a monotonic clock in nanoseconds, as {@code System::nanoTime}
     * @throws IllegalArgumentException if a value is out of its range
     */
    public RetryBudget(double share, int perSecond, int capacitySeconds, LongSupplier nanoClock) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share is " + share + ", allowed is 0 to 1");
        }
        if (perSecond < 0 || perSecond > 1_000_000) {
            throw new IllegalArgumentException("perSecond is " + perSecond + ", allowed is 0 to 1000000");
        }
        if (capacitySeconds < 1 || capacitySeconds > 3_600) {
            throw new IllegalArgumentException("capacitySeconds is " + capacitySeconds + ", allowed is 1 to 3600");
        }
        this.depositPerCall = (long) (share * TOKEN);
        this.depositPerSecond = perSecond * TOKEN;
        this.capacity = Math.max(10 * TOKEN, depositPerSecond * capacitySeconds);
        this.nanoClock = Objects.requireNonNull(nanoClock, "nanoClock");
        this.startNanos = nanoClock.getAsLong();
    }

    /** Takes note of a call that is no retry. */
    public void recordCall() {
        if (depositPerCall != 0) {
            deposits.add(depositPerCall);
        }
    }

    /**
     * Asks for one retry.
     *
     * @return true when it may be made; it is paid for then
     */
    public boolean tryRetry() {
        long earned = earned();
        while (true) {
            long spent = spentOrLost.get();
            // What was saved up beyond the capacity is lost for good.
            long floor = Math.max(spent, earned - capacity);
            if (earned - floor < TOKEN) {
                refused.increment();
                return false;
            }
            if (spentOrLost.compareAndSet(spent, floor + TOKEN)) {
                granted.increment();
                return true;
            }
        }
    }

    private long earned() {
        long seconds = (nanoClock.getAsLong() - startNanos) / NANOS_PER_SECOND;
        return capacity + deposits.sum() + seconds * depositPerSecond;
    }

    /**
     * How many retries could be made right now.
     *
     * @return 0 or more
     */
    public long balance() {
        long earned = earned();
        return (earned - Math.max(spentOrLost.get(), earned - capacity)) / TOKEN;
    }

    /**
     * How many retries were allowed since the start.
     *
     * @return 0 or more
     */
    public long granted() {
        return granted.sum();
    }

    /**
     * How many retries were refused since the start.
     *
     * @return 0 or more
     */
    public long refused() {
        return refused.sum();
    }
}
