// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.session.TlsOffer;
import com.workersql.router.MultiShardSupport;
import com.workersql.router.Router;
import com.workersql.server.anyport.AnyDoor;
import com.workersql.server.changes.ChangeDesk;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.LocalInfile;
import com.workersql.server.config.yaml.DocumentException;
import com.workersql.server.embedded.EmbeddedException;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardListener;
import com.workersql.server.error.Incidents;
import com.workersql.server.execute.Admission;
import com.workersql.server.execute.ExecutorSettings;
import com.workersql.server.execute.Planner;
import com.workersql.server.execute.StatementExecutor;
import com.workersql.server.gateways.Peers;
import com.workersql.server.health.HealthSettings;
import com.workersql.server.health.ShardMonitor;
import com.workersql.server.http.HealthView;
import com.workersql.server.http.HttpDoor;
import com.workersql.server.http.admin.AdminDesk;
import com.workersql.server.http.peers.PeerDesk;
import com.workersql.server.http.query.ExecutorSessions;
import com.workersql.server.http.session.SessionTokens;
import com.workersql.server.login.Bearers;
import com.workersql.server.login.Logins;
import com.workersql.server.metrics.GatewayMetrics;
import com.workersql.server.mysql.MySqlDoor;
import com.workersql.server.mysql.MySqlDoorSettings;
import com.workersql.server.placement.SchemaCheck;
import com.workersql.server.policies.PolicyChanges;
import com.workersql.server.results.ResultCache;
import com.workersql.server.session.SessionRegistry;
import com.workersql.server.tenants.ShardAdministrator;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.Channel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running gateway, in this process. Safe for all threads.
 *
 * <pre>{@code
 * try (Gateway gateway = Gateway.start(config)) {
 *     InetSocketAddress mysql = gateway.mysqlAddress();
 * }
 * }</pre>
 */
public final class Gateway implements RunningGateway {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final int HASHING_QUEUE = 1_024;
    private static final int SCHEMA_TIMEOUT_MILLIS = 1_000;

    private final GatewayConfig config;
    private final Deque<Runnable> closing = new ArrayDeque<>();
    private final Peers peers;
    private final SessionRegistry sessions;
    private final AtomicBoolean drainAsked = new AtomicBoolean();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile ConfigurationInForce inForce;
    private GatewayAdministration administration;
    private EmbeddedShards embedded;
    private Router router;
    private ShardSet shards;
    private Doors doors;
    private Channel mysql;
    private Channel http;
    private boolean closed;

    private Gateway(GatewayConfig config) {
        this.config = config;
        this.peers = new Peers(config.peers(), InstantSource.system(), new SecureRandom());
        this.sessions = new SessionRegistry(config.peers().number(), peers);
    }

    /**
     * Starts a gateway, and its embedded shards where the configuration has some. Returns when all doors are open.
     *
     * @param config the configuration
     * @return the gateway; the caller closes it
     * @throws GatewayStartException when it cannot start; what was started is stopped again
     */
    public static Gateway start(GatewayConfig config) {
        return start(config, ShardListener.NONE);
    }

    /**
     * Starts a gateway and tells how the embedded shards come up.
     *
     * @param config the configuration
     * @param listener hears about unpacking and first starts
     * @return the gateway; the caller closes it
     * @throws GatewayStartException when it cannot start; what was started is stopped again
     */
    public static Gateway start(GatewayConfig config, ShardListener listener) {
        return start(config, listener, System::nanoTime);
    }

    /** With a monotonic clock of the caller's own. */
    static Gateway start(GatewayConfig config, ShardListener listener, LongSupplier nanoClock) {
        var gateway = new Gateway(config);
        try {
            gateway.open(listener, nanoClock);
            return gateway;
        } catch (RuntimeException e) {
            gateway.close();
            throw e;
        }
    }

    private void open(ShardListener listener, LongSupplier nanoClock) {
        // A key takes a while to find, and nobody needs it before the first client.
        var rsaKeys = CompletableFuture.supplyAsync(RsaKeyPair::generate);
        var base = withEmbeddedShards(listener);

        var transport = Transport.create(Runtime.getRuntime().availableProcessors());
        closing.push(transport::close);
        administration = new GatewayAdministration(
                base,
                () -> inForce.base(),
                new ShardAdministrator(shard -> shards.administrator(shard, transport.workers())),
                () -> inForce.reload(inForce.base()));
        closing.push(administration::close);
        var effective = withTenants(base);
        var policy = ConfigurationInForce.policy(effective);
        shards = new ShardSet(effective, transport, nanoClock);
        closing.push(shards::close);
        router = Router.builder(policy)
                .planCacheMaxWeightBytes(effective.limits().planCacheBytes())
                .multiShard(MultiShardSupport.CONCATENATION)
                .localFiles(effective.localInfile() == LocalInfile.ON)
                .onFault(fault ->
                        Incidents.log("the planning of a statement", fault).message())
                .build();
        var planner = new Planner(effective.limits());
        closing.push(planner::close);
        planner.runInBackground(router::warmUp);
        var hashing = new ThreadPoolExecutor(
                1,
                1,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(HASHING_QUEUE),
                new DefaultThreadFactory("workersql-hashing", true));
        closing.push(hashing::shutdownNow);
        var logins = new Logins(hashing, new SecureRandom());
        logins.use(effective);
        var bearers = new Bearers(InstantSource.system(), nanoClock);
        try {
            bearers.use(effective);
        } catch (IllegalArgumentException e) {
            throw new GatewayStartException(
                    GatewayStartException.BAD_CONFIGURATION, "auth.jwt: the key set " + e.getMessage(), e);
        }
        var admission = new Admission(effective.statements(), nanoClock);
        var results = new ResultCache(effective.cache());
        var executor = new StatementExecutor(
                router,
                shards::snapshot,
                planner,
                sessions,
                nanoClock,
                admission,
                results,
                ExecutorSettings.of(effective));

        var monitor =
                new ShardMonitor(transport.workers().next(), nanoClock, new Random(), HealthSettings.DEFAULT, shards);
        closing.push(monitor::close);
        // Whoever connects is to be greeted by what the shards are, if they say it in time.
        monitor.start(shards.all()).toCompletableFuture().join();

        var schemaCheck = new SchemaCheck(transport.workers().next(), nanoClock, SCHEMA_TIMEOUT_MILLIS);
        var faults = schemaCheck.faults(policy, shards.all()).join();
        if (!faults.isEmpty()) {
            throw new GatewayStartException(
                    GatewayStartException.BAD_CONFIGURATION,
                    effective.policy().origin() + ": the policy is not for these tables: " + faults.inWords(),
                    null);
        }

        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        closing.push(registry::close);
        var metrics = new GatewayMetrics(registry);
        metrics.sessions(sessions);
        metrics.connectionUse(executor.counters());
        metrics.router(router);
        metrics.planner(planner);
        metrics.admission(admission);
        metrics.results(results);
        shards.all().forEach(shard -> {
            metrics.shard(shard.name(), shard.pool(), shard.topology());
            metrics.retries(shard.name(), shard.retries());
            metrics.topology(shard.name(), shard.topology(), nanoClock);
        });

        var limits = effective.limits();
        doors = new Doors(transport, limits.handshakeTimeoutMillis());
        var budget = new ByteBudget(limits.statementBudgetBytes());
        var tls = new ClientTlsContext(effective.tls());
        var door = new MySqlDoor(
                executor,
                shards::snapshot,
                logins,
                sessions,
                hashing,
                tls::context,
                tls.offer(),
                rsaKeys.join(),
                MySqlDoorSettings.of(effective),
                budget,
                doors::drainError);
        if (embedded != null) {
            embedded.tenants()
                    .forEach(tenant -> door.remember(
                            PasswordVerifier.parse(tenant.passwordHash()),
                            tenant.password().bytes()));
        }
        var web = effective.web();
        var changes = ChangeFeeds.open(effective, shards, transport, results);
        if (changes != null) {
            closing.push(changes::close);
            metrics.changes(changes);
        }
        inForce = new ConfigurationInForce(
                new ConfigurationInForce.Parts(
                        administration, router, schemaCheck, shards, logins, bearers, tls, changes, sessions),
                base,
                effective);
        executor.onDefinition(inForce::checkTables);
        administration.policy(new PolicyChanges(router, inForce::base, inForce::reload));
        var httpDoor = new HttpDoor(
                new ExecutorSessions(executor, sessions, shards::snapshot),
                new AllLogins(logins, bearers),
                registry,
                () -> health(monitor, results),
                web.withHttp(web.http().withMaxConnections(limits.maxConnections())),
                nanoClock,
                SessionTokens.of(effective.peers(), new SecureRandom()),
                budget,
                door.withoutTls(),
                tls.offer() == TlsOffer.OFF ? null : tls::context,
                tls.offer() == TlsOffer.REQUIRED,
                changes == null ? ChangeDesk.none() : new ChangeDesk(changes, router::policy),
                new PeerDesk(peers, sessions),
                effective.adminToken() == null ? null : new AdminDesk(effective.adminToken(), administration));
        administration.control(new GatewayOperations(
                shards,
                monitor,
                sessions,
                httpDoor.sockets(),
                transport.workers().next(),
                nanoClock,
                this::drain));
        administration.watch();
        if (effective.hasOnePort()) {
            var any = new AnyDoor(door, httpDoor, effective.onePortWaitMillis());
            mysql = doors.open("one", effective.mysql(), any);
            http = mysql;
            LOG.info("Listening for all clients on {} ({})", mysqlAddress(), transport.name());
        } else {
            mysql = doors.open("mysql", effective.mysql(), door);
            LOG.info("Listening for MySQL clients on {} ({})", mysqlAddress(), transport.name());
            http = doors.open("http", effective.http(), httpDoor);
            LOG.info("Listening for HTTP and WebSocket clients on {}", httpAddress());
        }
    }

    private HealthView.Health health(ShardMonitor monitor, ResultCache results) {
        var all = shards.all();
        long reachable = all.stream().filter(monitor::isReachable).count();
        boolean keepsAnswers = results.isEnabled() && router.policy().keepsAnswers();
        return new HealthView.Health(all.size(), (int) reachable, !doors.isDraining(), keepsAnswers);
    }

    private GatewayConfig withEmbeddedShards(ShardListener listener) {
        if (config.embedded() == null || !config.shards().isEmpty()) {
            return config;
        }
        try {
            embedded = EmbeddedShards.start(config.embedded(), listener);
        } catch (EmbeddedException e) {
            throw new GatewayStartException(GatewayStartException.BAD_CONFIGURATION, e.getMessage(), e);
        }
        closing.push(embedded::close);
        return embedded.applyTo(config);
    }

    private GatewayConfig withTenants(GatewayConfig base) {
        try {
            return administration.withTenants(base);
        } catch (DocumentException e) {
            throw new GatewayStartException(GatewayStartException.BAD_CONFIGURATION, e.getMessage(), e);
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Users, API keys, the issuer of tokens, tenants' accounts, the policy and the certificate change at once, for statements and
     * clients that come from now on; sessions of a tenant that has no user any more are cut. Addresses, shards, limits, the pool's
     * settings and the way of administration need a new start, which a log line says.
     */
    @Override
    public void reload(GatewayConfig configured) {
        inForce.reload(configured);
    }

    @Override
    public InetSocketAddress mysqlAddress() {
        return (InetSocketAddress) mysql.localAddress();
    }

    @Override
    public InetSocketAddress httpAddress() {
        return http == null ? null : (InetSocketAddress) http.localAddress();
    }

    @Override
    public EmbeddedShards embeddedShards() {
        return embedded;
    }

    @Override
    public CompletionStage<Void> whenStopped() {
        return stopped.minimalCompletionStage();
    }

    /**
     * Begins to stop, as {@link #close} does, and returns at once. Harmless when called again.
     *
     * @return for how long clients may end what they have begun, in milliseconds
     */
    public int drain() {
        if (drainAsked.compareAndSet(false, true)) {
            new Thread(this::close, "workersql-drain").start();
        }
        return drainMillis();
    }

    private int drainMillis() {
        var started = inForce;
        return started == null ? config.drainMillis() : started.drainMillis();
    }

    /**
     * Stops: accepts nobody any more, lets open transactions end as long as the configuration's {@code drain_millis} allow,
     * then closes everything. When called again it waits until that is done.
     */
    @Override
    public void close() {
        boolean first;
        synchronized (closing) {
            first = !closed;
            closed = true;
        }
        if (!first) {
            stopped.join();
            return;
        }
        try {
            if (doors != null) {
                doors.drain(drainMillis());
            }
            while (!closing.isEmpty()) {
                try {
                    closing.pop().run();
                } catch (RuntimeException e) {
                    LOG.warn("A part of the gateway did not stop cleanly", e);
                }
            }
            if (mysql != null) {
                LOG.info("Stopped");
            }
        } finally {
            stopped.complete(null);
        }
    }
}
