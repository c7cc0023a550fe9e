// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.metrics;

import com.workersql.breaker.BreakerState;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.endpoint.EndpointGates;
import com.workersql.pool.AcquireSource;
import com.workersql.pool.BackendPool;
import com.workersql.pool.CloseReason;
import com.workersql.pool.EndpointStats;
import com.workersql.router.Router;
import com.workersql.router.RouterStats;
import com.workersql.server.changes.GatewayChanges;
import com.workersql.server.execute.Admission;
import com.workersql.server.execute.Planner;
import com.workersql.server.execute.Retries;
import com.workersql.server.execute.SessionCounters;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.execute.Topology;
import com.workersql.server.replicas.ServerLoad;
import com.workersql.server.results.ResultCache;
import com.workersql.server.session.HoldReason;
import com.workersql.server.session.SessionRegistry;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Binds what the parts count to a registry. Nothing here is on the way of a statement: the parts count for themselves. */
public final class GatewayMetrics {
    private final MeterRegistry registry;

    /**
     * Figures in a registry.
     *
     * @param registry where they are published
     */
    public GatewayMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Publishes how many sessions are open.
     *
     * @param sessions the registry of sessions
     */
    public void sessions(SessionRegistry sessions) {
        Gauge.builder("workersql.sessions", sessions, SessionRegistry::size)
                .description("Open sessions of all doors")
                .register(registry);
    }

    /**
     * Publishes how sessions use connections.
     *
     * @param counters the executor's counters
     */
    public void connectionUse(SessionCounters counters) {
        statements(counters, "false", SessionCounters::free);
        statements(counters, "true", SessionCounters::bound);
        FunctionCounter.builder("workersql.session.moves", counters, SessionCounters::moved)
                .description("Statements that ran on another connection than the one before of their session")
                .register(registry);
        setups(counters, "ahead", SessionCounters::setupsAhead);
        setups(counters, "awaited", SessionCounters::setupsAwaited);
        FunctionCounter.builder("workersql.session.setups.refused", counters, SessionCounters::setupsRefused)
                .description(
                        "States that a shard refused although it had accepted them before, with a statement behind")
                .register(registry);
        disagreements(counters, "tracking", SessionCounters::onlyTracked);
        disagreements(counters, "text", SessionCounters::onlyRead);
        for (var reason : HoldReason.values()) {
            FunctionCounter.builder("workersql.session.pins", counters, c -> c.pins(reason))
                    .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                    .description("How often a reason began to keep a session on its connection")
                    .register(registry);
        }
    }

    private void statements(SessionCounters counters, String pinned, ToDoubleFunction<SessionCounters> figure) {
        FunctionCounter.builder("workersql.session.statements", counters, figure)
                .tag("pinned", pinned)
                .description("Statements that ran on a connection, by whether their session was bound to it before")
                .register(registry);
    }

    private void setups(SessionCounters counters, String sent, ToDoubleFunction<SessionCounters> figure) {
        FunctionCounter.builder("workersql.session.setups", counters, figure)
                .tag("sent", sent)
                .description(
                        "Connections that were given their session's state, in the write of its statement or before")
                .register(registry);
    }

    private void disagreements(SessionCounters counters, String only, ToDoubleFunction<SessionCounters> figure) {
        FunctionCounter.builder("workersql.session.state.disagreements", counters, figure)
                .tag("only", only)
                .description("Statements whose text and whose server's tracking differ on what they left behind")
                .register(registry);
    }

    /**
     * Publishes how the plan cache does.
     *
     * @param router the router
     */
    public void router(Router router) {
        plan(router, "workersql.plan.cache.hits", RouterStats::hits);
        plan(router, "workersql.plan.cache.misses", RouterStats::misses);
        plan(router, "workersql.plan.cache.evictions", RouterStats::evictions);
        plan(router, "workersql.plan.unparsable", RouterStats::unparsable);
        plan(router, "workersql.plan.disagreements", RouterStats::disagreements);
        plan(router, "workersql.plan.refused", RouterStats::refused);
        Gauge.builder("workersql.plan.cache.bytes", router, r -> r.stats().cachedWeightBytes())
                .description("Weight of the cached plans in bytes")
                .register(registry);
    }

    /**
     * Publishes how many statements wait for their first analysis.
     *
     * @param planner the planner
     */
    public void planner(Planner planner) {
        Gauge.builder("workersql.planner.waiting", planner, Planner::waiting)
                .description("Statements that wait for their first analysis")
                .register(registry);
    }

    private void plan(Router router, String name, ToLongFunction<RouterStats> figure) {
        FunctionCounter.builder(name, router, r -> figure.applyAsLong(r.stats()))
                .register(registry);
    }

    /**
     * Publishes who follows changes.
     *
     * @param changes the change feed
     */
    public void changes(GatewayChanges changes) {
        Gauge.builder("workersql.changes.subscriptions", changes, GatewayChanges::subscriptions)
                .description("Open subscriptions to the changes of tables")
                .register(registry);
        Gauge.builder("workersql.changes.readers", changes, GatewayChanges::readers)
                .description("Connections that read binary logs")
                .register(registry);
        Gauge.builder("workersql.changes.waiting.bytes", changes, GatewayChanges::waitingBytes)
                .description("Bytes of changes that wait for subscribers")
                .register(registry);
    }

    /**
     * Publishes the connections to a shard and the state of its gates. What is now is told of the server that is the primary now, what has
     * happened of all of the shard's servers, so that it never becomes less.
     *
     * @param shard the shard's name
     * @param pool the pool
     * @param topology its servers
     */
    public void shard(String shard, BackendPool pool, Topology topology) {
        connections(shard, "open", pool, topology, EndpointStats::open);
        connections(shard, "idle", pool, topology, EndpointStats::idle);
        connections(shard, "lent", pool, topology, EndpointStats::lent);
        connections(shard, "connecting", pool, topology, EndpointStats::connecting);
        connections(shard, "waiting", pool, topology, EndpointStats::waiting);
        connections(shard, "limit", pool, topology, EndpointStats::limit);
        for (var source : AcquireSource.values()) {
            count(
                            "workersql.pool.acquired",
                            shard,
                            pool,
                            topology,
                            stats -> stats.acquired().get(source))
                    .tag("source", source.name().toLowerCase(Locale.ROOT))
                    .description("Connections borrowed, by where they came from")
                    .register(registry);
        }
        for (var reason : CloseReason.values()) {
            count(
                            "workersql.pool.closed",
                            shard,
                            pool,
                            topology,
                            stats -> stats.closed().get(reason))
                    .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                    .description("Connections closed, by reason")
                    .register(registry);
        }
        count("workersql.pool.acquire.timeouts", shard, pool, topology, EndpointStats::acquireTimeouts)
                .register(registry);
        count("workersql.pool.acquire.rejected", shard, pool, topology, EndpointStats::acquireRejected)
                .register(registry);
        count("workersql.pool.opened", shard, pool, topology, EndpointStats::opened)
                .register(registry);
        count("workersql.pool.connect.failures", shard, pool, topology, EndpointStats::connectFailures)
                .register(registry);
        count("workersql.pool.resets", shard, pool, topology, EndpointStats::resets)
                .register(registry);
        count("workersql.pool.rollbacks", shard, pool, topology, EndpointStats::rollbacks)
                .register(registry);
        gate(shard, "calls", topology, EndpointGates::callGate);
        gate(shard, "connects", topology, EndpointGates::connectGate);
    }

    private static FunctionCounter.Builder<Topology> count(
            String name, String shard, BackendPool pool, Topology topology, ToLongFunction<EndpointStats> figure) {
        return FunctionCounter.builder(
                        name,
                        topology,
                        t -> t.nodes().stream()
                                .mapToLong(node -> figure.applyAsLong(pool.stats(node.endpoint())))
                                .sum())
                .tag("shard", shard);
    }

    /**
     * Publishes how many statements of a shard were repeated, by the proof that it did no harm.
     *
     * @param shard the shard's name
     * @param retries the shard's repeated statements
     */
    public void retries(String shard, Retries retries) {
        for (var proof : Retries.Proof.values()) {
            FunctionCounter.builder("workersql.retries", retries, r -> r.count(proof))
                    .tag("shard", shard)
                    .tag("proof", proof.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        FunctionCounter.builder("workersql.retries.refused", retries, Retries::refused)
                .description("Statements that were not repeated because the shard's budget was spent")
                .tag("shard", shard)
                .register(registry);
    }

    /**
     * Publishes how many statements are under way, and how many were refused by a limit.
     *
     * @param admission who lets them in
     */
    public void admission(Admission admission) {
        Gauge.builder("workersql.statements.running", admission, Admission::running)
                .register(registry);
        FunctionCounter.builder("workersql.statements.refused", admission, Admission::refused)
                .register(registry);
    }

    /**
     * Publishes how many statements wait for a shard's new primary, how many reads its replicas get and how far they are behind.
     *
     * @param shard the shard's name
     * @param topology its servers
     * @param nanoClock the gateway's clock
     */
    public void topology(String shard, Topology topology, LongSupplier nanoClock) {
        for (var node : topology.canFailOver() ? topology.nodes() : List.<ShardNode>of()) {
            FunctionCounter.builder("workersql.replica.reads", node.load(), ServerLoad::reads)
                    .description("Reads that were sent to a server because it is a replica")
                    .tag("shard", shard)
                    .tag("server", node.name())
                    .register(registry);
            Gauge.builder(
                            "workersql.replica.lag.seconds",
                            node.load(),
                            load -> load.lagMillis(nanoClock.getAsLong()) / 1_000.0)
                    .description("How far a replica may be behind, at most; negative where it is not known")
                    .tag("shard", shard)
                    .tag("server", node.name())
                    .register(registry);
        }
        Gauge.builder("workersql.failover.waiting", topology, t -> t.waiters().size())
                .tag("shard", shard)
                .register(registry);
        Gauge.builder("workersql.shard.primary", topology, t -> t.trouble() == null ? 1 : 0)
                .description("1 while one of the shard's servers takes writes")
                .tag("shard", shard)
                .register(registry);
    }

    /**
     * Publishes how the cache of results does.
     *
     * @param results the cache
     */
    public void results(ResultCache results) {
        reads(results, "fresh", ResultCache::hits);
        reads(results, "stale", ResultCache::staleHits);
        reads(results, "miss", ResultCache::misses);
        FunctionCounter.builder("workersql.result.cache.invalidations", results, ResultCache::invalidations)
                .description("Writes that touched tables of which answers were kept")
                .register(registry);
        FunctionCounter.builder("workersql.result.cache.evictions", results, ResultCache::evictions)
                .register(registry);
        Gauge.builder("workersql.result.cache.bytes", results, ResultCache::bytes)
                .description("Weight of the kept answers in bytes")
                .register(registry);
    }

    private void reads(ResultCache results, String answer, ToDoubleFunction<ResultCache> figure) {
        FunctionCounter.builder("workersql.result.cache.reads", results, figure)
                .tag("answer", answer)
                .description("Reads whose answers may be kept, by what answered them")
                .register(registry);
    }

    private void connections(
            String shard, String state, BackendPool pool, Topology topology, ToDoubleFunction<EndpointStats> figure) {
        Gauge.builder(
                        "workersql.pool.connections",
                        topology,
                        t -> figure.applyAsDouble(pool.stats(t.primary().endpoint())))
                .tag("shard", shard)
                .tag("state", state)
                .description("Connections to the shard's primary, requests that wait for one, and the limit")
                .register(registry);
    }

    private void gate(String shard, String gate, Topology topology, Function<EndpointGates, CircuitBreaker> which) {
        Gauge.builder(
                        "workersql.breaker.open",
                        topology,
                        t -> which.apply(t.primary().asPrimary()).state() == BreakerState.CLOSED ? 0 : 1)
                .tag("shard", shard)
                .tag("gate", gate)
                .description("1 while the breaker of the shard's primary is not closed")
                .register(registry);
        FunctionCounter.builder(
                        "workersql.breaker.rejected",
                        topology,
                        t -> t.nodes().stream()
                                .mapToLong(node ->
                                        which.apply(node.asPrimary()).snapshot().totalRejected())
                                .sum())
                .tag("shard", shard)
                .tag("gate", gate)
                .register(registry);
    }
}
