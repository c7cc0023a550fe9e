// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import com.workersql.server.error.GatewayError;
import io.netty.channel.EventLoop;
import java.util.function.Consumer;

/** The sessions of other gateways before the same shards. Safe for all threads. */
@FunctionalInterface
public interface PeerSessions {
    /**
     * Ends a session of another gateway, or its running statement.
     *
     * @param id its id, which says whose it is
     * @param queryOnly whether the session stays
     * @param callerTenant whose session asks; null for a user without a tenant
     * @param loop where the answer arrives
     * @param answer takes null when the session was told to end, else the error
     */
    void kill(int id, boolean queryOnly, String callerTenant, EventLoop loop, Consumer<GatewayError> answer);
}
