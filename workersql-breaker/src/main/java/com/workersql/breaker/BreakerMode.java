// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/** Who decides: the outcomes of calls, or an operator. */
public enum BreakerMode {
    /** Outcomes decide, and the decision is enforced. */
    AUTOMATIC,
    /** Outcomes decide, listeners and snapshots tell of it, but no call is ever refused. For rolling a breaker out. */
    METRICS_ONLY,
    /** Every call is refused until the mode changes. */
    FORCED_OPEN,
    /** Every call gets through until the mode changes; outcomes are counted but change nothing. */
    FORCED_CLOSED;

    boolean isForced() {
        return this == FORCED_OPEN || this == FORCED_CLOSED;
    }
}
