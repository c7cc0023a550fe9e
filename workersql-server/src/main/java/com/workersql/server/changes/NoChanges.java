// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.server.error.GatewayError;
import io.netty.channel.EventLoop;

/** The change feed of a gateway that is configured to have none. */
public final class NoChanges implements ChangeFeed {
    @Override
    public GatewayError refusal() {
        return GatewayError.refused(
                1235, "42000", "This gateway has no change feed; its operator can have one (the setting is changes)");
    }

    @Override
    public Subscription subscribe(Interest interest, String from, ChangeListener listener, EventLoop loop) {
        loop.execute(() -> listener.failed(refusal()));
        return new Subscription() {
            @Override
            public void request(int changes) {}

            @Override
            public void close() {}
        };
    }
}
