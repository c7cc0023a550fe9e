// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The waiters of an endpoint in the order of their requests, by key and over all keys. Confined to the matcher. Those that were
 * served or gave up are dropped when they are met, and all at once when they are more than the others.
 *
 * @param <C> the connection
 */
final class WaiterQueue<C> {
    private static final int MIN_COMPACTION = 64;

    private final Map<PoolKey, ArrayDeque<Waiter<C>>> byKey = new HashMap<>();
    /** Those for which no connection is being opened. */
    private final ArrayDeque<Waiter<C>> unopened = new ArrayDeque<>();

    private int queued;

    void add(Waiter<C> waiter) {
        var ofKey = byKey.computeIfAbsent(waiter.key, k -> new ArrayDeque<>());
        if (waiter.again) {
            waiter.again = false;
            waiter.opening = false;
            ofKey.addFirst(waiter);
            unopened.addFirst(waiter);
        } else {
            ofKey.addLast(waiter);
            unopened.addLast(waiter);
        }
        queued++;
    }

    /** Takes back that a connection is being opened for a waiter that still waits. */
    void reopen(Waiter<C> waiter) {
        waiter.opening = false;
        unopened.addFirst(waiter);
    }

    /** The oldest waiter of a key, null when there is none; it stays. */
    Waiter<C> oldest(PoolKey key) {
        var ofKey = byKey.get(key);
        if (ofKey == null) {
            return null;
        }
        var waiter = ofKey.peekFirst();
        while (waiter != null && !waiter.isWaiting()) {
            ofKey.pollFirst();
            queued--;
            waiter = ofKey.peekFirst();
        }
        if (waiter == null) {
            byKey.remove(key);
        }
        return waiter;
    }

    /** The oldest waiter for which nothing is being opened, null when there is none; it stays. */
    Waiter<C> oldestUnopened() {
        var waiter = unopened.peekFirst();
        while (waiter != null && (waiter.opening || !waiter.isWaiting())) {
            unopened.pollFirst();
            waiter = unopened.peekFirst();
        }
        return waiter;
    }

    boolean isEmpty() {
        return byKey.isEmpty();
    }

    /**
     * Drops those that are done when they are the majority.
     *
     * @param alive how many still wait
     */
    void compact(int alive) {
        if (queued > 2 * alive + MIN_COMPACTION) {
            queued = 0;
            var queues = byKey.values().iterator();
            while (queues.hasNext()) {
                var ofKey = queues.next();
                ofKey.removeIf(w -> !w.isWaiting());
                queued += ofKey.size();
                if (ofKey.isEmpty()) {
                    queues.remove();
                }
            }
            unopened.removeIf(w -> w.opening || !w.isWaiting());
        }
    }

    void drain(Consumer<Waiter<C>> action) {
        for (var ofKey : byKey.values()) {
            ofKey.forEach(action);
        }
        byKey.clear();
        unopened.clear();
        queued = 0;
    }
}
