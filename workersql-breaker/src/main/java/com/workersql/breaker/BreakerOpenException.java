// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.util.Locale;

/** A breaker refused the call: it was not made. Carries no stack trace, since it is thrown when there is trouble enough. */
public final class BreakerOpenException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String breakerName;
    private final BreakerState state;
    private final BreakerMode mode;
    private final long retryAfterNanos;

    /**
     * Describes why the breaker refuses calls now.
     *
     * @param breaker the breaker that refused, not null
     */
    public BreakerOpenException(CircuitBreaker breaker) {
        this(breaker, breaker.snapshot());
    }

    private BreakerOpenException(CircuitBreaker breaker, BreakerSnapshot snapshot) {
        super(describe(breaker, snapshot), null, false, false);
        this.breakerName = snapshot.name();
        this.state = snapshot.state();
        this.mode = snapshot.mode();
        this.retryAfterNanos = snapshot.retryAfterNanos();
    }

    private static String describe(CircuitBreaker breaker, BreakerSnapshot snapshot) {
        String subject = "Call refused, not made: circuit breaker '" + snapshot.name() + "' is ";
        if (snapshot.mode() == BreakerMode.FORCED_OPEN) {
            return subject + "forced open until its mode is changed";
        }
        CircuitBreakerConfig config = breaker.config();
        if (snapshot.state() == BreakerState.OPEN) {
            return subject
                    + String.format(
                            Locale.ROOT,
                            "open for another %d ms (opening %d in a row; openTime %d ms, at most %d ms)",
                            snapshot.retryAfterNanos() / 1_000_000,
                            snapshot.openings(),
                            config.openNanos() / 1_000_000,
                            config.maxOpenNanos() / 1_000_000);
        }
        return subject
                + String.format(
                        Locale.ROOT,
                        "half-open with %d probes under way (probes allowed: %d)",
                        snapshot.probesUnderWay(),
                        config.probes());
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
