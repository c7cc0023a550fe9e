// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import java.util.List;

/**
 * Which of a shard's servers takes writes, from what they say. Pure functions.
 *
 * <p>A shard of one server has no choice: whatever it answers is its clients' to hear. With several, the primary is the one that
 * is up, is not read-only and follows nobody. With two of them nothing says which has the data that counts, so none gets writes.
 */
final class Roles {
    private Roles() {}

    /**
     * What is to be done.
     *
     * @param primary the index of the server that takes writes; -1 when none does
     * @param trouble why none does; null when one does
     */
    record Verdict(int primary, String trouble) {}

    /**
     * Looks for the primary.
     *
     * @param servers what is known of each server
     * @param current the index of the one that is taken for the primary
     */
    static Verdict of(List<EndpointHealth> servers, int current) {
        if (servers.size() == 1) {
            return new Verdict(0, null);
        }
        int found = -1;
        for (int i = 0; i < servers.size(); i++) {
            var server = servers.get(i);
            if (server.isUp() && server.report() != null && server.report().takesWrites()) {
                if (found >= 0) {
                    return new Verdict(
                            -1,
                            "two servers take writes, " + servers.get(found).endpoint() + " and " + server.endpoint()
                                    + ": set read_only on the replica, and let the gateway's account see SHOW REPLICA STATUS");
                }
                found = i;
            }
        }
        if (found >= 0) {
            return new Verdict(found, null);
        }
        var primary = servers.get(current);
        return switch (primary.state()) {
            case UNKNOWN -> new Verdict(current, null);
            case UP ->
                primary.report() == null
                        ? new Verdict(current, null)
                        : new Verdict(
                                -1, "no server takes writes; " + primary.endpoint() + " is read-only or a replica");
            case DOWN -> new Verdict(-1, "no server takes writes; " + primary.endpoint() + " is down");
        };
    }
}
