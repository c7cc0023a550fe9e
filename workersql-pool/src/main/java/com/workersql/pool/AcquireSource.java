// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** Where a lent connection came from, the cheapest first. */
public enum AcquireSource {
    /** Idle on the borrower's event loop. */
    LOCAL,
    /** Idle on another event loop: every command hops twice. */
    FOREIGN,
    /** Opened for the borrower. */
    OPENED,
    /** Waited for, and given back by another borrower. */
    WAITED
}
