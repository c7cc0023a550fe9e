// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** Tells the starts of a server apart, and changes of what its sessions begin with. Thread-safe. */
final class Incarnation {
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicLong highestThreadId = new AtomicLong();
    private final AtomicReference<ServerIdentity> identity = new AtomicReference<>();

    /** The number of the present start, as far as noticed; connections of another one are not lent again. */
    int generation() {
        return generation.get();
    }

    /** The highest connection id seen of this start. */
    long highestThreadId() {
        return highestThreadId.get();
    }

    /** Ends the use of all connections so far. */
    void flush() {
        generation.incrementAndGet();
    }

    /**
     * Compares a new connection with those before. Servers number their connections upwards from their start: a connection whose
     * opening began after the highest known number had been given, and whose own number is not higher, is therefore of another
     * start. So is one to which the server describes itself otherwise.
     *
     * @param found how the server describes itself; null when it was not asked
     * @return true when those before are of the past
     */
    boolean isAnother(Entry<?> entry, long threadId, ServerIdentity found) {
        if (entry.generation != generation.get()) {
            return false;
        }
        boolean restarted = threadId <= entry.threadIdBefore;
        if (restarted) {
            highestThreadId.set(threadId);
        } else {
            highestThreadId.accumulateAndGet(threadId, Math::max);
        }
        boolean changed = false;
        if (found != null) {
            var before = identity.getAndSet(found);
            changed = before != null && !before.equals(found);
        }
        if (restarted || changed) {
            entry.generation = generation.incrementAndGet();
            return true;
        }
        return false;
    }
}
