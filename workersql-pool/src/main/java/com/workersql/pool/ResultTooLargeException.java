// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** A result is larger than a {@link PooledClient} may keep. The statement ran, or runs until the server notices the end. */
public final class ResultTooLargeException extends PoolException {
    private static final long serialVersionUID = 1L;

    private final String limitName;
    private final long limit;

    ResultTooLargeException(Endpoint endpoint, String limitName, long limit) {
        super(
                "The result has more than " + limit + " " + limitName + " (client limit " + limitName + ")",
                null,
                endpoint);
        this.limitName = limitName;
        this.limit = limit;
    }

    /** The setting of {@link PooledClient.Builder} that was reached. */
    public String limitName() {
        return limitName;
    }

    /** Its value. */
    public long limit() {
        return limit;
    }
}
