// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

/** What an endpoint of a shard is. */
public enum Role {
    /** Takes writes and reads. */
    PRIMARY,
    /** Takes reads that may be stale. */
    REPLICA
}
