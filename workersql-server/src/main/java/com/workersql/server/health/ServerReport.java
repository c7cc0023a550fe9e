// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

/**
 * What a server says of itself.
 *
 * @param identity its family, version and sql_mode
 * @param readOnly whether it refuses writes of ordinary accounts
 * @param gtidPosition what it has executed, as MariaDB's {@code gtid_current_pos} or MySQL's {@code gtid_executed}; may be empty
 * @param replicates whether it takes changes from another server now
 * @param lagMillis the most by which it is behind, in whole seconds as servers tell it; -1 when it does not replicate or does not say
 */
public record ServerReport(
        ShardIdentity identity, boolean readOnly, String gtidPosition, boolean replicates, long lagMillis) {
    /** {@return whether it may be its shard's primary} */
    public boolean takesWrites() {
        return !readOnly && !replicates;
    }
}
