// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.replicas;

import com.workersql.router.balance.PeakEwma;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** What one server is doing and how far it is behind, as the choice among servers needs it. Safe for all threads. */
public final class ServerLoad {
    private static final long DECAY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final AtomicInteger inFlight = new AtomicInteger();
    private final PeakEwma latency = new PeakEwma(DECAY_NANOS);
    private final LongAdder reads = new LongAdder();
    private volatile boolean up;
    private volatile Copy copy = Copy.UNKNOWN;

    /**
     * What is known of the data of a server.
     *
     * @param isKnown whether anything is
     * @param asOfNanos the server has all that the primary had committed at this moment, by the gateway's clock
     * @param position what it has executed; empty where it has no GTIDs
     */
    record Copy(boolean isKnown, long asOfNanos, GtidPosition position) {
        static final Copy UNKNOWN = new Copy(false, 0, GtidPosition.EMPTY);
    }

    /** A statement that runs on the server. */
    public final class Running {
        private final long startNanos;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Running(long startNanos) {
            this.startNanos = startNanos;
        }

        /**
         * The statement has ended; only the first call counts.
         *
         * @param nowNanos by the gateway's clock
         * @param answered whether the server has worked on it, so that the time says something of the server
         */
        public void end(long nowNanos, boolean answered) {
            if (ended.compareAndSet(false, true)) {
                inFlight.decrementAndGet();
                if (answered) {
                    synchronized (latency) {
                        latency.observe(nowNanos - startNanos, nowNanos);
                    }
                }
            }
        }
    }

    /**
     * A statement begins.
     *
     * @param nowNanos by the gateway's clock
     * @return to be ended once
     */
    public Running begin(long nowNanos) {
        inFlight.incrementAndGet();
        return new Running(nowNanos);
    }

    /** Counts a read that was sent here because this is a replica. */
    public void readHere() {
        reads.increment();
    }

    /** {@return how many reads were sent here because this is a replica} */
    public long reads() {
        return reads.sum();
    }

    /**
     * The server answers its pings, or does not.
     *
     * @param answers the new state
     */
    public void up(boolean answers) {
        up = answers;
    }

    /** {@return whether the server answers its pings} */
    public boolean isUp() {
        return up;
    }

    /** {@return how many statements run there} */
    public int inFlight() {
        return inFlight.get();
    }

    /**
     * How long its answers take.
     *
     * @param nowNanos by the gateway's clock
     * @return nanoseconds; a slow answer counts at once and is forgotten slowly
     */
    public double latencyNanos(long nowNanos) {
        synchronized (latency) {
            return latency.nanos(nowNanos);
        }
    }

    void copy(Copy known) {
        copy = known;
    }

    Copy copy() {
        return copy;
    }

    /**
     * How far the server may be behind the primary.
     *
     * @param nowNanos by the gateway's clock
     * @return milliseconds, rounded up; -1 when it is not known
     */
    public long lagMillis(long nowNanos) {
        var known = copy;
        if (!known.isKnown()) {
            return -1;
        }
        long nanos = Math.max(0, nowNanos - known.asOfNanos());
        return (nanos + TimeUnit.MILLISECONDS.toNanos(1) - 1) / TimeUnit.MILLISECONDS.toNanos(1);
    }
}
