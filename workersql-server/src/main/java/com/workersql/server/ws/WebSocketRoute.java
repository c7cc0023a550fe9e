// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.protocol.frame.Reservation;
import com.workersql.server.changes.ChangeDesk;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.http.Exchange;
import com.workersql.server.http.Route;
import com.workersql.server.http.SocketGate;
import com.workersql.server.http.query.QueryRun;
import com.workersql.server.http.query.QuerySessions;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.RequestParser;
import com.workersql.server.session.Principal;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketServerHandshaker13;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.flow.FlowControlHandler;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * {@code GET /v1/ws} and {@code /mysql}: proves who asks and where the page comes from, then makes the connection a WebSocket (RFC
 * 6455) of JSON messages, or of one of the subprotocols {@code workersql.v1} and {@code mysql}.
 */
public final class WebSocketRoute implements Route {
    private static final String VERSION = "13";
    private static final int KEY_BYTES = 16;
    /** What begins so among the offered subprotocols is a token, which was looked at already and is not named again. */
    private static final String BEARER = "bearer.";
    /** One packet of the greatest length, which clients write in one go. */
    private static final int MAX_TUNNEL_FRAME_BYTES = (1 << 24) + 1_024;

    private final QuerySessions sessions;
    private final SocketGate gate;
    private final WebSocketSettings settings;
    private final RequestParser parser;
    private final QueryRun.Limits limits;
    private final Deflate deflate;
    private final AnswerBudget budget;
    private final Reservation reservation;
    private final ChannelHandler mysql;
    private final ChangeDesk changes;
    private final ResumableSockets resumable;
    private final AtomicInteger connections = new AtomicInteger();
    private final OpenSockets sockets = new OpenSockets();

    /**
     * The route.
     *
     * @param sessions runs the statements
     * @param gate proves who a client is
     * @param settings the limits
     * @param registry takes the figures
     * @param limits of each statement
     * @param reservation is asked before a message is gathered
     * @param mysql makes the pipeline of the MySQL protocol behind the frames of the subprotocol {@code mysql}; sharable
     * @param changes what clients may subscribe to
     * @param nanoClock the gateway's monotonic clock
     */
    public WebSocketRoute(
            QuerySessions sessions,
            SocketGate gate,
            WebSocketSettings settings,
            MeterRegistry registry,
            QueryRun.Limits limits,
            Reservation reservation,
            ChannelHandler mysql,
            ChangeDesk changes,
            LongSupplier nanoClock) {
        this.sessions = sessions;
        this.gate = gate;
        this.settings = settings;
        this.parser = new RequestParser(settings.maxMessageBytes(), limits.maxStatementMillis());
        this.limits = limits;
        this.deflate = new Deflate(settings);
        this.reservation = reservation;
        this.mysql = mysql;
        this.changes = changes;
        this.resumable = new ResumableSockets(settings, nanoClock);
        this.budget = new AnswerBudget(settings.answerBudgetBytes());
        Gauge.builder("workersql.ws.connections", connections, AtomicInteger::get)
                .description("Open WebSockets")
                .register(registry);
        Gauge.builder("workersql.ws.answer.bytes", budget, AnswerBudget::usedBytes)
                .description("Bytes of answers that WebSocket clients have not read yet")
                .register(registry);
    }

    /**
     * How many sockets are open.
     *
     * @return the live count
     */
    public AtomicInteger connections() {
        return connections;
    }

    /**
     * The sockets of JSON messages.
     *
     * @return those that are open, now and later
     */
    public OpenSockets sockets() {
        return sockets;
    }

    @Override
    public void handle(Exchange exchange) {
        var request = exchange.request();
        var headers = request.headers();
        if (!isUpgrade(request) || !VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            exchange.refuse(
                    HttpResponseStatus.UPGRADE_REQUIRED,
                    Refusal.error(ErrorClass.SYNTAX, "This path is for WebSocket upgrades, version 13"));
        } else if (!isKey(headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY))) {
            exchange.refuse(Refusal.error(ErrorClass.SYNTAX, "Sec-WebSocket-Key must be base64 of 16 bytes"));
        } else if (!isWelcome(headers)) {
            exchange.refuse(Refusal.error(
                    ErrorClass.PERMISSION, "Pages of this origin may not connect (the setting is http.origins)"));
        } else {
            if (settings.tokenInQuery() && gate.isAnonymous(exchange)) {
                takeToken(request);
            }
            var offered = offered(headers);
            boolean mysqlOnly = exchange.path().endsWith("/" + MySqlTunnel.PROTOCOL);
            // The first of the client's list that is spoken on this path.
            var spoken = offered.stream()
                    .filter(token ->
                            token.equals(MySqlTunnel.PROTOCOL) || (token.equals(SocketStreams.PROTOCOL) && !mysqlOnly))
                    .findFirst()
                    .orElse("");
            if (spoken.equals(MySqlTunnel.PROTOCOL)) {
                gate.authenticate(exchange, principal -> tunnel(exchange));
            } else if (spoken.equals(SocketStreams.PROTOCOL)) {
                if (gate.isAnonymous(exchange)) {
                    streams(exchange, null);
                } else {
                    gate.authenticate(exchange, principal -> streams(exchange, principal));
                }
            } else if (offered.isEmpty() && !mysqlOnly) {
                gate.authenticate(exchange, principal -> upgrade(exchange, principal));
            } else {
                exchange.refuse(Refusal.error(
                        ErrorClass.SYNTAX,
                        "None of the offered subprotocols is spoken here; offer mysql, or on /v1/ws workersql.v1 or none"
                                + " at all"));
            }
        }
    }

    /** Has a token of the query count as if the client had sent it in the header. One that could be none is left where it is. */
    private static void takeToken(HttpRequest request) {
        List<String> tokens = new QueryStringDecoder(request.uri()).parameters().getOrDefault("token", List.of());
        if (tokens.size() == 1 && tokens.get(0).chars().allMatch(c -> c > ' ' && c < 0x7F)) {
            request.headers().set(HttpHeaderNames.AUTHORIZATION, "Bearer " + tokens.get(0));
        }
    }

    private static List<String> offered(HttpHeaders headers) {
        return headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL).stream()
                .flatMap(value -> Stream.of(value.split(",", -1)))
                .map(String::strip)
                .filter(token -> !token.isEmpty() && !token.startsWith(BEARER))
                .toList();
    }

    private static boolean isUpgrade(HttpRequest request) {
        var headers = request.headers();
        // A path of GET is one of HEAD, too.
        return request.method().equals(HttpMethod.GET)
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)
                && headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true);
    }

    private static boolean isKey(String key) {
        try {
            return key != null && Base64.getDecoder().decode(key).length == KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** A browser names the page's origin and sends credentials that it knows: pages of strangers must not profit from that. */
    private boolean isWelcome(HttpHeaders headers) {
        var origins = headers.getAll(HttpHeaderNames.ORIGIN);
        if (origins.isEmpty()) {
            return true;
        }
        var origin = origins.get(0);
        if (origins.size() > 1) {
            return false;
        }
        var host = headers.get(HttpHeaderNames.HOST);
        boolean own = origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
        return own || settings.allowedOrigins().contains(origin);
    }

    private void upgrade(Exchange exchange, Principal principal) {
        var all = parts();
        var connection = new WebSocketConnection(
                all, socket -> new SocketCalls(socket, all, principal, exchange.clientHost(), exchange.requestId()));
        handshake(
                exchange,
                connection,
                null,
                settings.maxMessageBytes(),
                deflate.agreed(exchange.request().headers()));
    }

    private WebSocketConnection.Parts parts() {
        return new WebSocketConnection.Parts(
                sessions,
                parser,
                settings,
                limits,
                budget,
                reservation,
                connections,
                sockets,
                gate,
                changes,
                resumable);
    }

    /**
     * Speaks {@code workersql.v1}.
     *
     * @param principal who it is; null for a client that says so in its first message, which may not send much before that, and
     *     nothing compressed
     */
    private void streams(Exchange exchange, Principal principal) {
        var all = parts();
        var connection = new WebSocketConnection(
                all, socket -> new SocketStreams(socket, all, principal, exchange.clientHost(), exchange.requestId()));
        var channel = exchange.channel();
        handshake(
                exchange,
                connection,
                SocketStreams.PROTOCOL,
                settings.maxMessageBytes(),
                principal == null ? null : deflate.agreed(exchange.request().headers()));
        // What one read has brought waits here while no messages are taken.
        channel.pipeline().addBefore(channel.pipeline().context(connection).name(), null, new FlowControlHandler());
        if (principal == null) {
            channel.pipeline()
                    .addBefore(
                            channel.pipeline()
                                    .context(WebSocketFrameDecoder.class)
                                    .name(),
                            null,
                            new HelloGuard(connection));
        }
    }

    /** Who it is, the MySQL door proves once more: the upgrade only shows that its sender may take up memory here. */
    private void tunnel(Exchange exchange) {
        var channel = exchange.channel();
        handshake(
                        exchange,
                        new MySqlTunnel(settings.heartbeatMillis(), connections),
                        MySqlTunnel.PROTOCOL,
                        MAX_TUNNEL_FRAME_BYTES,
                        null)
                .addListener((ChannelFutureListener) done -> {
                    if (done.isSuccess()) {
                        channel.pipeline().addLast(mysql);
                    }
                });
    }

    private ChannelFuture handshake(
            Exchange exchange,
            ChannelHandler handler,
            String protocol,
            int maxFrameBytes,
            WebSocketServerExtension extension) {
        var head = exchange.request();
        var channel = exchange.channel();
        var decoding = WebSocketDecoderConfig.newBuilder()
                .maxFramePayloadLength(maxFrameBytes)
                .expectMaskedFrames(true)
                .allowMaskMismatch(false)
                .allowExtensions(extension != null)
                .closeOnProtocolViolation(true)
                .build();
        var handshaker = new WebSocketServerHandshaker13("", protocol, decoding);
        var answer = new DefaultHttpHeaders().set("x-request-id", exchange.requestId());
        if (extension != null) {
            answer.set(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, Deflate.header(extension));
        }
        exchange.upgrade(handler);
        if (extension != null) {
            Deflate.install(extension, channel, handler);
        }
        var request = new DefaultFullHttpRequest(
                head.protocolVersion(),
                head.method(),
                head.uri(),
                Unpooled.EMPTY_BUFFER,
                head.headers(),
                EmptyHttpHeaders.INSTANCE);
        return handshaker
                .handshake(channel, request, answer, channel.newPromise())
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
