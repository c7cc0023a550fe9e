// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.proxy.ProxyHeader;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.Gateway;
import com.workersql.server.config.ListenAddress;
import com.workersql.server.config.ShardConfig;
import com.workersql.server.config.ShardWire;
import com.workersql.server.embedded.ShardFixture;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that come through proxies, real ones among them, and shards that want a header themselves. */
class ProxyProtocolIT {
    private static final long CAPABILITIES =
            CapabilityFlags.CLIENT_LONG_PASSWORD | CapabilityFlags.CLIENT_DEPRECATE_EOF;
    /** The proxies; everything else on loopback is no proxy. */
    private static final String PROXY = "127.0.0.1";

    private static final String OTHER = "127.0.0.6";
    private static final String CLIENT = "203.0.113.9";

    @TempDir
    static Path dir;

    private static Fleet fleet;
    private static Gateway onePort;

    @BeforeAll
    static void start() throws Exception {
        var door = new ListenAddress("127.0.0.1", 0, List.of(PROXY + "/32", "fd00::/8"));
        fleet = Fleet.start(List.of("SET GLOBAL proxy_protocol_networks = '127.0.0.1'"), config -> {
            var shards = new ArrayList<ShardConfig>();
            for (var version : List.of(ShardWire.ProxyVersion.V1, ShardWire.ProxyVersion.V2)) {
                shards.add(config.shards().get(shards.size()).withWire(new ShardWire(version, ShardWire.Compress.OFF)));
            }
            return config.toBuilder().mysql(door).http(door).shards(shards).build();
        });
        onePort = Gateway.start(fleet.config().toBuilder().any(door, 500).build());
    }

    @AfterAll
    static void stop() {
        onePort.close();
        fleet.close();
    }

    private static Socket socket(String from, int port, byte[] header) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port, InetAddress.getByName(from), 0);
        socket.setSoTimeout(20_000);
        socket.getOutputStream().write(header);
        return socket;
    }

    private static byte[] header(int version) {
        var told = ProxyHeader.of(
                new InetSocketAddress(CLIENT, 50_000), new InetSocketAddress(InetAddress.getLoopbackAddress(), 3307));
        ByteBuf out = Unpooled.buffer();
        if (version == 1) {
            told.encodeV1(out);
        } else {
            told.encodeV2(out, true);
        }
        return ByteBufUtil.getBytes(out);
    }

    private static String user(Socket socket) throws IOException {
        try (var client = RawClient.connect(socket, "acme", fleet.password("acme"), "acme", CAPABILITIES)) {
            return client.query("SELECT USER()").value();
        }
    }

    private static int mysqlPort() {
        return fleet.gateway().mysqlAddress().getPort();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aClientBehindABelievedProxyIsWhereTheProxySays(int version) throws Exception {
        assertThat(user(socket(PROXY, mysqlPort(), header(version)))).isEqualTo("acme@" + CLIENT);
        assertThat(user(socket(PROXY, onePort.mysqlAddress().getPort(), header(version))))
                .isEqualTo("acme@" + CLIENT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aClientOfHttpAsWell(int version) throws Exception {
        for (int port : new int[] {
            fleet.gateway().httpAddress().getPort(), onePort.httpAddress().getPort()
        }) {
            try (var socket = socket(PROXY, port, header(version))) {
                assertThat(post(socket, "SELECT USER() AS u")).contains("acme@" + CLIENT);
            }
        }
    }

    private static String post(Socket socket, String sql) throws IOException {
        var body = "{\"sql\": \"" + sql + "\"}";
        var basic =
                Base64.getEncoder().encodeToString(("acme:" + fleet.password("acme")).getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream()
                .write(("POST /v1/query HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
                                + "Authorization: Basic " + basic + "\r\nContent-Length: " + body.length()
                                + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.UTF_8));
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void whoIsNoProxyIsWhereItIsAndItsHeaderIsNone() throws Exception {
        assertThat(user(socket(OTHER, mysqlPort(), new byte[0]))).isEqualTo("acme@" + OTHER);
        try (var liar = socket(OTHER, mysqlPort(), header(1))) {
            var answer = new String(liar.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answer).contains("Got packets out of order").doesNotContain(CLIENT);
        }
        try (var liar = socket(OTHER, fleet.gateway().httpAddress().getPort(), header(1))) {
            assertThat(post(liar, "SELECT USER() AS u"))
                    .startsWith("HTTP/1.1 400")
                    .doesNotContain(CLIENT);
        }
    }

    @Test
    void aProxyThatSaysNothingOfItsClientIsDisconnectedWithoutAWord() throws Exception {
        for (String first : new String[] {"GET / HTTP/1.1\r\n\r\n", "PROXY TCP4 " + CLIENT + " 127.0.0.1 1\r\n"}) {
            try (var socket = socket(PROXY, mysqlPort(), first.getBytes(StandardCharsets.US_ASCII))) {
                assertThat(socket.getInputStream().readAllBytes()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
    void haProxyTellsWhoItsClientsAre(String how) throws Exception {
        var program = Path.of("/usr/sbin/haproxy");
        assumeTrue(Files.isExecutable(program), "needs HAProxy");
        int port;
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        var settings = Files.writeString(
                dir.resolve(how),
                String.join(
                        "\n",
                        List.of(
                                "defaults",
                                "  mode tcp",
                                "  timeout connect 5s",
                                "  timeout client 30s",
                                "  timeout server 30s",
                                "listen mysql",
                                "  bind 127.0.0.1:" + port,
                                "  server gateway 127.0.0.1:" + mysqlPort() + " " + how,
                                "")));
        var haProxy = new ProcessBuilder(program.toString(), "-db", "-f", settings.toString())
                .inheritIO()
                .start();
        try {
            assertThat(user(connect(OTHER, port))).isEqualTo("acme@" + OTHER);
        } finally {
            haProxy.destroy();
            assertThat(haProxy.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static Socket connect(String from, int port) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                return socket(from, port, new byte[0]);
            } catch (ConnectException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                Thread.onSpinWait();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void shardsGetAHeaderAndRefuseItFromWhomTheyDoNotBelieve(int shard) throws Exception {
        assumeFalse(Fleet.isMySql(), "MySQL does not know the PROXY protocol");
        String tenant = Fleet.TENANTS.get(shard);
        try (var client = RawClient.connect(
                socket(OTHER, mysqlPort(), new byte[0]), tenant, fleet.password(tenant), tenant, CAPABILITIES)) {
            assertThat(client.query("SELECT 40 + 2").value()).isEqualTo("42");
        }
        try (var admin = ShardFixture.admin(fleet.embedded().shards().get(shard))) {
            ShardFixture.run(admin, "SET GLOBAL proxy_protocol_networks = ''");
            try (var direct = Gateway.start(fleet.config());
                    var client = RawClient.connect(
                            socket(OTHER, direct.mysqlAddress().getPort(), new byte[0]),
                            tenant,
                            fleet.password(tenant),
                            tenant,
                            CAPABILITIES)) {
                assertThat(client.query("SELECT 40 + 2").errno()).isEqualTo(1429);
            } finally {
                ShardFixture.run(admin, "SET GLOBAL proxy_protocol_networks = '127.0.0.1'");
            }
        }
    }
}
