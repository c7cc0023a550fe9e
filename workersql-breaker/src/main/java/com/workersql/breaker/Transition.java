// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/**
 * A change of a breaker's state or mode.
 *
 * @param breaker the breaker, not null
 * @param sequence grows by one with each change of this breaker; tells the order when two threads report at once
 * @param from the state before
 * @param to the state after; equal to {@code from} when only the mode changed
 * @param mode the mode at the time of the change
 * @param cause why
 * @param atNanos the breaker's clock at the change
 * @param openForNanos for how long no call gets through, in nanoseconds; 0 unless {@code to} is open by outcomes
 */
public record Transition(
        CircuitBreaker breaker,
        long sequence,
        BreakerState from,
        BreakerState to,
        BreakerMode mode,
        TransitionCause cause,
        long atNanos,
        long openForNanos) {}
