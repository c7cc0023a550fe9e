// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.breaker.BreakerMode;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.router.ServerFlavor;
import com.workersql.server.health.ShardIdentity;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shuts the shards whose servers are of another family than those of the others, since one gateway speaks one dialect, and opens them
 * when that is over. Used under the lock of its owner.
 */
final class OneFamily {
    private static final Logger LOG = LoggerFactory.getLogger(OneFamily.class);

    private final Map<String, CircuitBreaker> shut = new HashMap<>();

    /**
     * Looks at all shards.
     *
     * @param identities what the primaries of those say they are that have answered, by shard
     * @param flavor the family that is served
     * @param gates gives the gate of a shard's calls
     */
    void hold(Map<String, ShardIdentity> identities, ServerFlavor flavor, Function<String, CircuitBreaker> gates) {
        identities.forEach((name, identity) -> {
            if (identity.flavor() != flavor) {
                LOG.error(
                        "Shard {} is {}, others are {}: one gateway serves one family, so this shard is shut",
                        name,
                        identity.versionText(),
                        flavor);
                open(name);
                var gate = gates.apply(name);
                gate.mode(BreakerMode.FORCED_OPEN);
                shut.put(name, gate);
            } else if (open(name)) {
                LOG.warn("Shard {} is {}, as the others: it is open again", name, identity.versionText());
            }
        });
    }

    private boolean open(String name) {
        var gate = shut.remove(name);
        if (gate != null) {
            gate.mode(BreakerMode.AUTOMATIC);
        }
        return gate != null;
    }
}
