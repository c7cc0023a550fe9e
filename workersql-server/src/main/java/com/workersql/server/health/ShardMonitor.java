// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.health;

import com.workersql.breaker.BreakerState;
import com.workersql.breaker.FailureClass;
import com.workersql.pool.BackendPool;
import com.workersql.pool.Endpoint;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.replicas.GtidPosition;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches all servers of all shards, shuts and opens their gates, and finds out which of a shard's servers takes writes. Works on
 * one event loop; what it knows may be read by any thread.
 */
public final class ShardMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardMonitor.class);

    private final EventLoop loop;
    private final LongSupplier nanoClock;
    private final Random random;
    private final HealthSettings settings;
    private final Fleet fleet;
    private final Map<Endpoint, EndpointHealth> known = new ConcurrentHashMap<>();
    private final List<Watch> watches = new ArrayList<>();

    /** The shards as the monitor needs them. Called on the monitor's loop. */
    public interface Fleet {
        /** The connections that checks of this shard are made on. */
        BackendPool checks(Shard shard);

        /** What a shard's primary says it is. */
        void learned(Shard shard, ShardIdentity identity);

        /** A server takes new connections, as many as configured. */
        void connectable(Shard shard, ShardNode node, ShardIdentity identity);

        /** A server has been silent for so long that nothing that waits for its answers is to wait any longer. */
        void lost(Shard shard, ShardNode node);

        /** A shard as it is configured now. */
        Shard current(String name);
    }

    /**
     * A monitor.
     *
     * @param loop where it works
     * @param nanoClock a monotonic clock
     * @param random spreads the pings
     * @param settings intervals and time-outs
     * @param fleet the shards
     */
    public ShardMonitor(EventLoop loop, LongSupplier nanoClock, Random random, HealthSettings settings, Fleet fleet) {
        this.loop = loop;
        this.nanoClock = nanoClock;
        this.random = random;
        this.settings = settings;
        this.fleet = fleet;
    }

    /**
     * Starts to watch.
     *
     * @param shards the shards
     * @return done when every server has answered or failed to
     */
    public CompletionStage<Void> start(List<Shard> shards) {
        var firsts = new ArrayList<CompletableFuture<Void>>();
        for (Shard shard : shards) {
            var byNode = new ConcurrentHashMap<ShardNode, Watch>();
            for (ShardNode node : shard.topology().nodes()) {
                known.put(node.endpoint(), EndpointHealth.unknown(node.endpoint()));
                var watch = new Watch(shard.name(), node);
                byNode.put(node, watch);
                watches.add(watch);
                firsts.add(watch.first);
            }
            shard.topology()
                    .onSuspicion(
                            node -> loop.execute(() -> byNode.get(node).monitor.suspected()));
        }
        loop.execute(() -> watches.forEach(watch -> watch.monitor.start()));
        return CompletableFuture.allOf(firsts.toArray(CompletableFuture<?>[]::new));
    }

    /**
     * What is known of a server.
     *
     * @param endpoint where it listens
     * @return null when it is not watched
     */
    public EndpointHealth health(Endpoint endpoint) {
        return known.get(endpoint);
    }

    /**
     * Whether a shard can be used: it has a primary, and that answers.
     *
     * @param shard the shard
     * @return false also before it was asked
     */
    public boolean isReachable(Shard shard) {
        var health = known.get(shard.primary());
        return shard.topology().trouble() == null && health != null && health.isUp();
    }

    private void findPrimary(Shard shard) {
        var topology = shard.topology();
        var nodes = topology.nodes();
        var servers = nodes.stream().map(node -> known.get(node.endpoint())).toList();
        var before = topology.primary();
        var verdict = Roles.of(servers, nodes.indexOf(before));
        if (verdict.primary() < 0) {
            if (!verdict.trouble().equals(topology.trouble())) {
                LOG.error("Shard {}: {}", shard.name(), verdict.trouble());
                topology.noPrimary(verdict.trouble());
            }
            return;
        }
        var primary = nodes.get(verdict.primary());
        if (primary.equals(before) && topology.trouble() == null) {
            topology.waiters().release();
            return;
        }
        if (!primary.equals(before)) {
            warnOfMissing(shard, known.get(before.endpoint()), known.get(primary.endpoint()));
            LOG.warn("Shard {}: {} is the primary now, instead of {}", shard.name(), primary, before);
            shard.pool().invalidate(before.endpoint());
            shard.pool().invalidate(primary.endpoint());
        }
        topology.primary(primary);
        var report = known.get(primary.endpoint()).report();
        if (report != null) {
            fleet.learned(shard, report.identity());
        }
    }

    private static void warnOfMissing(Shard shard, EndpointHealth before, EndpointHealth now) {
        if (before.report() == null || now.report() == null) {
            return;
        }
        try {
            if (!GtidPosition.parse(now.report().gtidPosition())
                    .contains(GtidPosition.parse(before.report().gtidPosition()))) {
                LOG.error(
                        "Shard {}: the new primary {} lacks transactions of {}: it has {}, the other had {}",
                        shard.name(),
                        now.endpoint(),
                        before.endpoint(),
                        now.report().gtidPosition(),
                        before.report().gtidPosition());
            }
        } catch (IllegalArgumentException e) {
            LOG.warn("Shard {}: {}", shard.name(), e.getMessage());
        }
    }

    @Override
    public void close() {
        loop.submit(() -> watches.forEach(watch -> watch.monitor.close())).awaitUninterruptibly();
    }

    /** One server and what follows from its health. */
    private final class Watch implements EndpointMonitor.Observer {
        private final String shardName;
        private final ShardNode node;
        private final EndpointMonitor monitor;
        private final CompletableFuture<Void> first = new CompletableFuture<>();
        private long toldNanos;
        private long downNanos;
        private boolean isDown;
        private boolean isLost;
        private boolean isRefusing;

        Watch(String shardName, ShardNode node) {
            this.shardName = shardName;
            this.node = node;
            var probe = new ServerProbe(
                    this::shard,
                    node,
                    fleet.checks(shard()),
                    loop,
                    nanoClock,
                    settings.checkTimeoutMillis(),
                    this::executed);
            this.monitor = new EndpointMonitor(
                    EndpointHealth.unknown(node.endpoint()), probe, loop, nanoClock, random, settings, this);
        }

        private Shard shard() {
            return fleet.current(shardName);
        }

        /** A server has said what it has executed. */
        private void executed(String text, long askedNanos) {
            var topology = shard().topology();
            try {
                var position = GtidPosition.parse(text);
                if (node.equals(topology.primary())) {
                    topology.clock().ofPrimary(position, askedNanos);
                } else {
                    topology.clock().ofReplica(node.load(), position);
                }
            } catch (IllegalArgumentException e) {
                LOG.warn("Shard {}: {}", shardName, e.getMessage());
            }
        }

        @Override
        public void changed(EndpointHealth health) {
            known.put(node.endpoint(), health);
            node.load().up(health.isUp());
            var report = health.report();
            if (health.isUp() && report != null && health.reportNanos() != toldNanos) {
                toldNanos = health.reportNanos();
                if (!shard().topology().primary().equals(node)) {
                    shard().topology()
                            .clock()
                            .ofReplica(
                                    node.load(),
                                    report.lagMillis(),
                                    toldNanos - TimeUnit.MILLISECONDS.toNanos(settings.checkTimeoutMillis()));
                }
                if (isRefusing) {
                    isRefusing = false;
                    LOG.info("Shard {}: {} takes new connections again", shardName, node);
                }
                fleet.connectable(shard(), node, report.identity());
                shard().topology().gates(node).connectGate().reportHealthy();
                if (shard().topology().primary().equals(node)) {
                    fleet.learned(shard(), report.identity());
                }
                findPrimary(shard());
            }
        }

        @Override
        public void returned(EndpointHealth health) {
            isDown = false;
            isLost = false;
            LOG.info(
                    "Shard {}: {} answers{}",
                    shardName,
                    node,
                    health.report() == null
                            ? ""
                            : ", " + health.report().identity().versionText());
            for (var gates : List.of(node.asPrimary(), node.asReplica())) {
                gates.connectGate().reportHealthy();
                gates.callGate().reportHealthy();
            }
            findPrimary(shard());
            first.complete(null);
        }

        @Override
        public void down(EndpointHealth health) {
            boolean news = first.complete(null)
                    || shard().topology().gates(node).callGate().state() == BreakerState.CLOSED;
            if (news) {
                LOG.warn("Shard {}: {} is down: {}", shardName, node, health.fault());
            }
            for (var gates : List.of(node.asPrimary(), node.asReplica())) {
                gates.connectGate().reportDown();
                gates.callGate().reportDown();
            }
            findPrimary(shard());
            long now = nanoClock.getAsLong();
            if (!isDown) {
                isDown = true;
                downNanos = now;
            } else if (!isLost && now - downNanos >= TimeUnit.MILLISECONDS.toNanos(settings.patienceMillis())) {
                isLost = true;
                LOG.warn(
                        "Shard {}: {} has been silent for {} ms; what runs there is given up",
                        shardName,
                        node,
                        settings.patienceMillis());
                fleet.lost(shard(), node);
            }
        }

        @Override
        public boolean isUrgent() {
            return shard().topology().trouble() != null;
        }

        @Override
        public void refusesConnections(String why) {
            if (!isRefusing) {
                isRefusing = true;
                // Once, not at each look for as long as it refuses.
                LOG.warn("Shard {}: {} takes no new connections: {}", shardName, node, why);
            }
            shard().topology().gates(node).recordConnect(FailureClass.CONNECT_FAILURE, 0);
            first.complete(null);
        }
    }
}
