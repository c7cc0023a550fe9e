// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

/** What the health paths tell of the gateway. Called on event loops: must not block. */
@FunctionalInterface
public interface HealthView {
    /**
     * The state of this moment.
     *
     * @return never null
     */
    Health now();

    /**
     * How the gateway is.
     *
     * @param shards how many shards are configured
     * @param reachable how many of their primaries answer
     * @param ready whether new work is welcome: started, and not about to stop
     * @param keepsAnswers whether answers of reads may be kept, by the bounds of the cache and the policy
     */
    record Health(int shards, int reachable, boolean ready, boolean keepsAnswers) {}
}
