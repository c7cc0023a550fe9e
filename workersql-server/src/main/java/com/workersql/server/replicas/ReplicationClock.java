// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.replicas;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/**
 * Tells of each replica of a shard as of when its data is. A server that has executed all that the primary had executed when it was
 * last asked has all that was committed until then: so two questions give a bound in milliseconds, also for a replica that does not
 * notice that it is cut off. Where there are no GTIDs, the seconds that a replica tells of itself have to do. Safe for all threads.
 */
public final class ReplicationClock {
    /** At a question every 0.4 s this is more than a minute; who is further behind is told by its own seconds. */
    private static final int REMEMBERED = 256;

    private final Deque<Sample> primary = new ArrayDeque<>();

    private record Sample(long askedNanos, GtidPosition position) {}

    /**
     * The primary has said what it has executed.
     *
     * @param position as it said
     * @param askedNanos when it was asked, by the gateway's clock
     */
    public synchronized void ofPrimary(GtidPosition position, long askedNanos) {
        if (primary.size() == REMEMBERED) {
            primary.removeLast();
        }
        primary.addFirst(new Sample(askedNanos, position));
    }

    /**
     * A replica has said what it has executed.
     *
     * @param replica the replica
     * @param position as it said
     */
    public synchronized void ofReplica(ServerLoad replica, GtidPosition position) {
        for (var sample : primary) {
            if (!sample.position().isEmpty() && position.contains(sample.position())) {
                replica.copy(new ServerLoad.Copy(true, sample.askedNanos(), position));
                return;
            }
        }
        var before = replica.copy();
        replica.copy(new ServerLoad.Copy(before.isKnown(), before.asOfNanos(), position));
    }

    /**
     * A replica has said by how many seconds it is behind. Not heard while its GTIDs tell more.
     *
     * @param replica the replica
     * @param lagMillis the most that this may mean; -1 when it does not know
     * @param askedNanos when it was asked, by the gateway's clock
     */
    public synchronized void ofReplica(ServerLoad replica, long lagMillis, long askedNanos) {
        var before = replica.copy();
        if (lagMillis >= 0 && before.position().isEmpty()) {
            replica.copy(new ServerLoad.Copy(
                    true, askedNanos - TimeUnit.MILLISECONDS.toNanos(lagMillis), GtidPosition.EMPTY));
        }
    }

    /**
     * Another server is the primary: what was known of the others says nothing about it.
     *
     * @param servers all of the shard
     */
    public synchronized void forget(Iterable<ServerLoad> servers) {
        primary.clear();
        servers.forEach(server -> server.copy(ServerLoad.Copy.UNKNOWN));
    }
}
