// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.HashSet;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * The connections of an endpoint and the permits that they hold, of the endpoint and of their tenant. A permit is held from before
 * opening until after closing. Thread-safe; iterating sees a snapshot.
 *
 * @param <C> the connection
 */
final class Places<C> implements Iterable<Entry<C>> {
    private final PoolConfig config;
    private final CopyOnWriteArrayList<Entry<C>> entries = new CopyOnWriteArrayList<>();
    private final AtomicInteger permitsTaken = new AtomicInteger();
    private final ConcurrentMap<String, TenantShare> tenants = new ConcurrentHashMap<>();
    private final TenantShare withoutTenant = new TenantShare(null, 1);
    private volatile int limit;

    Places(PoolConfig config) {
        this.config = config;
        this.limit = config.maxConnectionsPerEndpoint();
    }

    int limit() {
        return limit;
    }

    void limit(int maxConnections) {
        limit = maxConnections;
    }

    int permitsTaken() {
        return permitsTaken.get();
    }

    boolean isFull() {
        return permitsTaken.get() >= limit;
    }

    boolean isOverLimit() {
        return permitsTaken.get() > limit;
    }

    // ---- tenants

    TenantShare shareOf(PoolKey key) {
        String tenant = key.tenant();
        if (tenant == null) {
            return withoutTenant;
        }
        var share = tenants.get(tenant);
        return share != null
                ? share
                : tenants.computeIfAbsent(
                        tenant,
                        t -> new TenantShare(
                                t,
                                Math.max(
                                        1, Math.min(1_000, config.tenantWeight().applyAsInt(t)))));
    }

    /** How many connections of the endpoint a tenant may have. */
    int limitOf(TenantShare share) {
        return share.tenant == null ? Integer.MAX_VALUE : config.maxConnectionsPerTenant();
    }

    boolean isAtItsLimit(TenantShare share) {
        return share.connections.get() >= limitOf(share);
    }

    int pinLimitOf(TenantShare share) {
        return share.tenant == null
                ? Integer.MAX_VALUE
                : (int) Math.max(1, (long) limit * config.maxPinnedPercentPerTenant() / 100);
    }

    int pinned() {
        int pinned = withoutTenant.pinned.get();
        for (var share : tenants.values()) {
            pinned += share.pinned.get();
        }
        return pinned;
    }

    // ---- connections

    /**
     * Takes a permit of the endpoint and one of the tenant, or neither; neither also where the gate lets no connection be opened.
     *
     * @param gate asked only where there are permits
     * @return the gate's pass; null when there are no permits, or no pass
     */
    ConnectGate.Pass tryPermit(TenantShare share, Supplier<ConnectGate.Pass> gate) {
        if (!tryPermit(share)) {
            return null;
        }
        ConnectGate.Pass pass = null;
        try {
            pass = gate.get();
        } finally {
            if (pass == null) {
                share.connections.decrementAndGet();
                permitsTaken.decrementAndGet();
            }
        }
        return pass;
    }

    private boolean tryPermit(TenantShare share) {
        if (!TenantShare.tryTake(share.connections, limitOf(share))) {
            return false;
        }
        if (!TenantShare.tryTake(permitsTaken, limit)) {
            share.connections.decrementAndGet();
            return false;
        }
        return true;
    }

    /** The keys that have connections which are not being closed. */
    Set<PoolKey> keys() {
        var keys = new HashSet<PoolKey>();
        for (var entry : entries) {
            switch (entry.state()) {
                case CONNECTING, IDLE, LENT -> keys.add(entry.key);
                case CLOSING, GONE -> {}
            }
        }
        return keys;
    }

    /** Adds a connection that is going to be opened with permits already taken. */
    Entry<C> add(Waiter<C> opener, ConnectGate.Pass pass, Incarnation incarnation, long nowNanos) {
        var entry = new Entry<>(opener.key, opener.loop, opener, pass, incarnation.generation());
        entry.openingNanos = nowNanos;
        entry.threadIdBefore = incarnation.highestThreadId();
        entries.add(entry);
        return entry;
    }

    /**
     * Takes a closed connection out. Its permit passes on to a successor, if that may have it, so that nobody else takes it in
     * between.
     *
     * @param successor who waits for the permit; null for none
     * @return true when the successor has the permit
     */
    boolean remove(Entry<C> entry, Waiter<C> successor) {
        entries.remove(entry);
        entry.share.connections.decrementAndGet();
        if (successor != null
                && !isOverLimit()
                && TenantShare.tryTake(successor.share.connections, limitOf(successor.share))) {
            return true;
        }
        permitsTaken.decrementAndGet();
        return false;
    }

    /**
     * The connection that was not used for the longest time.
     *
     * @param otherThan a key whose connections are left; null for none
     * @param only a tenant whose connections alone are taken; null for all
     * @return null when none is idle
     */
    Entry<C> leastRecentlyUsed(PoolKey otherThan, TenantShare only) {
        Entry<C> oldest = null;
        for (var entry : entries) {
            if (entry.isIdle()
                    && !entry.key.equals(otherThan)
                    && (only == null || entry.share == only)
                    && (oldest == null || entry.idleSinceNanos - oldest.idleSinceNanos < 0)) {
                oldest = entry;
            }
        }
        return oldest;
    }

    /** Counts for each tenant the connections that are not idle. */
    void countBusy() {
        withoutTenant.busy = 0;
        tenants.values().forEach(share -> share.busy = 0);
        for (var entry : entries) {
            if (!entry.isIdle()) {
                entry.share.busy++;
            }
        }
    }

    int closing() {
        int closing = 0;
        for (var entry : entries) {
            if (entry.state() == Entry.State.CLOSING) {
                closing++;
            }
        }
        return closing;
    }

    @Override
    public Iterator<Entry<C>> iterator() {
        return entries.iterator();
    }
}
