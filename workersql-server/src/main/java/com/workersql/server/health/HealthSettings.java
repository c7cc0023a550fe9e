// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

/**
 * How servers are watched.
 *
 * @param pingIntervalMillis between two pings on the connection that is held for them; also between two tries to reach a server
 *     that is down
 * @param jitter by which share an interval may be longer or shorter, so that gateways do not ask all at once
 * @param pingTimeoutMillis how long an answer to a ping may take
 * @param checkIntervalMillis between two checks with a new connection and a query
 * @param checkTimeoutMillis how long such a check may take
 * @param patienceMillis how long a server that is down may stay silent before the statements that run there are given up: a server
 *     that was only frozen still answers them
 */
public record HealthSettings(
        int pingIntervalMillis,
        double jitter,
        int pingTimeoutMillis,
        int checkIntervalMillis,
        int checkTimeoutMillis,
        int patienceMillis) {
    /** A server that is frozen is noticed after 440 + 500 + 500 ms at the latest. */
    public static final HealthSettings DEFAULT = new HealthSettings(400, 0.1, 500, 5_000, 1_000, 5_000);
}
