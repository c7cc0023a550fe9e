// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/**
 * The root of what the pool reports. Its fields say what happened, for machines; its message says it to people: what was found,
 * what was allowed, which setting changes it. Instances carry no stack trace: they are answers, made on event loops.
 */
public abstract sealed class PoolException extends RuntimeException
        permits AcquireTimeoutException,
                PoolExhaustedException,
                PoolClosedException,
                BackendUnavailableException,
                BrokenConnectionException,
                QueryFailedException,
                ResultTooLargeException,
                StatementTimeoutException {
    private static final long serialVersionUID = 1L;

    private final transient Endpoint endpoint;

    PoolException(String message, Throwable cause, Endpoint endpoint) {
        super(message, cause, false, false);
        this.endpoint = endpoint;
    }

    /** The server in question; null when the pool itself is, or after deserialisation. */
    public Endpoint endpoint() {
        return endpoint;
    }
}
