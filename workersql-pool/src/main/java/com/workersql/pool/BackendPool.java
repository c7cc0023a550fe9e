// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.List;

/**
 * Lends connections to database servers. One pool serves any number of endpoints and keys; each endpoint has its own hard limit,
 * waiting queue and statistics.
 *
 * <p>A connection lives on the event loop that first asked for it. A borrower gets, in this order: an idle connection of its own
 * event loop, a new one if the endpoint's limit allows, an idle one of another event loop, a new one for which the least recently
 * used idle connection of another key was closed, or it waits. A connection that is given back on any loop serves the oldest
 * request that waits on any loop.
 *
 * <p>Every method may be called from any thread.
 */
public interface BackendPool extends AutoCloseable {
    /**
     * Makes a pool. It holds no connection before the first request or {@link #warmUp}, and two threads of its own for upkeep.
     *
     * @param config limits and intervals
     * @return the pool; close it when it is no longer needed
     */
    static BackendPool create(PoolConfig config) {
        return new NettyBackendPool(config);
    }

    /**
     * Asks for a connection. Called on the borrower's own event loop it takes the shortest way.
     *
     * <p>The future's listeners run on the borrower's event loop. It fails with {@link AcquireTimeoutException},
     * {@link PoolExhaustedException}, {@link BackendUnavailableException} or {@link PoolClosedException}. Cancelling it takes the
     * request back; a connection that comes too late for that returns to the pool by itself.
     *
     * @param request what is wanted, by when
     * @return the connection; whoever gets it must give it back
     */
    Future<PooledConnection> acquire(AcquireRequest request);

    /**
     * Changes an endpoint's limit. Idle connections above a lowered limit are closed at once, lent ones when they are given back.
     *
     * @param endpoint the server
     * @param maxConnections how many connections it may have from now on, at least 1
     */
    void limit(Endpoint endpoint, int maxConnections);

    /**
     * Opens connections of a key before anybody asks for them, as many as {@link PoolConfig#minIdlePerKey()} says and the limits
     * allow, and keeps that many idle ones open until nobody has borrowed under the key for {@link PoolConfig#maxLifetimeMillis()}.
     * Does nothing when that setting is 0. A server that refuses is asked again after ten seconds.
     *
     * @param key which connections
     * @param loop the event loop on which they live
     */
    void warmUp(PoolKey key, EventLoop loop);

    /**
     * Closes the endpoint's idle connections at once and its lent ones when they are given back, for example because the server
     * restarted or its role changed.
     *
     * @param endpoint the server
     */
    void invalidate(Endpoint endpoint);

    /**
     * Ends all connections of an endpoint at once, the lent ones too, as if the network had: for a server of which it is known
     * that it does not answer, so that nobody waits for it any longer. Commands under way end by
     * {@link ReplyListener#onBroken}.
     *
     * @param endpoint the server
     * @param why a few words, for the exception's message
     */
    void sever(Endpoint endpoint, String why);

    /**
     * The numbers of one endpoint.
     *
     * @param endpoint a server
     * @return its numbers; all zero but the limit when it was never asked for
     */
    EndpointStats stats(Endpoint endpoint);

    /** The numbers of all endpoints that were ever asked for. */
    List<EndpointStats> stats();

    /** The limits and intervals in force. */
    PoolConfig config();

    /**
     * Closes the pool: requests that wait fail, idle connections close now, lent ones when they are given back.
     *
     * @return done when the last connection is closed
     */
    Future<Void> closeAsync();

    /** As {@link #closeAsync}, without waiting for it. */
    @Override
    void close();
}
