// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/** A breaker refused the call: it was not made. Carries no stack trace, since it is thrown when there is trouble enough. */
public final class BreakerOpenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String breakerName;
    private final BreakerState state;
    private final BreakerMode mode;
    private final long retryAfterNanos;
    private final int openings;
    private final int probesUnderWay;
    private final long openMillis;
    private final long maxOpenMillis;
    private final int probes;

    /**
     * Describes why the breaker refuses calls now.
     *
     * @param breaker the breaker that refused, not null
     */
    public BreakerOpenException(CircuitBreaker breaker) {
        super(null, null, false, false);
        BreakerSnapshot snapshot = breaker.snapshot();
        this.breakerName = snapshot.name();
        this.state = snapshot.state();
        this.mode = snapshot.mode();
        this.retryAfterNanos = snapshot.retryAfterNanos();
        this.openings = snapshot.openings();
        this.probesUnderWay = snapshot.probesUnderWay();
        this.openMillis = breaker.config().openNanos() / 1_000_000;
        this.maxOpenMillis = breaker.config().maxOpenNanos() / 1_000_000;
        this.probes = breaker.config().probes();
    }

    /** Put together when asked for: of the calls that an open breaker refuses, most have nobody who reads on. */
    @Override
    public String getMessage() {
        String subject = "Call refused, not made: circuit breaker '" + breakerName + "' is ";
        if (mode == BreakerMode.FORCED_OPEN) {
            return subject + "forced open until its mode is changed";
        }
        if (state == BreakerState.OPEN) {
            return subject + "open for another " + retryAfterNanos / 1_000_000 + " ms (opening " + openings
                    + " in a row; openTime " + openMillis + " ms, at most " + maxOpenMillis + " ms)";
        }
        return subject + "half-open with " + probesUnderWay + " probes under way (probes allowed: " + probes + ")";
    }

    /**
     * The name of the breaker that refused.
     *
     * @return not null
     */
    public String breakerName() {
        return breakerName;
    }

    /**
     * The breaker's state when this was made.
     *
     * @return not null
     */
    public BreakerState state() {
        return state;
    }

    /**
     * The breaker's mode when this was made.
     *
     * @return not null
     */
    public BreakerMode mode() {
        return mode;
    }

    /**
     * When a new try makes sense.
     *
     * @return as {@link CircuitBreaker#retryAfterNanos()}
     */
    public long retryAfterNanos() {
        return retryAfterNanos;
    }
}
