// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.workersql.breaker.BreakerMode;
import com.workersql.breaker.endpoint.Gate;
import com.workersql.pool.Endpoint;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.health.EndpointHealth;
import com.workersql.server.session.SessionView;
import java.util.List;

/** What of a gateway that runs may be looked at and turned by whoever operates it. Safe for any thread. */
public interface GatewayControl {
    /**
     * The shards.
     *
     * @return by their names
     */
    List<Shard> shards();

    /**
     * What is known of a server.
     *
     * @param server where it listens
     * @return null when nothing is
     */
    EndpointHealth health(Endpoint server);

    /**
     * How far a server may be behind its primary.
     *
     * @param node the server
     * @return milliseconds; -1 when it is not known
     */
    long lagMillis(ShardNode node);

    /**
     * The sessions of all doors. Blocks for as long as their event loops take to tell.
     *
     * @return by their ids
     */
    List<SessionView> sessions();

    /**
     * Since when something is so.
     *
     * @param sinceNanos by the gateway's monotonic clock
     * @return milliseconds
     */
    long ageMillis(long sinceNanos);

    /**
     * Has an operator decide in the place of a breaker, or the breaker again.
     *
     * @param shard one of {@link #shards()}
     * @param node the server, in the role that it has now
     * @param gate which way to it
     * @param mode who decides
     * @throws IllegalArgumentException where the shard is shut because its servers are of another family than the others
     */
    void mode(Shard shard, ShardNode node, Gate gate, BreakerMode mode);

    /**
     * Begins to stop the gateway, as the end of its process would. Harmless when called again.
     *
     * @return for how long clients may end what they have begun, in milliseconds
     */
    int drain();
}
