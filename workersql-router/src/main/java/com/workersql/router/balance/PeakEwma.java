// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.balance;

/**
 * A latency that jumps up with a slow answer and comes down slowly: an average whose weights decay with time, except that a
 * larger value is taken over at once. So a server that becomes slow is avoided after one answer, and tried again after a while.
 * For one thread at a time.
 */
public final class PeakEwma {

    private final double decayNanos;
    private double value;
    private long stampNanos;
    private boolean begun;

    /**
     * Makes one that has seen nothing.
     *
     * @param decayNanos after this time an old value counts for 1/e, in nanoseconds; at least 1
     */
    public PeakEwma(long decayNanos) {
        if (decayNanos < 1) {
            throw new IllegalArgumentException("decayNanos must be at least 1, got " + decayNanos);
        }
        this.decayNanos = decayNanos;
    }

    /**
     * Takes the latency of an answer.
     *
     * @param latencyNanos how long it took
     * @param nowNanos the time, of a clock that only goes forward
     */
    public void observe(long latencyNanos, long nowNanos) {
        if (!begun || latencyNanos >= value) {
            value = latencyNanos;
        } else {
            double old = Math.exp(-Math.max(0, nowNanos - stampNanos) / decayNanos);
            value = value * old + latencyNanos * (1 - old);
        }
        stampNanos = nowNanos;
        begun = true;
    }

    /**
     * {@return the latency now, in nanoseconds; 0 where nothing was observed} It comes down also without answers: a server that is
     * avoided gives none.
     *
     * @param nowNanos the time, of the same clock
     */
    public double nanos(long nowNanos) {
        return begun ? value * Math.exp(-Math.max(0, nowNanos - stampNanos) / decayNanos) : 0;
    }
}
