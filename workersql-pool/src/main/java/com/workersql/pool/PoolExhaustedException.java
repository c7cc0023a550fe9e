// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** A limit of the pool is reached and the request may not even wait. Nothing was sent to the server. */
public final class PoolExhaustedException extends PoolException {
    private static final long serialVersionUID = 1L;

    private final String limitName;
    private final int limit;

    PoolExhaustedException(String pool, Endpoint endpoint, String limitName, int limit, String whose) {
        super(
                "Pool " + pool + ": already " + limit + " requests" + whose + " wait for a connection to " + endpoint
                        + ", more are refused (pool limit " + limitName + ")",
                null,
                endpoint);
        this.limitName = limitName;
        this.limit = limit;
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
