// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** A limit of the pool is reached and the request may not even wait. Nothing was sent to the server. */
public final class PoolExhaustedException extends PoolException {
    private static final long serialVersionUID = 1L;

    private final String limitName;
    private final int limit;

    private PoolExhaustedException(PoolConfig config, Endpoint endpoint, String limitName, int limit, String whose) {
        super(
                "Pool " + config.name() + ": already " + limit + " requests" + whose + " wait for a connection to "
                        + endpoint + ", more are refused (pool limit " + limitName + ")",
                null,
                endpoint);
        this.limitName = limitName;
        this.limit = limit;
    }

    /** Too many requests of all tenants wait. */
    static PoolExhaustedException ofAll(PoolConfig config, Endpoint endpoint) {
        return new PoolExhaustedException(
                config, endpoint, "maxWaitersPerEndpoint", config.maxWaitersPerEndpoint(), "");
    }

    /** Too many requests of one tenant wait. */
    static PoolExhaustedException ofTenant(PoolConfig config, Endpoint endpoint, String tenant) {
        return new PoolExhaustedException(
                config, endpoint, "maxWaitersPerTenant", config.maxWaitersPerTenant(), " of " + tenant);
    }

    /** The setting of {@link PoolConfig} that was reached. */
    public String limitName() {
        return limitName;
    }

    /** Its value. */
    public int limit() {
        return limit;
    }
}
