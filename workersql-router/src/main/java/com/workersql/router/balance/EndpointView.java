// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.balance;

import java.util.Objects;

/**
 * What is known of one server of a shard at one moment.
 *
 * @param name its name
 * @param isPrimary whether it takes writes
 * @param isHealthy whether it may be called
 * @param inFlight how many statements are running there
 * @param latencyNanos its latency, as {@link PeakEwma} has it; 0 where nothing is known yet
 * @param weight how much it can take in proportion to others; 0 takes no reads that others could take
 * @param lagMillis how far it is behind the primary; -1 where that is not known; of no meaning for a primary
 */
public record EndpointView(
        String name,
        boolean isPrimary,
        boolean isHealthy,
        int inFlight,
        double latencyNanos,
        double weight,
        long lagMillis) {

    /** Checks the parts. */
    public EndpointView {
        Objects.requireNonNull(name, "name");
        if (!(weight >= 0)) {
            throw new IllegalArgumentException("weight must be at least 0, got " + weight);
        }
    }

    /** {@return what a further statement would cost here: the more are running and the slower they are, the more} */
    double cost() {
        return (inFlight + 1) * Math.max(1, latencyNanos) / weight;
    }
}
