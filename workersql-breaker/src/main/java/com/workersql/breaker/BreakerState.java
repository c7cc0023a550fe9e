// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/** What a breaker does with the next call. */
public enum BreakerState {
    /** Calls get through and their outcomes are counted. */
    CLOSED,
    /** Calls are refused until the open time is over. */
    OPEN,
    /** As many calls as there are probes get through; their outcomes decide. */
    HALF_OPEN
}
