// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The replicas of one shard, of which only a share may be unreachable by our own decision: when all of them look sick,
 * the fault is likelier in what they have in common, and trying is better than giving up.
 *
 * <p>The lock is taken when a gate is about to open, never for a call.
 */
final class EjectionGroup {
    private final double maxShare;
    private final Set<EndpointGates> members = new LinkedHashSet<>();

    EjectionGroup(double maxShare) {
        this.maxShare = maxShare;
    }

    synchronized void add(EndpointGates member) {
        members.add(member);
    }

    synchronized void remove(EndpointGates member) {
        members.remove(member);
    }

    /** Closing needs no lock: it can only make room. */
    synchronized boolean tryOpen(EndpointGates candidate, Runnable opening) {
        if (!candidate.isEjected() && countEjected() >= maxEjected()) {
            return false;
        }
        opening.run();
        return true;
    }

    private long countEjected() {
        return members.stream().filter(EndpointGates::isEjected).count();
    }

    /** At least one, unless none at all may be: with a single replica the primary still takes its reads. */
    private int maxEjected() {
        return maxShare == 0 ? 0 : Math.max(1, (int) (maxShare * members.size()));
    }
}
