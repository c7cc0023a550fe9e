// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ReplicasConfig;
import java.util.concurrent.TimeUnit;

/**
 * The limits of the executor.
 *
 * @param acquireTimeoutNanos how long a statement may wait for a connection
 * @param maxLongDataBytes how much a prepared statement's parameters may hold that were sent in pieces
 * @param warningsHoldMillis how long a connection is kept for a SHOW WARNINGS before the warnings are fetched
 * @param statementTimeoutNanos how long a statement may take, waiting included; 0: as long as it wants
 * @param failoverWaitNanos how long a statement waits for a new primary
 * @param replicas which reads go to replicas
 */
public record ExecutorSettings(
        long acquireTimeoutNanos,
        long maxLongDataBytes,
        long warningsHoldMillis,
        long statementTimeoutNanos,
        long failoverWaitNanos,
        ReplicasConfig replicas) {
    private static final long WARNINGS_HOLD_MILLIS = 50;

    /**
     * The limits of a configuration.
     *
     * @param config the configuration
     * @return what it says, or the defaults
     */
    public static ExecutorSettings of(GatewayConfig config) {
        return new ExecutorSettings(
                TimeUnit.MILLISECONDS.toNanos(config.pool().waitMillis()),
                config.limits().maxPacketBytes(),
                WARNINGS_HOLD_MILLIS,
                TimeUnit.MILLISECONDS.toNanos(config.statements().timeoutMillis()),
                TimeUnit.MILLISECONDS.toNanos(config.statements().failoverWaitMillis()),
                config.replicas());
    }
}
