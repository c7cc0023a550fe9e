// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.endpoint.EndpointGates;
import com.workersql.pool.Endpoint;

/**
 * One server of a shard.
 *
 * @param endpoint where it listens
 * @param asPrimary its gates while it is the shard's primary
 * @param asReplica its gates while it is a replica
 */
public record ShardNode(Endpoint endpoint, EndpointGates asPrimary, EndpointGates asReplica) {
    @Override
    public String toString() {
        return endpoint.toString();
    }
}
