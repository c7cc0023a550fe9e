// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/**
 * The right to make one call, given by {@link CircuitBreaker#tryAcquire()}.
 *
 * <p>Answer each permit once, by one of the methods below, on any thread. While the breaker is closed all calls share
 * one permit object (that is why a call costs no allocation), so identity means nothing and a second answer would count
 * twice; a probe is an object of its own, and only its first answer counts. An outcome that arrives after the breaker
 * has left the state in which the permit was given changes nothing: it tells of the past.
 */
public sealed interface Permit permits ClosedPhase, Probe, UngatedPermit {
    /**
     * The call was answered, be it by an error that a healthy endpoint gives.
     *
     * @param durationNanos how long the call took, in nanoseconds, 0 or more
     */
    void succeeded(long durationNanos);

    /**
     * The call failed in a way that counts against the endpoint.
     *
     * @param durationNanos how long the call took, in nanoseconds, 0 or more
     */
    void failed(long durationNanos);

    /** The call was answered, but too late to be of use: counts as slow whatever {@code slowCall} says. */
    void timedOut();

    /** The call was not made, or was cancelled by its caller: the permit goes back, nothing is counted. */
    void released();

    /**
     * Whether this permit is one of the probes of a half-open breaker.
     *
     * @return true for a probe
     */
    boolean isProbe();

    /**
     * Answers by class: {@code NEUTRAL} and {@code ROLE_CHANGE} succeed, {@code CONNECT_FAILURE} and
     * {@code CALL_FAILURE} fail, {@code SLOW} times out, {@code CALLER} and {@code CALL_FAILURE_IF_CONNECT_FAILS} give
     * the permit back (for the latter see {@code EndpointGates}, which remembers the suspicion).
     *
     * @param outcome what happened, not null
     * @param durationNanos how long the call took, in nanoseconds, 0 or more
     */
    default void finish(FailureClass outcome, long durationNanos) {
        switch (outcome) {
            case NEUTRAL, ROLE_CHANGE -> succeeded(durationNanos);
            case CONNECT_FAILURE, CALL_FAILURE -> failed(durationNanos);
            case SLOW -> timedOut();
            case CALLER, CALL_FAILURE_IF_CONNECT_FAILS -> released();
        }
    }
}
