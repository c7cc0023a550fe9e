// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.balance;

import com.workersql.router.Hints;
import com.workersql.router.SessionEffect;
import com.workersql.router.StatementInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * Picks the server of a shard for a statement. A write, a locking read, anything inside a transaction and a read that has to see
 * the session's own last write go to the primary, unless a replica is known to have that write; other reads go to one of two
 * servers drawn at random, to the one whose next statement costs less. A pure function of what it is given, but for the random
 * source; safe for any thread if that is.
 */
public final class EndpointChooser {

    private final long maxLagMillis;
    private final boolean readsFromReplicas;
    private final RandomGenerator random;

    /**
     * Makes a chooser.
     *
     * @param maxLagMillis how far behind a replica may be to be read from, where the statement says nothing tighter
     * @param readsFromReplicas whether a read that says nothing of how fresh it has to be may go to a replica
     * @param random draws the two servers that are compared
     */
    public EndpointChooser(long maxLagMillis, boolean readsFromReplicas, RandomGenerator random) {
        if (maxLagMillis < 0) {
            throw new IllegalArgumentException("maxLagMillis must be at least 0, got " + maxLagMillis);
        }
        this.maxLagMillis = maxLagMillis;
        this.readsFromReplicas = readsFromReplicas;
        this.random = Objects.requireNonNull(random, "random");
    }

    /**
     * {@return the server to use; null where none may be called}
     *
     * @param info the statement
     * @param hints what it asks for
     * @param isBound whether the session is in a transaction, or keeps state in its connection
     * @param fence what the session has written
     * @param endpoints the shard's servers
     * @param nowNanos the time, of the clock that the fence is told by
     */
    public EndpointView choose(
            StatementInfo info,
            Hints hints,
            boolean isBound,
            ReadFence fence,
            List<EndpointView> endpoints,
            long nowNanos) {
        List<EndpointView> candidates = new ArrayList<>(endpoints.size());
        EndpointView primary = null;
        boolean replicas = mayReadReplicas(info, hints, isBound);
        long lag = hints.consistency() == Hints.Consistency.BOUNDED
                ? Math.min(maxLagMillis, hints.boundMillis())
                : maxLagMillis;
        for (EndpointView endpoint : endpoints) {
            if (!endpoint.isHealthy()) {
                continue;
            }
            if (endpoint.isPrimary()) {
                primary = endpoint;
                if (replicas && endpoint.weight() > 0) {
                    candidates.add(endpoint);
                }
            } else if (replicas
                    && endpoint.weight() > 0
                    && endpoint.lagMillis() >= 0
                    && endpoint.lagMillis() <= lag
                    && fence.isCoveredBy(endpoint, nowNanos)) {
                candidates.add(endpoint);
            }
        }
        return candidates.isEmpty() ? primary : cheaperOfTwo(candidates);
    }

    private boolean mayReadReplicas(StatementInfo info, Hints hints, boolean isBound) {
        if (isBound
                || !info.readsOnly()
                || info.has(SessionEffect.ROW_LOCK)
                || info.has(SessionEffect.USER_VARIABLE_USED)
                || info.has(SessionEffect.LAST_INSERT_ID_USED)) {
            return false;
        }
        return switch (hints.consistency()) {
            case STRONG -> false;
            case BOUNDED, WEAK -> true;
            case UNSPECIFIED -> readsFromReplicas;
        };
    }

    private EndpointView cheaperOfTwo(List<EndpointView> candidates) {
        if (candidates.size() == 1) {
            return candidates.get(0);
        }
        int first = random.nextInt(candidates.size());
        int second = random.nextInt(candidates.size() - 1);
        if (second >= first) {
            second++;
        }
        EndpointView one = candidates.get(first);
        EndpointView two = candidates.get(second);
        return two.cost() < one.cost() ? two : one;
    }
}
