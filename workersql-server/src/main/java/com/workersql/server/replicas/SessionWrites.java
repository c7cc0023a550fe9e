// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.replicas;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The last write of a session on each shard, which its reads have to find, wherever they run; and the tables that its open transaction
 * may have changed. Confined to the session's event loop.
 */
public final class SessionWrites {
    /** Beyond, nobody keeps count of the tables. */
    private static final int MAX_TOUCHED = 256;

    private final Map<String, Write> byShard = new HashMap<>(2);
    private final Set<String> touched = new HashSet<>(4);
    private boolean touchedAnything;

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
     * Notes tables that a statement may change, until its transaction has ended.
     *
     * @param tables as {@code schema.table}
     */
    public void touch(Collection<String> tables) {
        touched.addAll(tables);
        touchedAnything |= touched.size() > MAX_TOUCHED;
    }

    /** Notes that a statement may change any table, until its transaction has ended. */
    public void touchAnything() {
        touchedAnything = true;
    }

    /** {@return whether anything may have been changed} */
    public boolean hasTouched() {
        return touchedAnything || !touched.isEmpty();
    }

    /** {@return whether that may be any table} */
    public boolean hasTouchedAnything() {
        return touchedAnything;
    }

    /** {@return the tables that may have been changed} */
    public Set<String> touched() {
        return Set.copyOf(touched);
    }

    /** The transaction has ended, and whoever had to hear of its tables has. */
    public void forgetTouched() {
        touched.clear();
        touchedAnything = false;
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
