// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import java.util.Set;

/**
 * Hears what the logs of shards say was changed, by anybody, while they are followed; whether somebody has subscribed to it or not. On
 * the shard's event loop, before subscribers hear of it.
 */
public interface WriteListener {
    /** Hears nothing. */
    WriteListener NONE = (shard, tables) -> {};

    /**
     * A transaction has been logged. Its server may need another moment until others read what it did.
     *
     * @param shard where
     * @param tables as {@code schema.table} in lower case; null where it may be any, or something was defined
     */
    void logged(String shard, Set<String> tables);
}
