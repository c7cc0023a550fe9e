// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/** The server answered a statement by an error. The connection is fine. */
public final class QueryFailedException extends PoolException {
    private static final long serialVersionUID = 1L;

    private final int errno;
    private final String sqlState;

    QueryFailedException(Endpoint endpoint, ReplyStatus status) {
        super(status.errno() + " (" + status.sqlState() + "): " + status.message(), null, endpoint);
        this.errno = status.errno();
        this.sqlState = status.sqlState();
    }

    /** The server's error number. */
    public int errno() {
        return errno;
    }

    /** The server's SQLSTATE, five characters. */
    public String sqlState() {
        return sqlState;
    }
}
