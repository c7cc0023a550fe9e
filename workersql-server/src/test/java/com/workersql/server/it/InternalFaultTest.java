// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.session.TlsOffer;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import com.workersql.router.Router;
import com.workersql.router.ServerFlavor;
import com.workersql.router.policy.RoutingPolicy;
import com.workersql.server.config.CacheConfig;
import com.workersql.server.config.Compression;
import com.workersql.server.config.GatewayConfig;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a MySQL client gets for a fault of the gateway's own: the id of an incident and no word of what happened. */
class InternalFaultTest {
    private static final long CAPABILITIES = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Planner planner = new Planner(10);
    /** What befalls whoever is asked where a tenant lives. */
    private volatile Runnable ofResolver = () -> {};
    /** Thrown by whoever is asked for the shards; null for an answer. */
    private volatile RuntimeException ofShards;

    private int port;

    @BeforeEach
    void open() throws InterruptedException {
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
                new Admission(StatementsConfig.defaults(), System::nanoTime),
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

    @AfterEach
    void close() {
        planner.close();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private RawClient acme() throws IOException {
        return RawClient.connect(port, "acme", "secret", null, CAPABILITIES);
    }

    private static void isAnIncident(RawReply reply) {
        byte[] first = reply.payloads().get(0);
        assertThat(reply.errno()).as(new String(first, StandardCharsets.UTF_8)).isEqualTo(1105);
        assertThat(new String(first, 3, first.length - 3, StandardCharsets.UTF_8))
                .matches("#HY000\\[GW-INTERNAL\\] incident [0-9a-f]{16}");
    }

    @Test
    void aStatementThatCannotBeAnalysedIsAnsweredAndTheConnectionStays() throws IOException {
        ofResolver = () -> {
            throw new IllegalStateException("a secret of the directory of tenants");
        };
        try (var client = acme()) {
            isAnIncident(client.query("SELECT a FROM t"));
            isAnIncident(client.command(Command.COM_STMT_PREPARE, "SELECT b FROM t".getBytes(StandardCharsets.UTF_8)));

            ofResolver = () -> {
                throw new StackOverflowError("a secret of the analysis");
            };
            isAnIncident(client.query("SELECT a, b FROM t"));

            ofResolver = () -> {};
            assertThat(client.query("SELECT c FROM t").errno())
                    .as("sent where there is no shard")
                    .isEqualTo(1429);
        }
    }

    @Test
    void aFaultBehindTheAnalysisIsAnsweredAndEndsTheConnection() throws IOException {
        try (var client = acme()) {
            assertThat(client.query("SELECT a FROM t").errno()).isEqualTo(1429);
            ofShards = new IllegalStateException("a secret of the shards");
            isAnIncident(
                    client.command(Command.COM_STMT_PREPARE, "SHOW GATEWAY PINS".getBytes(StandardCharsets.UTF_8)));
            assertThat(client.isAtEnd()).isTrue();
        }
    }

    @Test
    void aFaultOfACommandIsAnsweredAndEndsTheConnection() throws IOException {
        try (var client = acme();
                var other = acme()) {
            ofShards = new IllegalStateException("a secret of the shards");
            isAnIncident(client.command(Command.COM_RESET_CONNECTION, new byte[0]));
            assertThat(client.isAtEnd()).isTrue();

            ofShards = null;
            assertThat(other.query("SELECT a FROM t").errno())
                    .as("others are served")
                    .isEqualTo(1429);
        }
    }
}
