// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.breaker.BreakerMode;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.CircuitBreakerConfig;
import com.workersql.breaker.endpoint.BreakerRegistry;
import com.workersql.pool.BackendAccount;
import com.workersql.pool.BackendPool;
import com.workersql.pool.BackendUnavailableException;
import com.workersql.pool.Endpoint;
import com.workersql.pool.PoolListener;
import com.workersql.pool.PublicKeyRetrieval;
import com.workersql.pool.TlsMode;
import com.workersql.router.ServerFlavor;
import com.workersql.server.config.BreakerConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.config.ShardConfig;
import com.workersql.server.config.ShardTls;
import com.workersql.server.execute.Shard;
import com.workersql.server.execute.Shards;
import com.workersql.server.health.ShardIdentity;
import com.workersql.server.session.SqlModes;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shards of a configuration with their pools and gates, and what they said they are. */
final class ShardSet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardSet.class);
    private static final String SUFFIX = "-workersql";

    private final Map<String, Shard> shards = new HashMap<>();
    private final Map<String, ShardIdentity> identities = new HashMap<>();
    private final Map<String, ShardConfig> configs = new HashMap<>();
    private volatile Consumer<String> onRestart = shard -> {};
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

    private Shard shard(
            ShardConfig shard,
            GatewayConfig config,
            BreakerRegistry registry,
            Transport transport,
            LongSupplier nanoClock) {
        var primary = shard.primary();
        var gates = registry.primary(shard.name());
        var settings = config.pool();
        var pool = BackendPool.create(com.workersql.pool.PoolConfig.builder()
                .name(shard.name())
                .maxConnectionsPerEndpoint(shard.connectionsOf(0))
                .maxConnectionsPerTenant(settings.connectionsPerTenant())
                .maxWaitersPerEndpoint(settings.queueLength())
                .maxWaitersPerTenant(settings.queueLengthPerTenant())
                .maxPinnedPercentPerTenant(settings.pinnedPercentPerTenant())
                .tenantWeight(settings::weightOf)
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
                .publicKeyRetrieval(
                        shard.allowsPublicKeyRetrieval(primary) ? PublicKeyRetrieval.ALWAYS : PublicKeyRetrieval.NEVER)
                .sslContext(sslContext(shard))
                .channelFactory(transport.socket())
                .listener(new ConnectionFeed(shard.name(), gates.connectGate()))
                .nanoClock(nanoClock)
                .build());
        return new Shard(
                shard.name(),
                new Endpoint(primary.host(), primary.port()),
                tls(shard.tls().mode()),
                pool,
                shard.account() == null ? null : account(shard.account()),
                tenantAccounts(config),
                gates.callGate(),
                gates.connectGate());
    }

    private static Map<String, BackendAccount> tenantAccounts(GatewayConfig config) {
        var accounts = new HashMap<String, BackendAccount>();
        config.tenants().forEach((tenant, account) -> accounts.put(tenant, account(account)));
        return Map.copyOf(accounts);
    }

    /** Takes over the tenants' accounts of another configuration; connections of the old ones are not used again. */
    synchronized void useAccounts(GatewayConfig config) {
        var accounts = tenantAccounts(config);
        shards.replaceAll((name, shard) -> new Shard(
                name,
                shard.primary(),
                shard.tls(),
                shard.pool(),
                shard.account(),
                accounts,
                shard.calls(),
                shard.connects()));
        publish();
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

    /** Takes over what a shard says it is. Called on the monitor's loop. */
    synchronized void learned(Shard shard, ShardIdentity identity) {
        var before = identities.put(shard.name(), identity);
        if (before != null && before.version() != identity.version()) {
            // What was prepared or assumed with the old server is not to be used with the new one.
            shard.pool().invalidate(shard.primary());
        }
        shard.pool().limit(shard.primary(), configs.get(shard.name()).connectionsOf(identity.maxConnections()));
        if (!identity.equals(before)) {
            publish();
        }
    }

    /** Makes the snapshot that statements use; under this object's lock. */
    private void publish() {
        var known = new ArrayList<>(identities.values());
        known.sort(Comparator.comparingInt(ShardIdentity::version));
        var flavor = known.isEmpty() ? ServerFlavor.MYSQL : known.get(0).flavor();
        identities.forEach((name, identity) -> {
            if (identity.flavor() != flavor) {
                LOG.error(
                        "Shard {} is {}, others are {}: one gateway serves one family, so this shard is shut",
                        name,
                        identity.versionText(),
                        flavor);
                shards.get(name).calls().mode(BreakerMode.FORCED_OPEN);
            }
        });
        snapshot = known.isEmpty()
                ? new Shards(shards, flavor, 80_000, "8.0.0" + SUFFIX, SqlModes.DEFAULT)
                : new Shards(
                        shards,
                        flavor,
                        known.get(0).version(),
                        known.get(0).versionText() + SUFFIX,
                        SqlModes.parse(known.get(0).sqlMode()));
    }

    Shards snapshot() {
        return snapshot;
    }

    List<Shard> all() {
        return List.copyOf(shards.values());
    }

    @Override
    public void close() {
        shards.values().forEach(shard -> shard.pool().close());
    }

    /**
     * Has somebody told when a shard's server is another one than before.
     *
     * @param action takes the shard's name, on any event loop
     */
    void onRestart(Consumer<String> action) {
        onRestart = action;
    }

    /** Tells the connect gate how connecting goes; an answer of a healthy server, such as a wrong password, does not count. */
    private final class ConnectionFeed implements PoolListener {
        private final String shard;
        private final CircuitBreaker gate;

        ConnectionFeed(String shard, CircuitBreaker gate) {
            this.shard = shard;
            this.gate = gate;
        }

        @Override
        public void connectSucceeded(Endpoint endpoint, long nanos) {
            gate.reportHealthy();
        }

        @Override
        public void connectFailed(Endpoint endpoint, BackendUnavailableException cause) {
            boolean counts = cause.reason() != BackendUnavailableException.Reason.REJECTED
                    || cause.errno() == 1040
                    || cause.errno() == 1129;
            if (counts) {
                gate.recordFailure();
            }
        }

        @Override
        public void restartDetected(Endpoint endpoint) {
            LOG.info("Shard {} has restarted or is configured otherwise: its old connections are closed", shard);
            onRestart.accept(shard);
        }
    }
}
