// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.CircuitBreaker;
import com.workersql.pool.BackendAccount;
import com.workersql.pool.BackendPool;
import com.workersql.pool.Endpoint;
import com.workersql.pool.TlsMode;
import java.util.Map;

/**
 * A shard as statements reach it.
 *
 * @param name as the policy names it
 * @param tls how the gateway connects to it
 * @param pool its connections
 * @param account the account of users without a tenant; null when there is none
 * @param tenantAccounts each tenant's own account
 * @param topology its servers and their roles
 * @param retries what keeps repeated statements few
 */
public record Shard(
        String name,
        TlsMode tls,
        BackendPool pool,
        BackendAccount account,
        Map<String, BackendAccount> tenantAccounts,
        Topology topology,
        Retries retries) {
    /**
     * Where the server listens that takes writes now, or was the last to do so.
     *
     * @return never null
     */
    public Endpoint primary() {
        return topology.primary().endpoint();
    }

    /**
     * Whether the primary may be called now: broken streams and time-outs shut it.
     *
     * @return the gate of its calls
     */
    public CircuitBreaker calls() {
        return topology.primary().asPrimary().callGate();
    }

    /**
     * Whether new connections to the primary may be opened: refusals and failed handshakes shut it.
     *
     * @return the gate of its new connections
     */
    public CircuitBreaker connects() {
        return topology.primary().asPrimary().connectGate();
    }

    /**
     * The account by which a tenant's statements run here.
     *
     * @param tenant the tenant, or null for a user without one
     * @return null when the tenant has no account here
     */
    public BackendAccount accountOf(String tenant) {
        return tenant == null ? account : tenantAccounts.get(tenant);
    }

    /**
     * The same shard with other tenants' accounts.
     *
     * @param accounts each tenant's own account
     * @return a new value
     */
    public Shard withTenantAccounts(Map<String, BackendAccount> accounts) {
        return new Shard(name, tls, pool, account, accounts, topology, retries);
    }
}
