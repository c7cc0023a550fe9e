// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.breaker.BreakerMode;
import com.workersql.breaker.endpoint.Gate;
import com.workersql.pool.Endpoint;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.health.EndpointHealth;
import com.workersql.server.health.ShardMonitor;
import com.workersql.server.http.admin.GatewayControl;
import com.workersql.server.session.Principal;
import com.workersql.server.session.SessionRegistry;
import com.workersql.server.session.SessionView;
import com.workersql.server.ws.OpenSockets;
import io.netty.channel.EventLoop;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an operator sees of a gateway, and turns. */
final class GatewayOperations implements GatewayControl {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayOperations.class);
    private static final int VIEW_SECONDS = 5;

    private final ShardSet shards;
    private final ShardMonitor monitor;
    private final SessionRegistry sessions;
    private final OpenSockets sockets;
    private final EventLoop loop;
    private final LongSupplier nanoClock;
    private final IntSupplier drain;

    /**
     * The operations of a gateway.
     *
     * @param loop where sessions' views are put together
     * @param drain begins to stop the gateway and tells for how long that may take
     */
    GatewayOperations(
            ShardSet shards,
            ShardMonitor monitor,
            SessionRegistry sessions,
            OpenSockets sockets,
            EventLoop loop,
            LongSupplier nanoClock,
            IntSupplier drain) {
        this.shards = shards;
        this.monitor = monitor;
        this.sessions = sessions;
        this.sockets = sockets;
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.drain = drain;
    }

    @Override
    public List<Shard> shards() {
        return shards.all().stream().sorted(Comparator.comparing(Shard::name)).toList();
    }

    @Override
    public EndpointHealth health(Endpoint server) {
        return monitor.health(server);
    }

    @Override
    public long lagMillis(ShardNode node) {
        return node.load().lagMillis(nanoClock.getAsLong());
    }

    @Override
    public List<SessionView> sessions() {
        var views = new CompletableFuture<List<SessionView>>();
        sessions.views(null, nanoClock.getAsLong(), loop, views::complete);
        return views.orTimeout(VIEW_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public long ageMillis(long sinceNanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - sinceNanos));
    }

    @Override
    public void mode(Shard shard, ShardNode node, Gate gate, BreakerMode mode) {
        if (mode != BreakerMode.FORCED_OPEN && shards.isOfOtherFamily(shard.name())) {
            throw new IllegalArgumentException("shard " + shard.name()
                    + " is shut because its servers are of another family than those of the other shards");
        }
        LOG.warn("An operator has set the {} gate of {} at {} to {}", gate, shard.name(), node, mode);
        shard.topology().gates(node).gate(gate).mode(mode);
    }

    @Override
    public Disconnected disconnect(Predicate<Principal> whose) {
        var own = sessions.sessionsOf(whose);
        int closed =
                sockets.end(whose).orTimeout(VIEW_SECONDS, TimeUnit.SECONDS).join();
        sessions.cut(own);
        return new Disconnected(closed, own.size());
    }

    @Override
    public int drain() {
        return drain.getAsInt();
    }
}
