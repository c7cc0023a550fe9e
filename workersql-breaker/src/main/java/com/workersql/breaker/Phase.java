// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/**
 * A stay in one state. A breaker holds one reference to its phase and every change of state swaps it for a new object,
 * so all that belongs to a stay (counters, probes, the time of its end) comes and goes in one step, and an outcome can
 * tell whether its stay is over by comparing references.
 */
sealed interface Phase permits ClosedPhase, OpenPhase, HalfOpenPhase {
    long sequence();

    BreakerState state();
}
