// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.server.changes.LogDoctor;
import com.workersql.server.config.GatewayConfig;
import java.util.ArrayList;
import java.util.List;

/** Looks at the shards of a configuration without a gateway before them. */
public final class ShardDoctor {
    private ShardDoctor() {}

    /**
     * Whether the shards' changes can be followed, by the account of the section {@code changes} or, without it, each shard's own.
     *
     * @param config names existing shards
     * @return for each shard, in order, what it lacks; blocks until all have answered or could not be reached
     */
    public static List<LogDoctor.Diagnosis> examine(GatewayConfig config) {
        var transport = Transport.create(1);
        try (var shards = new ShardSet(config, transport, System::nanoTime)) {
            var account = config.changes() == null ? null : config.changes().account();
            var asked = shards.logSources(account, transport).stream()
                    .map(source -> LogDoctor.examine(source, transport.workers().next()))
                    .toList();
            var found = new ArrayList<LogDoctor.Diagnosis>();
            asked.forEach(answer -> found.add(answer.join()));
            return found;
        } finally {
            var unused = transport.acceptors().shutdownGracefully();
            unused = transport.workers().shutdownGracefully();
        }
    }
}
