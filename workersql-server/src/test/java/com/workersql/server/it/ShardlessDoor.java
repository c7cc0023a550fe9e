// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.session.TlsOffer;
import com.workersql.protocol.testing.RawClient;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.server.config.CacheConfig;
import com.workersql.server.config.Compression;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.Limits;
import com.workersql.server.config.ReplicasConfig;
import com.workersql.server.config.StatementsConfig;
import com.workersql.server.error.Incidents;
import com.workersql.server.execute.Admission;
import com.workersql.server.execute.ExecutorSettings;
import com.workersql.server.execute.Planner;
import com.workersql.server.execute.Shards;
import com.workersql.server.execute.StatementExecutor;
import com.workersql.server.login.Logins;
import com.workersql.server.mysql.MySqlDoor;
import com.workersql.server.mysql.MySqlDoorSettings;
import com.workersql.server.results.ResultCache;
import com.workersql.server.session.SessionRegistry;
import com.workersql.server.session.SqlModes;
import com.workersql.server.session.TrackingSettings;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.UserStore;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The MySQL door of a gateway that has no shards: what is planned and sent comes back as error 1429, and what befalls it before can be
 * chosen. For the tenant acme.
 */
final class ShardlessDoor implements AutoCloseable {
    private static final long CAPABILITIES = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Planner planner;
    private final Admission admission = new Admission(StatementsConfig.defaults(), System::nanoTime);
    private volatile Runnable ofResolver = () -> {};
    private volatile RuntimeException ofShards;

    private final int port;

    ShardlessDoor() throws InterruptedException {
        this(Limits.defaults());
    }

    ShardlessDoor(Limits limits) throws InterruptedException {
        planner = new Planner(limits);
        var random = new SecureRandom();
        var shards = new Shards(
                Map.of(), ServerFlavor.MARIADB, 110405, "11.4.5-MariaDB", SqlModes.DEFAULT, TrackingSettings.DEFAULT);
        var policy = RoutingPolicy.parse("{version: 1, shards: [shard_0], tenants: {acme: shard_0}}");
        var router = Router.builder(policy)
                .tenantResolver((tenant, inForce) -> {
                    ofResolver.run();
                    return inForce.placement(tenant);
                })
                .onFault(fault ->
                        Incidents.log("the planning of a statement", fault).message())
                .build();
        var sessions = new SessionRegistry(0, (id, query, tenant, loop, answer) -> {});
        var executor = new StatementExecutor(
                router,
                () -> {
                    if (ofShards != null) {
                        throw ofShards;
                    }
                    return shards;
                },
                planner,
                sessions,
                System::nanoTime,
                admission,
                new ResultCache(CacheConfig.defaults()),
                new ExecutorSettings(1_000_000, 1 << 20, 50, 0, 1_000_000, ReplicasConfig.defaults()));
        var logins = new Logins(Runnable::run, random);
        var hash = PasswordVerifier.hashCachingSha2("secret".getBytes(StandardCharsets.UTF_8), random);
        logins.use(GatewayConfig.builder()
                .users(UserStore.of(List.of(GatewayUser.of("acme", hash, "acme"))))
                .build());
        var door = new MySqlDoor(
                executor,
                () -> shards,
                logins,
                sessions,
                Runnable::run,
                null,
                TlsOffer.OFF,
                RsaKeyPair.generate(),
                new MySqlDoorSettings(10, 1 << 20, 20_000, 10, 10, -1, Compression.DEFAULT, 0, 0),
                Reservation.UNLIMITED,
                () -> null);
        var listening = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(door)
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        port = ((InetSocketAddress) listening.localAddress()).getPort();
    }

    @Override
    public void close() {
        planner.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    RawClient acme() throws IOException {
        return RawClient.connect(port, "acme", "secret", null, CAPABILITIES);
    }

    /** Chooses what befalls whoever is asked where a tenant lives. */
    void ofResolver(Runnable action) {
        ofResolver = action;
    }

    /** Chooses what is thrown by whoever is asked for the shards; null for an answer. */
    void ofShards(RuntimeException fault) {
        ofShards = fault;
    }

    /** How many statements are under way. */
    int running() {
        return admission.running();
    }

    Planner planner() {
        return planner;
    }
}
