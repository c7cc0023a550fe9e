// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/** Why a breaker changed its state. */
public enum TransitionCause {
    /** {@link CircuitBreakerConfig#consecutiveFailures()} calls in a row failed. */
    CONSECUTIVE_FAILURES,
    /** The share of failed calls in the window reached {@link CircuitBreakerConfig#failureRate()}. */
    FAILURE_RATE,
    /** The share of slow calls in the window reached {@link CircuitBreakerConfig#slowCallRate()}. */
    SLOW_CALL_RATE,
    /** The open time is over and a call came to be a probe. */
    OPEN_TIME_OVER,
    /** All probes succeeded. */
    PROBES_SUCCEEDED,
    /** A probe failed. */
    PROBE_FAILED,
    /** {@link CircuitBreaker#reportHealthy()} was called. */
    REPORTED_HEALTHY,
    /** {@link CircuitBreaker#reportDown()} was called. */
    REPORTED_DOWN,
    /** {@link CircuitBreaker#mode(BreakerMode)} was called. */
    MODE_CHANGED
}
