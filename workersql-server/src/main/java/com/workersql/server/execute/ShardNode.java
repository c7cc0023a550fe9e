// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.breaker.endpoint.EndpointGates;
import com.workersql.pool.Endpoint;
import com.workersql.server.replicas.ServerLoad;

/**
 * One server of a shard.
 *
 * @param endpoint where it listens
 * @param asPrimary its gates while it is the shard's primary
 * @param asReplica its gates while it is a replica
 * @param load what it is doing and how far it is behind
 */
public record ShardNode(Endpoint endpoint, EndpointGates asPrimary, EndpointGates asReplica, ServerLoad load) {
    /** {@return its address as a name, unique within its shard} */
    public String name() {
        return endpoint.toString();
    }

    @Override
    public String toString() {
        return name();
    }
}
