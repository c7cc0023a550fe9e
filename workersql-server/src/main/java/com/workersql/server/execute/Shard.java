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
 * @param primary where its writable server listens
 * @param tls how the gateway connects to it
 * @param pool its connections
 * @param account the account of users without a tenant; null when there is none
 * @param tenantAccounts each tenant's own account
 * @param calls whether it may be called now: broken streams and time-outs shut it
 * @param connects whether new connections may be opened: refusals and failed handshakes shut it
 */
public record Shard(
        String name,
        Endpoint primary,
        TlsMode tls,
        BackendPool pool,
        BackendAccount account,
        Map<String, BackendAccount> tenantAccounts,
        CircuitBreaker calls,
        CircuitBreaker connects) {
    /**
     * The account by which a tenant's statements run here.
     *
     * @param tenant the tenant, or null for a user without one
     * @return null when the tenant has no account here
     */
    public BackendAccount accountOf(String tenant) {
        return tenant == null ? account : tenantAccounts.get(tenant);
    }
}
