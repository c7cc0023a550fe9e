// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.replicas;

import java.util.HashMap;
import java.util.Map;

/** The last write of a session on each shard, which its reads have to find, wherever they run. Confined to the session's event loop. */
public final class SessionWrites {
    private final Map<String, Write> byShard = new HashMap<>(2);

    /**
     * One write.
     *
     * @param gtid the transactions by which it was made, as the server told; null when it did not
     * @param position the same, parsed; empty when the server did not tell
     * @param endedNanos when its answer had come, by the gateway's clock
     */
    public record Write(String gtid, GtidPosition position, long endedNanos) {
        /**
         * Whether a server is known to have it.
         *
         * @param server the server
         * @return also true when all that was committed before the answer came is there
         */
        public boolean isIn(ServerLoad server) {
            var copy = server.copy();
            if (copy.isKnown() && copy.asOfNanos() - endedNanos >= 0) {
                return true;
            }
            return !position.isEmpty() && copy.position().contains(position);
        }
    }

    /**
     * Notes a write.
     *
     * @param shard the shard's name
     * @param gtid as the server told, or null
     * @param nowNanos by the gateway's clock
     */
    public void wrote(String shard, String gtid, long nowNanos) {
        GtidPosition position;
        try {
            position = GtidPosition.parse(gtid);
        } catch (IllegalArgumentException e) {
            position = GtidPosition.EMPTY;
        }
        // One without a name of its own hides the one before, which may have been waited for by name: time covers both.
        byShard.put(shard, new Write(position.isEmpty() ? null : gtid, position, nowNanos));
    }

    /**
     * The last write on a shard.
     *
     * @param shard the shard's name
     * @return null when there was none
     */
    public Write last(String shard) {
        return byShard.get(shard);
    }
}
