// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.server.changes.GatewayChanges;
import com.workersql.server.changes.LogDoctor;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.results.ResultCache;
import com.workersql.server.results.WritesElsewhere;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the change feed of a gateway. */
final class ChangeFeeds {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeFeeds.class);

    private ChangeFeeds() {}

    /**
     * A feed that reads nothing yet. What its shards lack is said in the log.
     *
     * @return null where none is configured
     */
    static GatewayChanges open(GatewayConfig config, ShardSet shards, Transport transport, ResultCache results) {
        if (config.changes() == null) {
            return null;
        }
        var sources = shards.logSources(config.changes().account(), transport);
        for (var source : sources) {
            var unused = LogDoctor.examine(source, transport.workers().next()).thenAccept(ChangeFeeds::tell);
        }
        return new GatewayChanges(
                config.changes(),
                sources,
                () -> transport.workers().next(),
                new WritesElsewhere(results, transport.workers()));
    }

    private static void tell(LogDoctor.Diagnosis diagnosis) {
        diagnosis
                .faults()
                .forEach(fault -> LOG.warn("Changes of shard {} cannot be followed: {}", diagnosis.shard(), fault));
        diagnosis.warnings().forEach(warning -> LOG.warn("Changes of shard {}: {}", diagnosis.shard(), warning));
    }
}
