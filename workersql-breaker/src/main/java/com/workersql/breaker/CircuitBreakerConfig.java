// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.util.Random;

/**
 * What a {@link CircuitBreaker} goes by. Made by {@link CircuitBreakerBuilder}, whose methods state units, ranges and
 * defaults; the constructor checks the same ranges.
 *
 * @param consecutiveFailures failures in a row that open, 0 for never
 * @param failureRate share of failed calls in the window that opens, 0 for never
 * @param slowCallRate share of slow calls in the window that opens, 0 for never
 * @param slowCallNanos a call that took at least as long is slow, in nanoseconds
 * @param minimumCalls calls that the window must hold before a rate opens
 * @param windowNanos length of the sliding window, in nanoseconds
 * @param openNanos how long the first opening lasts, in nanoseconds
 * @param openGrowth factor by which each further opening in a row lasts longer
 * @param maxOpenNanos what an opening lasts at most, in nanoseconds
 * @param openJitter share of the open time that chance may take away
 * @param probes calls that a half-open breaker lets through, all of which must succeed
 * @param probeExpiryNanos after which a probe without an answer loses its place, in nanoseconds
 * @param mode the mode to start in
 */
public record CircuitBreakerConfig(
        int consecutiveFailures,
        double failureRate,
        double slowCallRate,
        long slowCallNanos,
        int minimumCalls,
        long windowNanos,
        long openNanos,
        double openGrowth,
        long maxOpenNanos,
        double openJitter,
        int probes,
        long probeExpiryNanos,
        BreakerMode mode) {

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final long HOUR_NANOS = 3_600 * SECOND_NANOS;
    private static final long MILLI_NANOS = 1_000_000L;

    /**
     * Checks each setting against its range.
     *
     * @throws IllegalArgumentException naming the setting, what was found and what is allowed
     */
    public CircuitBreakerConfig {
        check("consecutiveFailures", consecutiveFailures, 0, 1_000_000);
        check("failureRate", failureRate, 0, 1);
        check("slowCallRate", slowCallRate, 0, 1);
        check("slowCallNanos", slowCallNanos, 1, HOUR_NANOS);
        check("minimumCalls", minimumCalls, 1, 1_000_000);
        check("windowNanos", windowNanos, SECOND_NANOS, HOUR_NANOS);
        check("openNanos", openNanos, MILLI_NANOS, HOUR_NANOS);
        check("openGrowth", openGrowth, 1, 10);
        check("maxOpenNanos", maxOpenNanos, openNanos, 24 * HOUR_NANOS);
        check("openJitter", openJitter, 0, 1);
        check("probes", probes, 1, 1_000);
        check("probeExpiryNanos", probeExpiryNanos, MILLI_NANOS, HOUR_NANOS);
        if (mode == null) {
            throw new IllegalArgumentException("mode is null, allowed is any BreakerMode");
        }
    }

    /**
     * All defaults.
     *
     * @return the configuration of an untouched {@link CircuitBreakerBuilder}
     */
    public static CircuitBreakerConfig defaults() {
        return CircuitBreaker.builder().toConfig();
    }

    boolean hasSlowCallRule() {
        return slowCallRate > 0;
    }

    boolean countsAsSlow(long durationNanos) {
        return slowCallRate > 0 && durationNanos >= slowCallNanos;
    }

    /** How long the given opening in a row lasts. Chance only shortens it, so that the cap holds and still spreads. */
    long openNanos(int openings, Random random) {
        double grown = Math.min((double) maxOpenNanos, openNanos * Math.pow(openGrowth, openings - 1.0));
        return Math.max(1, (long) (grown * (1 - openJitter * random.nextDouble())));
    }

    private static void check(String setting, double found, double min, double max) {
        // Written so that NaN fails as well.
        if (!(found >= min && found <= max)) {
            throw new IllegalArgumentException(setting + " is " + found + ", allowed is " + min + " to " + max);
        }
    }

    private static void check(String setting, long found, long min, long max) {
        if (found < min || found > max) {
            throw new IllegalArgumentException(setting + " is " + found + ", allowed is " + min + " to " + max);
        }
    }
}
