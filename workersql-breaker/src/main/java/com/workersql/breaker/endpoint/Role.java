// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

/** What a shard's endpoint is there for. */
public enum Role {
    /** Takes writes. There is only one, so its breaker fails fast and never sends a write elsewhere. */
    PRIMARY,
    /** Takes reads that may be stale. Another one, or the primary, can stand in for it. */
    REPLICA
}
