// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import com.workersql.pool.Endpoint;

/**
 * What is known of a server.
 *
 * @param endpoint where it listens
 * @param state whether it answers
 * @param report what it said of itself when it was last asked; null before
 * @param reportNanos when that was, by the gateway's clock
 * @param roundTripNanos how long the last ping took; -1 before the first
 * @param fault why it is down; null when it is not
 */
public record EndpointHealth(
        Endpoint endpoint, State state, ServerReport report, long reportNanos, long roundTripNanos, String fault) {
    /** Whether a server answers. */
    public enum State {
        /** It was not asked yet. */
        UNKNOWN,
        /** It answers. */
        UP,
        /** It does not. */
        DOWN
    }

    static EndpointHealth unknown(Endpoint endpoint) {
        return new EndpointHealth(endpoint, State.UNKNOWN, null, 0, -1, null);
    }

    /** {@return whether it answers} */
    public boolean isUp() {
        return state == State.UP;
    }

    EndpointHealth up(ServerReport next, long nowNanos) {
        return new EndpointHealth(
                endpoint,
                State.UP,
                next == null ? report : next,
                next == null ? reportNanos : nowNanos,
                roundTripNanos,
                null);
    }

    EndpointHealth down(String why) {
        return new EndpointHealth(endpoint, State.DOWN, report, reportNanos, roundTripNanos, why);
    }

    EndpointHealth roundTrip(long nanos) {
        return new EndpointHealth(endpoint, state, report, reportNanos, nanos, fault);
    }
}
