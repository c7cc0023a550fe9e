// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.embedded;

/** Hears what embedded shards are doing. Calls come from several threads, also at the same time. */
public interface ShardListener {
    /** Hears nothing. */
    ShardListener NONE = new ShardListener() {};

    /** The server's programs are being unpacked; once for each percent that is new. */
    default void unpacking(String server, int percent) {}

    /** The data directory of a shard is being made. */
    default void creating(String shard) {}

    /**
     * A shard takes connections.
     *
     * @param millis the time since the start of this shard began, with making its data directory if it had none
     */
    default void ready(String shard, int port, long millis) {}

    /** A shard's server has ended though nobody told it to. */
    default void died(String shard, int exitCode) {}
}
