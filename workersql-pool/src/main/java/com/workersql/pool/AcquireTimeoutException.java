// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** No connection became free before the request's deadline. Nothing was sent to the server. */
public final class AcquireTimeoutException extends PoolException {
    private static final long serialVersionUID = 1L;

    private final long waitedNanos;
    private final int limit;

    AcquireTimeoutException(
            String pool, Endpoint endpoint, long waitedNanos, int limit, int waiting, String limitName) {
        super(
                "Pool " + pool + ": no connection to " + endpoint + " became free within " + waitedNanos / 1_000_000
                        + " ms: all of " + limit + " are in use or being opened, " + waiting
                        + " requests wait (pool limit " + limitName + ")",
                null,
                endpoint);
        this.waitedNanos = waitedNanos;
        this.limit = limit;
    }

    /** How long the request waited. */
    public long waitedNanos() {
        return waitedNanos;
    }

    /** How many connections the endpoint, or the tenant at it, may have. */
    public int limit() {
        return limit;
    }
}
