// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.util.Objects.requireNonNull;

/** A connection could not be opened, or was not to be. No statement was sent. */
public final class BackendUnavailableException extends PoolException {
    private static final long serialVersionUID = 1L;

    /** How far the attempt came. */
    public enum Reason {
        /** None was made, since {@link PoolConfig#connectGate()} said no; no {@link PoolListener#connectFailed} tells of it. */
        NOT_TRIED,
        /** The host's name has no address. */
        UNRESOLVED,
        /** The network refused: nothing listens, or there is no route. */
        REFUSED,
        /** Not ready within {@link PoolConfig#connectTimeoutMillis()}, whatever it was waiting for. */
        TIMEOUT,
        /** TLS was refused, failed, or the certificate is not trusted. */
        TLS,
        /** The peer closed, or did not speak the protocol, before the login was over. */
        HANDSHAKE,
        /** The server answered by an error: errno and SQLSTATE are set. */
        REJECTED,
        /** The server refused the pool's setup statement: errno and SQLSTATE are set. */
        SETUP
    }

    private final Reason reason;
    private final int errno;
    private final String sqlState;

    BackendUnavailableException(
            Endpoint endpoint, Reason reason, int errno, String sqlState, String message, Throwable cause) {
        super("Cannot connect to " + endpoint + ": " + message, cause, endpoint);
        this.reason = requireNonNull(reason, "reason");
        this.errno = errno;
        this.sqlState = sqlState;
    }

    /** The gate of new connections is shut, and none that is open would do. */
    static BackendUnavailableException notTried(Endpoint endpoint) {
        return new BackendUnavailableException(
                endpoint,
                Reason.NOT_TRIED,
                0,
                null,
                "no new connections are opened now, and no open one is of this kind",
                null);
    }

    /** How far the attempt came. */
    public Reason reason() {
        return reason;
    }

    /** The server's error number; 0 when it sent none. */
    public int errno() {
        return errno;
    }

    /** The server's SQLSTATE; null when it sent none (an error in place of the greeting has none). */
    public String sqlState() {
        return sqlState;
    }
}
