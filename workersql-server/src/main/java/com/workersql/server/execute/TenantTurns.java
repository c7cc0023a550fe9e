// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Tasks of many tenants that wait for one thread: the tenants in turn, each in its own order. Bounded in all and for each tenant. Safe
 * for all threads.
 */
final class TenantTurns {
    private final int limit;
    private final int limitOfTenant;
    private final Map<String, Deque<Runnable>> byTenant = new HashMap<>();
    /** Each tenant of which something waits, once. */
    private final Deque<String> turns = new ArrayDeque<>();

    private int size;

    /** What became of a task. */
    enum Admission {
        TAKEN,
        FULL,
        FULL_OF_TENANT
    }

    TenantTurns(int limit, int limitOfTenant) {
        this.limit = limit;
        this.limitOfTenant = limitOfTenant;
    }

    /**
     * Lets a task wait.
     *
     * @param tenant whose it is; null for those without one, who share a turn and only the limit of all
     */
    synchronized Admission add(String tenant, Runnable task) {
        if (size >= limit) {
            return Admission.FULL;
        }
        String key = tenant == null ? "" : tenant;
        var own = byTenant.get(key);
        if (own == null) {
            own = new ArrayDeque<>();
            byTenant.put(key, own);
            turns.add(key);
        } else if (tenant != null && own.size() >= limitOfTenant) {
            return Admission.FULL_OF_TENANT;
        }
        own.add(task);
        size++;
        return Admission.TAKEN;
    }

    /** Runs the task whose turn it is. To be called once for each that was taken. */
    void runNext() {
        next().run();
    }

    private synchronized Runnable next() {
        String tenant = turns.remove();
        var own = byTenant.get(tenant);
        var task = own.remove();
        size--;
        if (own.isEmpty()) {
            byTenant.remove(tenant);
        } else {
            turns.add(tenant);
        }
        return task;
    }

    /** How many wait. */
    synchronized int size() {
        return size;
    }
}
