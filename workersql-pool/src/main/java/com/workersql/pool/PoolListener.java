// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

/**
 * Hears what happens to connections, for circuit breakers, metrics and logs. Calls come from event loops, several at a time: an
 * implementation is thread-safe, quick, and never blocks. What it throws is dropped.
 */
public interface PoolListener {
    /** Hears nothing. */
    PoolListener NONE = new PoolListener() {};

    /**
     * A connection is ready: connected, logged in, set up.
     *
     * @param endpoint the server
     * @param nanos how long that took
     */
    default void connectSucceeded(Endpoint endpoint, long nanos) {}

    /**
     * A connection could not be opened.
     *
     * @param endpoint the server
     * @param cause says how far it came
     */
    default void connectFailed(Endpoint endpoint, BackendUnavailableException cause) {}

    /**
     * A borrower's command got its whole reply, be it well or by an ERR packet.
     *
     * @param endpoint the server
     * @param nanos from sending to the reply's last byte, waiting behind earlier commands and a slow reader included
     * @param errno the server's error number; 0 when there was no error
     */
    default void commandCompleted(Endpoint endpoint, long nanos, int errno) {}

    /**
     * A connection ended without being asked to: by the server, the network, or because its bytes made no sense.
     *
     * @param endpoint the server
     * @param cause says how far its first pending command came; {@link BrokenConnectionException.Phase#NOT_SENT} when it was idle
     * @param wasIdle true when nobody had it, or no command was pending
     */
    default void connectionBroken(Endpoint endpoint, BrokenConnectionException cause, boolean wasIdle) {}

    /**
     * A connection was closed on purpose.
     *
     * @param endpoint the server
     * @param reason why
     */
    default void connectionClosed(Endpoint endpoint, CloseReason reason) {}

    /**
     * The server is another process than before: its connections were flushed.
     *
     * @param endpoint the server
     */
    default void restartDetected(Endpoint endpoint) {}

    /**
     * A request for a connection was answered.
     *
     * @param endpoint the server
     * @param source where the connection came from
     * @param waitedNanos since the request
     */
    default void acquired(Endpoint endpoint, AcquireSource source, long waitedNanos) {}

    /**
     * A request for a connection failed.
     *
     * @param endpoint the server
     * @param cause why
     */
    default void acquireFailed(Endpoint endpoint, PoolException cause) {}
}
