// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.protocol.frame.Reservation;
import com.workersql.server.changes.ChangeDesk;
import com.workersql.server.gateways.KillOrder;
import com.workersql.server.http.admin.AdminDesk;
import com.workersql.server.http.admin.BreakerRoutes;
import com.workersql.server.http.admin.OperatorRoutes;
import com.workersql.server.http.admin.PolicyRoutes;
import com.workersql.server.http.admin.ShardRoutes;
import com.workersql.server.http.admin.TenantRoutes;
import com.workersql.server.http.idempotency.IdempotentWrites;
import com.workersql.server.http.inspect.RouteRoute;
import com.workersql.server.http.inspect.RunningQueries;
import com.workersql.server.http.inspect.SchemaRoutes;
import com.workersql.server.http.peers.PassingOn;
import com.workersql.server.http.peers.PeerDesk;
import com.workersql.server.http.planetscale.ExecuteRoute;
import com.workersql.server.http.query.QuerySessions;
import com.workersql.server.http.query.RequestParser;
import com.workersql.server.http.session.BatchRoute;
import com.workersql.server.http.session.HttpSessions;
import com.workersql.server.http.session.SessionTokens;
import com.workersql.server.http.session.StatementDesk;
import com.workersql.server.http.session.TransactionRoutes;
import com.workersql.server.ws.OpenSockets;
import com.workersql.server.ws.WebSocketRoute;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.compression.CompressionOptions;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.codec.http2.Http2StreamFrameToHttpObjectCodec;
import io.netty.handler.ssl.OptionalSslHandler;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The HTTP and WebSocket door: makes the pipeline of each connection that is accepted on its port. A pipeline that gets
 * {@link com.workersql.server.session.Drain} closes as soon as it has answered what it has begun.
 */
public final class HttpDoor extends ChannelInitializer<Channel> {
    /** The name of the handler that notices when bytes arrive. */
    static final String ARRIVALS = "arrivals";
    /** The name of the handler that reads and writes HTTP/1.1. */
    private static final String CODEC = "codec";
    /** The name of the handler that answers requests. */
    private static final String CONNECTION = "connection";
    /** The name of the handler that compresses. */
    static final String COMPRESSOR = "compressor";

    private final HttpSettings settings;
    private final CompressionOptions[] codings = AnswerCompressor.codings();
    private final Supplier<SslContext> tls;
    private final boolean tlsRequired;
    private final Routes routes;
    private final RequestDispatch requests;
    private final HttpMetrics metrics;
    private final Reservation budget;
    private final AtomicInteger webSockets;
    private final OpenSockets sockets;

    /**
     * A door.
     *
     * @param sessions runs the statements
     * @param authenticator proves who asks
     * @param registry what {@code /metrics} shows, and where the door's own figures go
     * @param health what the health paths tell
     * @param web the limits
     * @param nanoClock the gateway's monotonic clock
     * @param tokens names sessions that outlive a request
     * @param budget is asked before a request is gathered
     * @param mysql makes the pipeline of the MySQL protocol within a WebSocket; sharable
     * @param tls gives the current certificate; null when TLS is off
     * @param tlsRequired whether plain text is refused
     * @param changes what clients may subscribe to
     * @param peers the other gateways
     * @param admin lets in whoever administers the gateway; null when nobody may
     */
    public HttpDoor(
            QuerySessions sessions,
            HttpAuthenticator authenticator,
            PrometheusMeterRegistry registry,
            HealthView health,
            WebSettings web,
            LongSupplier nanoClock,
            SessionTokens tokens,
            Reservation budget,
            ChannelHandler mysql,
            Supplier<SslContext> tls,
            boolean tlsRequired,
            ChangeDesk changes,
            PeerDesk peers,
            AdminDesk admin) {
        this.budget = budget;
        this.settings = web.http();
        this.tls = tls;
        this.tlsRequired = tlsRequired;
        this.metrics = new HttpMetrics(registry);
        var parser = new RequestParser(settings.maxBodyBytes(), settings.maxStatementMillis());
        var limits = new CallerLimits(web.requestsPerWindow(), web.windowMillis(), nanoClock);
        var gate = new AuthenticationGate(authenticator, limits);
        var held = new HttpSessions(sessions, tokens, web.sessions(), peers.gateways()::address, registry);
        var desk = new StatementDesk(
                sessions,
                held,
                parser,
                gate::authenticate,
                settings,
                new PassingOn(peers.gateways(), settings.maxStatementMillis()),
                web.traceComments());
        var writes = new IdempotentWrites(desk);
        var query = new QueryRoute(desk, writes);
        var batch = new BatchRoute(desk, writes::take);
        var transactions = new TransactionRoutes(desk, web.sessions());
        var schema = new SchemaRoutes(desk);
        var running = new RunningQueries(desk);
        var operations = new OperationsRoutes(health, registry);
        var planetscale = new ExecuteRoute(desk, gate::authenticateLeniently, web.sessions());
        var socket = new WebSocketRoute(
                sessions, gate, web.webSocket(), registry, desk.limits(), budget, mysql, changes, nanoClock);
        this.webSockets = socket.connections();
        this.sockets = socket.sockets();
        var paths = Routes.builder()
                .add(HttpMethod.POST, query, both("/query", "/sql", "/transactions/{id}/query"))
                .add(HttpMethod.POST, batch, both("/batch", "/query/batch", "/sql/batch"))
                .add(HttpMethod.POST, transactions::begin, both("/transactions"))
                .add(HttpMethod.POST, transactions::commit, both("/transactions/{id}/commit"))
                .add(HttpMethod.POST, transactions::rollback, both("/transactions/{id}/rollback"))
                .add(HttpMethod.POST, transactions::operation, both("/transaction"))
                .add(HttpMethod.POST, new RouteRoute(desk), both("/route"))
                .add(HttpMethod.GET, schema::tables, both("/schema"))
                .add(HttpMethod.GET, schema::columns, both("/schema/{table}"))
                .add(HttpMethod.GET, running::list, both("/queries"))
                .add(HttpMethod.DELETE, running::cancel, both("/queries/{id}"))
                .add(HttpMethod.GET, operations::openApi, "/openapi.json", "/v1/openapi.json")
                .add(HttpMethod.POST, planetscale, "/psdb.v1alpha1.Database/Execute")
                .add(HttpMethod.POST, planetscale::createSession, "/psdb.v1alpha1.Database/CreateSession")
                .add(HttpMethod.GET, operations::health, "/v1/health", "/health")
                .add(HttpMethod.GET, operations::alive, "/livez")
                .add(HttpMethod.GET, operations::ready, "/readyz")
                .add(HttpMethod.GET, operations::metrics, "/metrics")
                .add(HttpMethod.GET, ConsoleRoutes::page, "/console", "/console/")
                .add(HttpMethod.GET, ConsoleRoutes::script, "/console/console.js")
                .add(HttpMethod.GET, ConsoleRoutes::style, "/console/console.css")
                .add(HttpMethod.GET, socket, both("/ws", "/mysql"));
        if (peers.hearsOthers()) {
            // No part of the API: described nowhere, and answered to gateways alone.
            paths.add(HttpMethod.POST, peers.kills(), KillOrder.PATH);
        }
        if (admin != null) {
            var entrance = admin.withUsers(gate::authenticate);
            var tenants = new TenantRoutes(entrance);
            var policy = new PolicyRoutes(entrance);
            var shards = new ShardRoutes(entrance);
            var breakers = new BreakerRoutes(entrance);
            var operator = new OperatorRoutes(entrance);
            paths.add(HttpMethod.GET, tenants::list, both("/admin/tenants"))
                    .add(HttpMethod.POST, tenants::add, both("/admin/tenants"))
                    .add(HttpMethod.DELETE, tenants::drop, both("/admin/tenants/{name}"))
                    .add(HttpMethod.GET, policy::show, both("/admin/policy"))
                    .add(HttpMethod.POST, policy::canary, both("/admin/policy/canary"))
                    .add(HttpMethod.POST, policy::rollback, both("/admin/policy/rollback"))
                    .add(HttpMethod.GET, shards::shards, both("/admin/shards"))
                    .add(HttpMethod.GET, shards::pools, both("/admin/pools"))
                    .add(HttpMethod.GET, breakers::list, both("/admin/breakers"))
                    .add(HttpMethod.POST, breakers::mode, both("/admin/breakers"))
                    .add(HttpMethod.GET, operator::pins, both("/admin/pins"))
                    .add(HttpMethod.POST, operator::disconnect, both("/admin/disconnect"))
                    .add(HttpMethod.POST, operator::drain, both("/admin/drain"));
        }
        this.routes = paths.build();
        this.requests = new RequestDispatch(routes, new CrossOrigin(web.origins(), web.preflightSeconds()));
    }

    /**
     * The WebSockets of this door.
     *
     * @return those that are open, now and later
     */
    public OpenSockets sockets() {
        return sockets;
    }

    /** The methods and templates of all paths, such as {@code GET /livez}. */
    Set<String> operations() {
        return routes.operations();
    }

    /** Every path of the API is served without its prefix too, for clients that drop it. */
    private static String[] both(String... paths) {
        return Stream.of(paths).flatMap(path -> Stream.of("/v1" + path, path)).toArray(String[]::new);
    }

    @Override
    protected void initChannel(Channel channel) {
        var pipeline = channel.pipeline();
        if (tls != null) {
            pipeline.addLast(tlsRequired ? tls.get().newHandler(channel.alloc()) : new OptionalSslHandler(tls.get()));
        }
        var connection = new HttpConnection(settings, requests, metrics, budget, webSockets, null);
        pipeline.addLast(new Http2Switch(this::becomeHttp2));
        pipeline.addLast(ARRIVALS, new ChannelInboundHandlerAdapter() {
            @Override
            public void channelRead(ChannelHandlerContext ctx, Object message) {
                connection.bytesArrived();
                ctx.fireChannelRead(message);
            }
        });
        pipeline.addLast(
                CODEC,
                new HttpServerCodec(new HttpDecoderConfig()
                        .setMaxInitialLineLength(settings.maxRequestLineBytes())
                        .setMaxHeaderSize(settings.maxHeaderBytes())
                        .setValidateHeaders(true)
                        .setAllowDuplicateContentLengths(false)
                        .setStrictLineParsing(true)
                        .setUseRfc9112TransferEncoding(true)));
        pipeline.addLast(COMPRESSOR, new AnswerCompressor(settings.compressFromBytes(), codings));
        pipeline.addLast(CONNECTION, connection);
    }

    /** The client has turned out to speak HTTP/2: each of its streams becomes a channel with the handlers of one request. */
    private void becomeHttp2(ChannelHandlerContext ctx) {
        var pipeline = ctx.pipeline();
        for (var name : List.of(CONNECTION, COMPRESSOR, CODEC, ARRIVALS)) {
            pipeline.remove(name);
        }
        var streams = new Http2Streams(settings, metrics, webSockets);
        pipeline.addLast(Http2Streams.codec(settings));
        pipeline.addLast(new Http2MultiplexHandler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel stream) {
                streams.opened(stream);
                stream.pipeline().addLast(new Http2Stream());
                stream.pipeline().addLast(new Http2StreamFrameToHttpObjectCodec(true));
                stream.pipeline().addLast(COMPRESSOR, new AnswerCompressor(settings.compressFromBytes(), codings));
                stream.pipeline().addLast(new HttpConnection(settings, requests, metrics, budget, webSockets, streams));
            }
        }));
        pipeline.addLast(streams);
    }
}
