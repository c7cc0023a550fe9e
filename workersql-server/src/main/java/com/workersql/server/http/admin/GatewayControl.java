// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.admin;

import com.workersql.breaker.BreakerMode;
import com.workersql.breaker.endpoint.Gate;
import com.workersql.pool.Endpoint;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.health.EndpointHealth;
import com.workersql.server.session.Principal;
import com.workersql.server.session.SessionView;
import java.util.List;
import java.util.function.Predicate;

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
     * Ends what clients have open: first their WebSockets, by a close that says why, then their sessions, as KILL does. Nobody is
     * kept from coming again. Blocks for as long as the sockets' event loops take.
     *
     * @param whose by who they are
     * @return what has been ended
     */
    Disconnected disconnect(Predicate<Principal> whose);

    /**
     * What has been ended.
     *
     * @param sockets how many WebSockets were closed that are none of the MySQL protocol
     * @param sessions how many sessions, of these sockets and otherwise, were told to end
     */
    record Disconnected(int sockets, int sessions) {}

    /**
     * Begins to stop the gateway, as the end of its process would. Harmless when called again.
     *
     * @return for how long clients may end what they have begun, in milliseconds
     */
    int drain();
}
