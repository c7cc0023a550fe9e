// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.Map;

/**
 * The connections of one endpoint at one moment. The numbers are read one after the other while the pool goes on, so they need not
 * add up exactly.
 *
 * @param endpoint the server
 * @param limit how many connections it may have
 * @param open connections that are idle, lent, being checked or being reset
 * @param idle of these, the idle ones
 * @param lent of these, the others
 * @param pinned of the lent ones, those that their borrowers pinned ({@link PooledConnection#tryPin})
 * @param connecting connections being opened; with {@code open} never above {@code limit}, unless the limit was lowered
 * @param waiting requests that wait
 * @param acquired how many requests were answered since the start, by source
 * @param acquireTimeouts how many requests gave up at their deadline
 * @param acquireRejected how many requests were refused because too many waited
 * @param opened how many connections were opened
 * @param connectFailures how many could not be opened
 * @param closed how many were closed, by reason
 * @param resets how many resets were made between two borrowers
 * @param rollbacks how many times a rollback alone was enough for that
 * @param controlConnections connections open for kills, outside the limit
 */
public record EndpointStats(
        Endpoint endpoint,
        int limit,
        int open,
        int idle,
        int lent,
        int pinned,
        int connecting,
        int waiting,
        Map<AcquireSource, Long> acquired,
        long acquireTimeouts,
        long acquireRejected,
        long opened,
        long connectFailures,
        Map<CloseReason, Long> closed,
        long resets,
        long rollbacks,
        int controlConnections) {}
