// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.router.ServerFlavor;
import com.workersql.server.session.SqlModes;
import com.workersql.server.session.TrackingSettings;
import java.util.Map;

/**
 * The shards of one configuration, immutable.
 *
 * @param byName the shards by the names of the policy
 * @param flavor the family of their servers
 * @param serverVersion the lowest version of the primaries as a number, for example 110405 for 11.4.5
 * @param versionText what the greeting claims and {@code VERSION()} answers
 * @param sqlModes how the servers read SQL text by default
 * @param tracking what the servers tell of a session's changes by default
 */
public record Shards(
        Map<String, Shard> byName,
        ServerFlavor flavor,
        int serverVersion,
        String versionText,
        SqlModes sqlModes,
        TrackingSettings tracking) {
    /** Copies the map. */
    public Shards {
        byName = Map.copyOf(byName);
    }
}
