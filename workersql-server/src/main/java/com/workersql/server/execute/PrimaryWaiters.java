// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Steps of statements that wait until a shard has a primary again. Bounded; each waits as long as its owner wants. Safe for all
 * threads.
 */
public final class PrimaryWaiters {
    private final int limit;
    private final Deque<Ticket> waiting = new ArrayDeque<>();

    PrimaryWaiters(int limit) {
        this.limit = limit;
    }

    /** One step that waits. It runs at most once, on the thread that releases the waiters. */
    public final class Ticket {
        private final Runnable step;

        private Ticket(Runnable step) {
            this.step = step;
        }

        /**
         * Takes the step back.
         *
         * @return false when it runs already, or was taken back before
         */
        public boolean cancel() {
            synchronized (waiting) {
                return waiting.remove(this);
            }
        }
    }

    /**
     * Lets a step wait.
     *
     * @param step what goes on when there is a primary
     * @return null when as many wait as may
     */
    public Ticket add(Runnable step) {
        var ticket = new Ticket(step);
        synchronized (waiting) {
            if (waiting.size() >= limit) {
                return null;
            }
            waiting.add(ticket);
        }
        return ticket;
    }

    /** {@return how many wait} */
    public int size() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    /** {@return how many may wait} */
    public int limit() {
        return limit;
    }

    /** Lets all go on. */
    public void release() {
        List<Ticket> released;
        synchronized (waiting) {
            if (waiting.isEmpty()) {
                return;
            }
            released = new ArrayList<>(waiting);
            waiting.clear();
        }
        released.forEach(ticket -> ticket.step.run());
    }
}
