// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one tenant has of an endpoint: connections, waiting requests, pinned connections. The keys without a tenant share one of
 * these, to which no tenant's limit applies.
 */
final class TenantShare {
    /** How much of the virtual time one grant costs a tenant of weight 1. */
    private static final long GRANT = 1L << 20;

    /** Null for the keys without a tenant. */
    final String tenant;

    final int weight;

    /** From the beginning of opening to the end of closing. */
    final AtomicInteger connections = new AtomicInteger();

    final AtomicInteger waiting = new AtomicInteger();
    final AtomicInteger pinned = new AtomicInteger();

    /** How many of its connections are not idle, counted by the matcher at the start of a round; confined to the matcher. */
    int busy;
    /** Virtual time: how much it was given, by weight; confined to the matcher. */
    private long served;

    TenantShare(String tenant, int weight) {
        this.tenant = tenant;
        this.weight = weight;
    }

    static boolean tryTake(AtomicInteger count, int limit) {
        int taken;
        do {
            taken = count.get();
            if (taken >= limit) {
                return false;
            }
        } while (!count.compareAndSet(taken, taken + 1));
        return true;
    }

    /** Records a grant. */
    void served() {
        served += GRANT / weight;
    }

    /** A tenant that did not wait for a while may not make up for that time at once. */
    void catchUp(TenantShare other) {
        served = Math.max(served, other.served);
    }

    /** True when this one is to be served before the other: who uses less for its weight, then who was given less. */
    boolean before(TenantShare other) {
        long mine = (long) busy * other.weight;
        long theirs = (long) other.busy * weight;
        return mine != theirs ? mine < theirs : served < other.served;
    }

    boolean servedBefore(TenantShare other) {
        return served < other.served;
    }
}
