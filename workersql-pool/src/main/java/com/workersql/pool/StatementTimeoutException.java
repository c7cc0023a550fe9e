// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** A statement took longer than its time. It was killed; what it had done by then is not known. */
public final class StatementTimeoutException extends PoolException {
    private static final long serialVersionUID = 1L;

    private final int timeoutMillis;

    StatementTimeoutException(Endpoint endpoint, int timeoutMillis) {
        super(
                "A statement on " + endpoint + " did not end within " + timeoutMillis
                        + " ms and was killed (statementTimeoutMillis)",
                null,
                endpoint);
        this.timeoutMillis = timeoutMillis;
    }

    /** The time that it had. */
    public int timeoutMillis() {
        return timeoutMillis;
    }
}
