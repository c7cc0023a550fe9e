// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.util.Objects.requireNonNull;

import io.netty.channel.EventLoop;

/**
 * A wish for a connection.
 *
 * @param key what the connection must be
 * @param borrower the event loop that will use it: every call is made there and every answer arrives there
 * @param deadlineNanos when to give up waiting, by the pool's clock ({@link PoolConfig#nanoClock()}, by default
 *     {@link System#nanoTime()})
 * @param preference which of several idle connections is taken
 */
public record AcquireRequest(PoolKey key, EventLoop borrower, long deadlineNanos, ConnectionPreference preference) {
    /** Checks that nothing is null. */
    public AcquireRequest {
        requireNonNull(key, "key");
        requireNonNull(borrower, "borrower");
        requireNonNull(preference, "preference");
    }

    /**
     * A request for any connection of a key.
     *
     * @param key what the connection must be
     * @param borrower the event loop that will use it
     * @param deadlineNanos when to give up waiting, by the pool's clock
     * @return a request for any connection of that key
     */
    public static AcquireRequest of(PoolKey key, EventLoop borrower, long deadlineNanos) {
        return new AcquireRequest(key, borrower, deadlineNanos, ConnectionPreference.ANY);
    }
}
