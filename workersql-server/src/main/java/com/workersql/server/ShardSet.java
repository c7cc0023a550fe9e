// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.CircuitBreakerConfig;
import com.workersql.breaker.FailureClass;
import com.workersql.breaker.endpoint.BreakerRegistry;
import com.workersql.pool.BackendAccount;
import com.workersql.pool.BackendPool;
import com.workersql.pool.BackendUnavailableException;
import com.workersql.pool.Endpoint;
import com.workersql.pool.PoolKey;
import com.workersql.pool.PoolListener;
import com.workersql.pool.PooledClient;
import com.workersql.pool.ProxyProtocol;
import com.workersql.pool.PublicKeyRetrieval;
import com.workersql.pool.TlsMode;
import com.workersql.protocol.CapabilityFlags;
import com.workersql.router.ServerFlavor;
import com.workersql.server.changes.LogSource;
import com.workersql.server.config.BreakerConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.Role;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.config.ShardConfig;
import com.workersql.server.config.ShardEndpoint;
import com.workersql.server.config.ShardTls;
import com.workersql.server.execute.ConnectFailures;
import com.workersql.server.execute.Retries;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.ShardNode;
import com.workersql.server.execute.Shards;
import com.workersql.server.execute.Topology;
import com.workersql.server.health.ShardIdentity;
import com.workersql.server.health.ShardMonitor;
import com.workersql.server.replicas.ServerLoad;
import com.workersql.server.session.SqlModes;
import com.workersql.server.session.TrackingSettings;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shards of a configuration with their pools and gates, and what they said they are. */
final class ShardSet implements ShardMonitor.Fleet, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardSet.class);
    private static final String SUFFIX = "-workersql";
    /**
     * What is claimed as long as no shard has said what it is. MySQL's Connector/J pads a password in another way for servers that are older
     * than 8.0.5, by which nobody could log in.
     */
    private static final int LEAST_VERSION = 80_011;

    private static final String LEAST_VERSION_TEXT = "8.0.11" + SUFFIX;

    /** One that is held for pings and one that is opened to see whether that works. */
    private static final int CHECK_CONNECTIONS = 2;

    private static final int UTF8MB4_GENERAL_CI = 45;
    private static final CapabilityFlags ADMINISTRATION = new CapabilityFlags(CapabilityFlags.CLIENT_DEPRECATE_EOF);

    private static final int CHECK_TIMEOUT_MILLIS = 1_000;

    private final Map<String, Shard> shards = new HashMap<>();
    private final Map<String, BackendPool> checks = new HashMap<>();
    private final Map<String, ShardIdentity> identities = new HashMap<>();
    private final Map<String, ShardConfig> configs = new LinkedHashMap<>();
    private final OneFamily family = new OneFamily();
    private volatile Shards snapshot;

    ShardSet(GatewayConfig config, Transport transport, LongSupplier nanoClock) {
        var gates = BreakerRegistry.builder()
                .call(breaker(config.breaker()))
                .connect(breaker(config.breaker()))
                .listener((key, gate, transition) -> LOG.info("Breaker of {}, {} gate: {}", key, gate, transition))
                .build(nanoClock, new Random());
        for (ShardConfig shard : config.shards()) {
            configs.put(shard.name(), shard);
            shards.put(shard.name(), shard(shard, config, gates, transport, nanoClock));
            checks.put(shard.name(), checks(shard, transport, nanoClock));
        }
        publish();
    }

    private static CircuitBreakerConfig breaker(BreakerConfig config) {
        return CircuitBreaker.builder()
                .consecutiveFailures(config.consecutiveFailures())
                .failureRate(config.failureRatePercent() / 100.0)
                .minimumCalls(config.minimumCalls())
                .window(Duration.ofMillis(config.windowMillis()))
                .openTime(Duration.ofMillis(config.openMillis()), Duration.ofMillis(config.maxOpenMillis()))
                .probes(config.probes())
                .toConfig();
    }

    private static Shard shard(
            ShardConfig shard,
            GatewayConfig config,
            BreakerRegistry registry,
            Transport transport,
            LongSupplier nanoClock) {
        var nodes = new ArrayList<ShardNode>();
        nodes.add(node(shard, shard.primary(), registry));
        shard.endpoints().stream()
                .filter(endpoint -> endpoint.role() == Role.REPLICA)
                .forEach(endpoint -> nodes.add(node(shard, endpoint, registry)));
        var settings = config.pool();
        var topology = new Topology(nodes, settings.queueLength());
        var suspicions = new Suspicions(topology);
        var pool = BackendPool.create(pool(shard, transport, nanoClock)
                .name(shard.name())
                .maxConnectionsPerEndpoint(shard.connectionsOf(0))
                .maxConnectionsPerTenant(settings.connectionsPerTenant())
                .maxWaitersPerEndpoint(settings.queueLength())
                .maxWaitersPerTenant(settings.queueLengthPerTenant())
                .tenantWeight(settings::weightOf)
                .maxPinnedPercentPerTenant(settings.pinnedPercentPerTenant())
                .minIdlePerKey(settings.minIdle())
                .connectTimeoutMillis(settings.connectTimeoutMillis())
                .idleTimeoutMillis(settings.idleTimeoutMillis())
                .maxLifetimeMillis(settings.maxLifetimeMillis())
                .jitterPercent(settings.jitterPercent())
                .validateAfterIdleMillis(settings.validateAfterIdleMillis())
                .validationTimeoutMillis(settings.validationTimeoutMillis())
                .resetTimeoutMillis(settings.resetTimeoutMillis())
                .keySwitchMillis(settings.keySwitchMillis())
                .tcpUserTimeoutMillis(settings.tcpUserTimeoutMillis())
                .preparedStatementsPerConnection(settings.preparedStatementsPerConnection())
                .setupStatement(SetupStatement.of(config.statements(), nodes.size() > 1))
                .listener(suspicions)
                .connectGate(new BreakersConnectGate(topology))
                .build());
        suspicions.pool = pool;
        return new Shard(
                shard.name(),
                tls(shard.tls().mode()),
                pool,
                shard.account() == null ? null : account(shard.account()),
                tenantAccounts(config),
                topology,
                new Retries(nanoClock));
    }

    private static ShardNode node(ShardConfig shard, ShardEndpoint configured, BreakerRegistry registry) {
        var endpoint = new Endpoint(configured.host(), configured.port());
        String name = shard.name() + " at " + endpoint;
        return new ShardNode(endpoint, registry.primary(name), registry.replica(shard.name(), name), new ServerLoad());
    }

    /** What the pool of a shard's statements and that of its health checks have in common. */
    private static com.workersql.pool.PoolConfig.Builder pool(
            ShardConfig shard, Transport transport, LongSupplier nanoClock) {
        boolean retrieval = shard.endpoints().stream().allMatch(shard::allowsPublicKeyRetrieval);
        return com.workersql.pool.PoolConfig.builder()
                .publicKeyRetrieval(retrieval ? PublicKeyRetrieval.ALWAYS : PublicKeyRetrieval.NEVER)
                .sslContext(sslContext(shard))
                .compression(shard.wire().compress().algorithm())
                .proxyProtocol(
                        switch (shard.wire().proxyProtocol()) {
                            case OFF -> ProxyProtocol.NONE;
                            case V1 -> ProxyProtocol.V1;
                            case V2 -> ProxyProtocol.V2;
                        })
                .channelFactory(transport.socket())
                .nanoClock(nanoClock);
    }

    /** A pool for the health checks of a shard, apart from its limit: a check must not wait behind what it is to check. */
    private static BackendPool checks(ShardConfig shard, Transport transport, LongSupplier nanoClock) {
        return BackendPool.create(pool(shard, transport, nanoClock)
                .maxConnectionsPerEndpoint(CHECK_CONNECTIONS)
                .maxWaitersPerEndpoint(CHECK_CONNECTIONS)
                .connectTimeoutMillis(CHECK_TIMEOUT_MILLIS)
                .preparedStatementsPerConnection(1)
                // Nobody reads what a check's session would tell of its state.
                .setupStatement("")
                .detectRestarts(false)
                .build());
    }

    private static Map<String, BackendAccount> tenantAccounts(GatewayConfig config) {
        var accounts = new HashMap<String, BackendAccount>();
        config.tenants().forEach((tenant, account) -> accounts.put(tenant, account(account)));
        return Map.copyOf(accounts);
    }

    /** Takes over the tenants' accounts of another configuration; connections of the old ones are not used again. */
    synchronized void useAccounts(GatewayConfig config) {
        var accounts = tenantAccounts(config);
        shards.replaceAll((name, shard) -> shard.withTenantAccounts(accounts));
        publish();
    }

    /** A client of a shard's primary, by the account that may make databases and accounts; null where there is no such shard. */
    PooledClient administrator(String name, EventLoopGroup loops) {
        var config = configs.get(name);
        if (config == null) {
            return null;
        }
        var shard = current(name);
        var key = new PoolKey(
                shard.primary(),
                account(config.admin() == null ? config.account() : config.admin()),
                null,
                ADMINISTRATION,
                shard.tls(),
                UTF8MB4_GENERAL_CI);
        return PooledClient.builder(shard.pool(), key, loops).build();
    }

    private static BackendAccount account(ShardAccount account) {
        return new BackendAccount(account.user(), account.secret().bytes(), account.database());
    }

    private static TlsMode tls(ShardTls.Mode mode) {
        return switch (mode) {
            case OFF -> TlsMode.DISABLED;
            case REQUIRED, VERIFY_CA -> TlsMode.REQUIRED;
            case VERIFY_IDENTITY -> TlsMode.VERIFY_IDENTITY;
        };
    }

    private static SslContext sslContext(ShardConfig shard) {
        var tls = shard.tls();
        if (tls.mode() == ShardTls.Mode.OFF) {
            return null;
        }
        try {
            var builder = SslContextBuilder.forClient();
            if (tls.mode() == ShardTls.Mode.REQUIRED) {
                builder.trustManager(InsecureTrustManagerFactory.INSTANCE);
            } else if (tls.ca() != null) {
                builder.trustManager(tls.ca().toFile());
            }
            return builder.build();
        } catch (SSLException | IllegalArgumentException e) {
            throw new GatewayStartException(
                    GatewayStartException.BAD_CONFIGURATION,
                    "shards." + shard.name() + ".tls cannot be used: " + e.getMessage(),
                    e);
        }
    }

    /**
     * Where the shards' logs are read, in the order of the configuration.
     *
     * @param account by which; null: each shard's own
     */
    List<LogSource> logSources(ShardAccount account, Transport transport) {
        var sources = new ArrayList<LogSource>();
        for (var shard : configs.values()) {
            var topology = snapshot.byName().get(shard.name()).topology();
            boolean retrieval = shard.endpoints().stream().allMatch(shard::allowsPublicKeyRetrieval);
            sources.add(new LogSource(
                    shard.name(),
                    () -> topology.primary().endpoint(),
                    account(account == null ? shard.account() : account),
                    switch (tls(shard.tls().mode())) {
                        case DISABLED -> com.workersql.protocol.session.TlsMode.DISABLED;
                        case REQUIRED -> com.workersql.protocol.session.TlsMode.REQUIRED;
                        case VERIFY_IDENTITY -> com.workersql.protocol.session.TlsMode.VERIFY_IDENTITY;
                    },
                    sslContext(shard),
                    retrieval,
                    switch (shard.wire().proxyProtocol()) {
                        case OFF -> 0;
                        case V1 -> 1;
                        case V2 -> 2;
                    },
                    transport.socket(),
                    topology.canFailOver()));
        }
        return sources;
    }

    /** Takes over what a shard says it is. Called on the monitor's loop. */
    @Override
    public synchronized void learned(Shard shard, ShardIdentity identity) {
        var before = identities.put(shard.name(), identity);
        boolean isAnother = before != null && !identity.server().equals(before.server());
        if (isAnother) {
            LOG.warn("Shard {}: {} is another server than before", shard.name(), shard.primary());
        }
        if (isAnother || (before != null && before.version() != identity.version())) {
            // What was prepared or assumed with the old server is not to be used with the new one.
            shard.pool().invalidate(shard.primary());
        }
        if (!identity.equals(before)) {
            publish();
        }
    }

    /** Makes the snapshot that statements use; under this object's lock. */
    private void publish() {
        var known = new ArrayList<>(identities.values());
        known.sort(Comparator.comparingInt(ShardIdentity::version));
        var flavor = known.isEmpty() ? ServerFlavor.MYSQL : known.get(0).flavor();
        family.hold(identities, flavor, name -> shards.get(name).calls());
        snapshot = known.isEmpty()
                ? new Shards(
                        shards, flavor, LEAST_VERSION, LEAST_VERSION_TEXT, SqlModes.DEFAULT, TrackingSettings.DEFAULT)
                : new Shards(
                        shards,
                        flavor,
                        known.get(0).version(),
                        known.get(0).versionText() + SUFFIX,
                        SqlModes.parse(known.get(0).sqlMode()),
                        known.get(0).tracking());
    }

    /** Whether a shard is shut since its servers are of another family than those of the others. */
    synchronized boolean isOfOtherFamily(String name) {
        var identity = identities.get(name);
        return identity != null && identity.flavor() != snapshot.flavor();
    }

    Shards snapshot() {
        return snapshot;
    }

    List<Shard> all() {
        return List.copyOf(shards.values());
    }

    @Override
    public BackendPool checks(Shard shard) {
        return checks.get(shard.name());
    }

    @Override
    public synchronized Shard current(String name) {
        return shards.get(name);
    }

    @Override
    public void lost(Shard shard, ShardNode node) {
        shard.pool().sever(node.endpoint(), "the server does not answer");
    }

    @Override
    public void connectable(Shard shard, ShardNode node, ShardIdentity identity) {
        int allowed = configs.get(shard.name()).connectionsOf(identity.maxConnections());
        shard.pool().limit(node.endpoint(), allowed);
    }

    @Override
    public void close() {
        checks.values().forEach(BackendPool::close);
        shards.values().forEach(shard -> shard.pool().close());
    }

    /** Has a server looked at that connections give a reason to doubt. */
    private static final class Suspicions implements PoolListener {
        private final Topology topology;
        private volatile BackendPool pool;

        Suspicions(Topology topology) {
            this.topology = topology;
        }

        @Override
        public void connectFailed(Endpoint endpoint, BackendUnavailableException cause) {
            var node = topology.node(endpoint);
            var outcome =
                    ConnectFailures.classify(cause, topology.gates(node).key().role());
            if (ConnectFailures.isFull(cause)) {
                // Who wants a connection waits for one of those that are open, until a check gets a new one.
                pool.limit(endpoint, Math.max(1, pool.stats(endpoint).open()));
            }
            if (outcome != FailureClass.NEUTRAL) {
                topology.suspect(node);
            }
        }

        @Override
        public void restartDetected(Endpoint endpoint) {
            LOG.info("{} has restarted or is configured otherwise: its old connections are closed", endpoint);
            topology.suspect(topology.node(endpoint));
        }
    }
}
