// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/** How many prepared statements the sessions of each tenant hold together. Safe for all threads. */
public final class TenantStatements {
    private final int limit;
    private final ConcurrentMap<String, Share> byTenant = new ConcurrentHashMap<>();

    /**
     * Nobody holds any yet.
     *
     * @param limit the most that the sessions of one tenant may hold, {@code limits.prepared_statements_per_tenant}
     */
    public TenantStatements(int limit) {
        this.limit = limit;
    }

    /**
     * What a tenant's sessions hold.
     *
     * @param tenant null for users who have none: each of their sessions is counted by itself alone
     * @return the same one for the same tenant
     */
    public Share of(String tenant) {
        return tenant == null ? Share.unlimited() : byTenant.computeIfAbsent(tenant, name -> new Share(limit));
    }

    /** One tenant's statements. */
    public static final class Share {
        private final int limit;
        private final AtomicInteger held = new AtomicInteger();

        private Share(int limit) {
            this.limit = limit;
        }

        static Share unlimited() {
            return new Share(Integer.MAX_VALUE);
        }

        int limit() {
            return limit;
        }

        /** Sessions that ask at the same moment may both hear yes, so that a few come above the limit. */
        boolean hasRoom() {
            return held.get() < limit;
        }

        void changed(int by) {
            held.addAndGet(by);
        }
    }
}
