// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.balance;

import java.util.Set;

/**
 * What a session has written and has to find when it reads again. A replica is known to have it either because it has executed
 * the write's transaction, or because so much time has passed that no replica can be without it.
 *
 * @param wrote whether the session has written anything
 * @param covering the names of the servers that have executed the session's last write, by its GTID; empty where none is known to
 * @param untilNanos the moment from which on every server counts as having it; {@link Long#MAX_VALUE} for never
 */
public record ReadFence(boolean wrote, Set<String> covering, long untilNanos) {

    /** A session that has written nothing. */
    public static final ReadFence NONE = new ReadFence(false, Set.of(), 0);

    /** Copies the names. */
    public ReadFence {
        covering = Set.copyOf(covering);
    }

    boolean isCoveredBy(EndpointView endpoint, long nowNanos) {
        return !wrote
                || covering.contains(endpoint.name())
                || (untilNanos != Long.MAX_VALUE && nowNanos - untilNanos >= 0);
    }
}
