// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.embedded.EmbeddedShards;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletionStage;

/** A gateway that listens. Safe for any thread. */
public interface RunningGateway extends AutoCloseable {
    /** Where MySQL clients connect, with the port that was really taken. */
    InetSocketAddress mysqlAddress();

    /** Where HTTP and WebSocket clients connect, with the port that was really taken; null when that door is not open. */
    InetSocketAddress httpAddress();

    /** The embedded shards that this gateway has started; null when it uses existing ones. */
    EmbeddedShards embeddedShards();

    /**
     * Puts a new configuration into effect, as a whole, for what begins from now on.
     *
     * @throws IllegalArgumentException naming what cannot be changed while the gateway runs; the configuration before it stays
     */
    void reload(GatewayConfig config);

    /** Done when the gateway has stopped, whoever stopped it. */
    CompletionStage<Void> whenStopped();

    /** Stops listening, lets running work finish within {@code drain_millis}, and ends. A second call waits for that. */
    @Override
    void close();
}
