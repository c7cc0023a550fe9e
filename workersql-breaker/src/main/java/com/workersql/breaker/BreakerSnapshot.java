// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/**
 * A breaker's figures at one moment, for metrics and administration. The figures are read one after the other, so under
 * load they may differ by the calls of that instant.
 *
 * @param name the breaker's name
 * @param state the state
 * @param mode the mode
 * @param calls answered calls in the window; 0 unless closed
 * @param failures failed calls in the window; 0 unless closed
 * @param slowCalls slow calls in the window; 0 unless closed
 * @param consecutiveFailures failures since the last success; 0 unless closed
 * @param openings openings in a row that the growth of the open time counts; 0 when closed
 * @param probesUnderWay probes without an answer; 0 unless half-open
 * @param retryAfterNanos see {@link CircuitBreaker#retryAfterNanos()}
 * @param totalRejected calls refused since the breaker was made, or in {@link BreakerMode#METRICS_ONLY} those that would
 *     have been
 * @param totalOpened times that the breaker opened by outcomes or reports
 * @param totalVetoed times that the {@link OpeningGuard} kept it from opening
 * @param totalLateOutcomes outcomes that came after the state in which their call began was over
 * @param totalExpiredProbes probes that lost their place for want of an answer
 */
public record BreakerSnapshot(
        String name,
        BreakerState state,
        BreakerMode mode,
        long calls,
        long failures,
        long slowCalls,
        int consecutiveFailures,
        int openings,
        int probesUnderWay,
        long retryAfterNanos,
        long totalRejected,
        long totalOpened,
        long totalVetoed,
        long totalLateOutcomes,
        long totalExpiredProbes) {}
