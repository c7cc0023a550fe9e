// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.server.error.GatewayError;
import io.netty.channel.EventLoop;

/** The changes of tables, for those who want to hear of them. Safe for all threads. */
public interface ChangeFeed {
    /**
     * Begins to tell the changes of a table.
     *
     * @param interest which rows of which table
     * @param from a position that an earlier subscription to the same interest was told, behind which to go on; null: from now on
     * @param listener hears of the changes
     * @param loop on which the listener is called and the subscription is used
     * @return the subscription, which has no credit yet; a refusal comes to {@link ChangeListener#failed}
     */
    Subscription subscribe(Interest interest, String from, ChangeListener listener, EventLoop loop);

    /**
     * Whether there is a feed at all.
     *
     * @return null when there is, otherwise what a subscriber is to be told
     */
    GatewayError refusal();
}
