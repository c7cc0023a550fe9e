// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The waiters of an endpoint: by key in the order of their requests, and, as far as no connection is being opened for them, by
 * tenant. Confined to the matcher. Those that were served or gave up are dropped when they are met, and all at once when they are
 * more than the others.
 *
 * @param <C> the connection
 */
final class WaiterQueue<C> {
    private static final int MIN_COMPACTION = 64;

    private final Map<PoolKey, ArrayDeque<Waiter<C>>> byKey = new HashMap<>();
    /** Those for which no connection is being opened. */
    private final Map<TenantShare, ArrayDeque<Waiter<C>>> unopened = new LinkedHashMap<>();

    private int queued;

    void add(Waiter<C> waiter) {
        var ofKey = byKey.computeIfAbsent(waiter.key, k -> new ArrayDeque<>());
        if (waiter.again) {
            waiter.again = false;
            waiter.opening = false;
            ofKey.addFirst(waiter);
            ofTenant(waiter).addFirst(waiter);
        } else {
            ofKey.addLast(waiter);
            ofTenant(waiter).addLast(waiter);
        }
        queued++;
    }

    private ArrayDeque<Waiter<C>> ofTenant(Waiter<C> waiter) {
        var ofTenant = unopened.get(waiter.share);
        if (ofTenant == null) {
            TenantShare leastServed = null;
            for (var share : unopened.keySet()) {
                leastServed = leastServed == null || share.servedBefore(leastServed) ? share : leastServed;
            }
            if (leastServed != null) {
                waiter.share.catchUp(leastServed);
            }
            ofTenant = new ArrayDeque<>();
            unopened.put(waiter.share, ofTenant);
        }
        return ofTenant;
    }

    /** Takes back that a connection is being opened for a waiter that still waits. */
    void reopen(Waiter<C> waiter) {
        waiter.opening = false;
        ofTenant(waiter).addFirst(waiter);
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

    /**
     * The oldest waiter, for which nothing is being opened, of the tenant whose turn it is; null when there is none; it stays.
     *
     * @param eligible which tenants may have a turn
     */
    Waiter<C> nextUnopened(Predicate<TenantShare> eligible) {
        Waiter<C> next = null;
        var queues = unopened.values().iterator();
        while (queues.hasNext()) {
            var ofTenant = queues.next();
            var waiter = ofTenant.peekFirst();
            while (waiter != null && (waiter.opening || !waiter.isWaiting())) {
                ofTenant.pollFirst();
                waiter = ofTenant.peekFirst();
            }
            if (waiter == null) {
                queues.remove();
            } else if (eligible.test(waiter.share) && (next == null || waiter.share.before(next.share))) {
                next = waiter;
            }
        }
        return next;
    }

    /** Those for which nothing is being opened, of all keys but these. They stay. */
    List<Waiter<C>> unopenedExceptOf(Set<PoolKey> keys) {
        var found = new ArrayList<Waiter<C>>();
        byKey.forEach((key, ofKey) -> {
            if (!keys.contains(key)) {
                ofKey.stream().filter(w -> w.isWaiting() && !w.opening).forEach(found::add);
            }
        });
        return found;
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
            unopened.values().forEach(q -> q.removeIf(w -> w.opening || !w.isWaiting()));
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
