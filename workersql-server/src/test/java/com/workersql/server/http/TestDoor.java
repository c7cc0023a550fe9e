// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.protocol.frame.Reservation;
import com.workersql.router.PermissionClass;
import com.workersql.server.changes.ChangeDesk;
import com.workersql.server.config.PeersConfig;
import com.workersql.server.config.Secret;
import com.workersql.server.error.GatewayError;
import com.workersql.server.gateways.Peers;
import com.workersql.server.http.admin.AdminDesk;
import com.workersql.server.http.peers.PeerDesk;
import com.workersql.server.http.query.FakeSessions;
import com.workersql.server.http.session.SessionSettings;
import com.workersql.server.http.session.SessionTokens;
import com.workersql.server.session.Principal;
import com.workersql.server.session.SessionRegistry;
import com.workersql.server.ws.WebSocketSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A door with one connection, whose statements a test answers. The user is {@code ada}, the password {@code p:w}. */
public final class TestDoor implements AutoCloseable {
    private static final String AUTHORIZATION = "Authorization: Basic "
            + Base64.getEncoder().encodeToString("ada:p:w".getBytes(StandardCharsets.UTF_8)) + "\r\n";

    private final FakeSessions sessions = new FakeSessions();
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Client channel;
    private final HttpDoor door;
    private final Budget budget = new Budget();
    private final Guard guard = new Guard();
    private final TunnelEnd tunnel = new TunnelEnd();
    private HealthView.Health health = new HealthView.Health(2, 2, true, false);

    /** Stands for the MySQL door: greets, and keeps the bytes that come. */
    @Sharable
    public static final class TunnelEnd extends ChannelInboundHandlerAdapter {
        private final StringBuilder bytes = new StringBuilder();

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            ctx.writeAndFlush(Unpooled.copiedBuffer("greeting", StandardCharsets.US_ASCII));
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            var part = (ByteBuf) message;
            bytes.append(part.toString(StandardCharsets.ISO_8859_1));
            part.release();
            if (bytes.indexOf("quit") >= 0) {
                ctx.close();
            } else if (bytes.indexOf("large") >= 0) {
                ctx.writeAndFlush(Unpooled.buffer(200_000).writeZero(200_000));
            }
        }

        /** All bytes that have come. */
        public String bytes() {
            return bytes.toString();
        }
    }

    /** A client that takes what it is sent, or only so much of it as it wants to. */
    private static final class Client extends EmbeddedChannel {
        private boolean reads = true;
        private int wantedBytes;

        @Override
        protected void doWrite(ChannelOutboundBuffer written) throws Exception {
            if (reads) {
                super.doWrite(written);
                return;
            }
            while (wantedBytes > 0 && written.current() instanceof ByteBuf next) {
                int part = Math.min(wantedBytes, next.readableBytes());
                wantedBytes -= part;
                handleOutboundMessage(next.copy(next.readerIndex(), part));
                written.removeBytes(part);
            }
        }
    }

    /**
     * Knows one user and four bearers: {@code good}, {@code short} of the same user for a minute, {@code gone} of the same user at its
     * end, {@code other} of another.
     */
    private static final class Guard implements HttpAuthenticator {
        @Override
        public void authenticate(
                String user, byte[] password, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused) {
            boolean right = user.equals("ada") && new String(password, StandardCharsets.UTF_8).equals("p:w");
            answer(right, "ada", ok, refused);
        }

        private boolean revoked;

        @Override
        public boolean isCurrent(Principal principal) {
            return !revoked;
        }

        @Override
        public void authenticateBearer(
                String bearer, EventLoop loop, Consumer<Principal> ok, Consumer<GatewayError> refused) {
            if (bearer.equals("short") || bearer.equals("gone")) {
                long until = Instant.now().toEpochMilli() + (bearer.equals("short") ? 60_000 : 0);
                ok.accept(new Principal("bearer", "acme", "acme", Set.of(PermissionClass.READ), until, bearer));
            } else {
                boolean right = bearer.equals("good") || bearer.equals("other");
                answer(right, bearer.equals("good") ? "bearer" : bearer, ok, refused);
            }
        }

        private static void answer(boolean right, String user, Consumer<Principal> ok, Consumer<GatewayError> refused) {
            if (right) {
                ok.accept(new Principal(user, "acme", "acme", Set.of(PermissionClass.READ)));
            } else {
                refused.accept(GatewayError.refused(1045, "28000", "Access denied for user"));
            }
        }
    }

    /** Counts what is reserved. */
    private static final class Budget implements Reservation {
        private int left = 1 << 20;

        @Override
        public boolean tryReserve(int bytes) {
            if (bytes > left) {
                return false;
            }
            left -= bytes;
            return true;
        }

        @Override
        public void release(int bytes) {
            left += bytes;
        }
    }

    public TestDoor() {
        this(settings(), WebSocketSettings.defaults());
    }

    public TestDoor(HttpSettings settings, WebSocketSettings webSocket) {
        this(new WebSettings(
                settings, SessionSettings.defaults(), webSocket, webSocket.allowedOrigins(), 600, 0, 60_000, false));
    }

    public TestDoor(WebSettings web) {
        this(web, null);
    }

    /** A door with the paths of administration, which have nothing to administer. */
    static TestDoor withAdministration() {
        var web = new WebSettings(
                settings(),
                SessionSettings.defaults(),
                WebSocketSettings.defaults(),
                WebSocketSettings.defaults().allowedOrigins(),
                600,
                0,
                60_000,
                false);
        return new TestDoor(web, new AdminDesk(Secret.of("secret"), null));
    }

    private TestDoor(WebSettings web, AdminDesk admin) {
        channel = new Client();
        channel.freezeTime();
        door = new HttpDoor(
                sessions,
                guard,
                registry,
                () -> health,
                web,
                channel.eventLoop().ticker()::nanoTime,
                new SessionTokens(new byte[32], 0, new SecureRandom()),
                budget,
                tunnel,
                null,
                false,
                ChangeDesk.none(),
                new PeerDesk(
                        new Peers(PeersConfig.alone(), InstantSource.system(), new SecureRandom()),
                        new SessionRegistry(0, (id, query, tenant, loop, answer) -> {})),
                admin);
        channel.pipeline().addLast(door);
    }

    /** Small limits, so that tests can reach them. */
    public static HttpSettings settings() {
        return new HttpSettings(
                10, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 30_000, 4_000, 64 * 1024, 1 << 20, 300_000, 1_024, 10);
    }

    /** The methods and paths of the door, such as {@code GET /livez}. */
    Set<String> operations() {
        return door.operations();
    }

    /** Makes the pipelines of this door's connections, for tests that have more than one. */
    public HttpDoor door() {
        return door;
    }

    /** Takes the rights away from everybody who was proved. */
    public void revoke() {
        guard.revoked = true;
    }

    /** What stands in for the MySQL door. */
    public TunnelEnd tunnel() {
        return tunnel;
    }

    public FakeSessions sessions() {
        return sessions;
    }

    public EmbeddedChannel channel() {
        return channel;
    }

    public void health(HealthView.Health now) {
        health = now;
    }

    /** How many bytes of statements may still be gathered. */
    public int budgetLeft() {
        return budget.left;
    }

    /** Changes how many bytes of statements may still be gathered. */
    public void budgetLeft(int bytes) {
        budget.left = bytes;
    }

    /** Sends text as it is. */
    public TestDoor send(String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.ISO_8859_1));
        channel.runPendingTasks();
        return this;
    }

    public TestDoor get(String path) {
        return send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
    }

    /** Asks for a statement with the right credentials. */
    public TestDoor query(String json) {
        return query(json, "");
    }

    /** Asks for a statement with more header lines. */
    public TestDoor query(String json, String headers) {
        return send(post(json, headers));
    }

    /** Posts a body with the right credentials to a path. */
    public TestDoor post(String path, String json, String headers) {
        return send(post(json, headers).replace("POST /v1/query ", "POST " + path + " "));
    }

    /** The bytes of a request for a statement. */
    public static String post(String json, String headers) {
        return "POST /v1/query HTTP/1.1\r\nHost: h\r\n" + AUTHORIZATION + headers
                + "Content-Type: application/json\r\nContent-Length: "
                + json.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + json;
    }

    public static String authorization() {
        return AUTHORIZATION;
    }

    /** The client reads so much more of what it is sent, and nothing beyond. */
    public TestDoor reads(int bytes) {
        channel.reads = false;
        channel.wantedBytes = bytes;
        channel.unsafe().flush();
        channel.runPendingTasks();
        return this;
    }

    /** The client reads everything again. */
    public TestDoor readsOn() {
        channel.reads = true;
        channel.unsafe().flush();
        channel.runPendingTasks();
        return this;
    }

    /** Lets time pass. */
    public TestDoor later(long millis) {
        channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.runPendingTasks();
        return this;
    }

    /** All that was sent since the last call. */
    public String received() {
        return new String(receivedBytes(), StandardCharsets.ISO_8859_1);
    }

    /** All bytes that were sent since the last call. */
    public byte[] receivedBytes() {
        channel.runPendingTasks();
        var all = Unpooled.buffer();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            all.writeBytes(part);
            part.release();
        }
        var bytes = new byte[all.readableBytes()];
        all.readBytes(bytes);
        return bytes;
    }

    public boolean isOpen() {
        channel.runPendingTasks();
        return channel.isOpen();
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
        registry.close();
    }
}
