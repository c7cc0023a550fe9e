// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.embedded.ShardListener;
import java.util.function.LongSupplier;

/** Gateways that take the time from a test. */
public final class GatewayWithClock {
    private GatewayWithClock() {}

    /** Starts one; the caller closes it. */
    public static Gateway start(GatewayConfig config, LongSupplier nanoClock) {
        return Gateway.start(config, ShardListener.NONE, nanoClock);
    }
}
