// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/**
 * Open until {@code untilNanos}.
 *
 * @param openings how many times in a row the breaker has opened, at least 1
 */
record OpenPhase(long sequence, long untilNanos, int openings) implements Phase {
    @Override
    public BreakerState state() {
        return BreakerState.OPEN;
    }

    boolean isOver(long nowNanos) {
        return nowNanos - untilNanos >= 0;
    }
}
