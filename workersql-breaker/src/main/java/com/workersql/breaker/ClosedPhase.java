// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Closed. The phase is also the permit of every call made during it, which spares an object per call.
 */
final class ClosedPhase implements Phase, Permit {
    private final CircuitBreaker breaker;
    private final CircuitBreakerConfig config;
    private final long sequence;
    private final long sinceNanos;
    private final int openingsBefore;
    private final AtomicInteger consecutiveFailures = new AtomicInteger();
    private final SlidingWindow window;

    ClosedPhase(CircuitBreaker breaker, long sequence, long sinceNanos, int openingsBefore) {
        this.breaker = breaker;
        this.config = breaker.config();
        this.sequence = sequence;
        this.sinceNanos = sinceNanos;
        this.openingsBefore = openingsBefore;
        this.window = new SlidingWindow(sinceNanos, config.windowNanos());
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public BreakerState state() {
        return BreakerState.CLOSED;
    }

    int consecutiveFailures() {
        return consecutiveFailures.get();
    }

    SlidingWindow window() {
        return window;
    }

    /** The open time keeps growing until the breaker has stayed closed for a whole window: a flapping one backs off. */
    int nextOpenings(long nowNanos) {
        return nowNanos - sinceNanos >= config.windowNanos() ? 1 : openingsBefore + 1;
    }

    @Override
    public void succeeded(long durationNanos) {
        record(false, config.countsAsSlow(durationNanos));
    }

    @Override
    public void failed(long durationNanos) {
        record(true, config.countsAsSlow(durationNanos));
    }

    @Override
    public void timedOut() {
        record(false, true);
    }

    @Override
    public void released() {}

    @Override
    public boolean isProbe() {
        return false;
    }

    private void record(boolean failed, boolean slow) {
        if (!breaker.isIn(this)) {
            breaker.countLateOutcome();
            return;
        }
        long nowNanos = breaker.nowNanos();
        window.add(nowNanos, failed, slow);
        if (failed) {
            int inARow = consecutiveFailures.incrementAndGet();
            if (config.consecutiveFailures() > 0 && inARow >= config.consecutiveFailures()) {
                breaker.trip(this, TransitionCause.CONSECUTIVE_FAILURES, nowNanos);
                return;
            }
        } else if (consecutiveFailures.get() != 0) {
            consecutiveFailures.set(0);
        }
        if (failed || slow) {
            checkRates(nowNanos);
        }
    }

    private void checkRates(long nowNanos) {
        long calls = window.calls(nowNanos);
        if (calls < config.minimumCalls()) {
            return;
        }
        if (config.failureRate() > 0 && window.failures(nowNanos) >= config.failureRate() * calls) {
            breaker.trip(this, TransitionCause.FAILURE_RATE, nowNanos);
        } else if (config.hasSlowCallRule() && window.slowCalls(nowNanos) >= config.slowCallRate() * calls) {
            breaker.trip(this, TransitionCause.SLOW_CALL_RATE, nowNanos);
        }
    }
}
