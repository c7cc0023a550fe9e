// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.protocol.frame.Reservation;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.http.HttpRefusals.Refused;
import com.workersql.server.peer.ClientAddress;
import com.workersql.server.session.Drain;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The requests of one connection, in order and one at a time: gathers a request, has its route answer it, goes on with the next.
 * What is pipelined waits here, bounded. Confined to the channel's event loop.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(HttpConnection.class);
    private static final int LINGER_MILLIS = 1_000;

    private final HttpSettings settings;
    private final RequestDispatch requests;
    private final Http2Streams streams;
    private final HttpMetrics metrics;
    private final RequestBody body;
    private final AtomicInteger webSockets;
    private final PipelinedRequests pipelined = new PipelinedRequests();
    private State state = State.NEW;
    private ChannelHandlerContext context;
    private Deadline deadline;
    private StallWatch stall;
    private Exchange exchange;
    private boolean tooMany;
    private boolean received;
    private boolean wholeRequest;
    private boolean lingering;
    private long lingerEndNanos;
    private boolean draining;

    private enum State {
        /** Connected; its first request has not arrived whole. */
        NEW,
        /** Between two requests. */
        IDLE,
        /** Bytes of a request are here, its headers not all of them. */
        HEADERS,
        /** The headers are here, the body is not. */
        BODY,
        /** A request is being answered. */
        ANSWERING,
        /** The last answer has been given; what still comes is thrown away. */
        CLOSING
    }

    /**
     * @param budget is asked before a body is gathered
     * @param webSockets how many connections of the door have become WebSockets
     * @param streams the connection of which this is one stream; null for HTTP/1.1
     */
    HttpConnection(
            HttpSettings settings,
            RequestDispatch requests,
            HttpMetrics metrics,
            Reservation budget,
            AtomicInteger webSockets,
            Http2Streams streams) {
        this.streams = streams;
        this.settings = settings;
        this.requests = requests;
        this.metrics = metrics;
        this.body = new RequestBody(settings, budget);
        this.webSockets = webSockets;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        deadline = new Deadline(ctx.channel().eventLoop(), this::expired);
        deadline.set(settings.headerTimeoutMillis());
        stall = new StallWatch(ctx.channel(), settings.stallTimeoutMillis(), ctx::close);
        tooMany = streams == null
                ? metrics.connected() + webSockets.get() > settings.maxConnections()
                : streams.isTooMany();
        if (ctx.channel().isActive()) {
            refuseIfTooMany();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        refuseIfTooMany();
        ctx.fireChannelActive();
    }

    private void refuseIfTooMany() {
        if (tooMany && state == State.NEW) {
            refuse(
                    nothing(),
                    Refused.of(
                            ErrorClass.UNAVAILABLE,
                            "The gateway has " + settings.maxConnections()
                                    + " connections, which is all it may have (limits.max_connections)"));
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        deadline.close();
        stall.close();
        pipelined.release();
        body.close();
        if (streams == null) {
            metrics.disconnected();
        }
    }

    /** Bytes have arrived, before anything is made of them. */
    void bytesArrived() {
        received = true;
        lingerOn();
        if (state == State.IDLE) {
            state = State.HEADERS;
            deadline.set(settings.headerTimeoutMillis());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.CLOSING || !(message instanceof HttpObject object)) {
            ReferenceCountUtil.release(message);
            lingerOn();
            if (lingering && streams != null && message instanceof LastHttpContent) {
                ctx.close();
            }
            return;
        }
        if (isBusy() || !pipelined.isEmpty()) {
            pipelined.add(object);
            if (pipelined.bytes() > settings.maxPipelinedBytes()) {
                ctx.channel().config().setAutoRead(false);
            }
        } else {
            handle(object);
        }
    }

    private boolean isBusy() {
        return state == State.ANSWERING || !context.channel().isWritable();
    }

    /** Goes on with what was pipelined. */
    private void resume() {
        while (!pipelined.isEmpty() && state != State.CLOSING && !isBusy()) {
            handle(pipelined.poll());
        }
        if (pipelined.isEmpty()) {
            context.channel().config().setAutoRead(true);
        }
    }

    private void handle(HttpObject object) {
        try {
            if (state == State.CLOSING) {
                return;
            }
            wholeRequest = object instanceof LastHttpContent;
            if (object instanceof HttpRequest request) {
                head(request);
            }
            if (object instanceof HttpContent content && state == State.BODY) {
                content(content);
            }
        } finally {
            ReferenceCountUtil.release(object);
        }
    }

    private void head(HttpRequest request) {
        if (request.decoderResult().isFailure()) {
            refuse(request, HttpRefusals.undecodable(request.decoderResult(), settings));
            return;
        }
        var refused = HttpRefusals.unacceptable(request, settings);
        if (refused != null) {
            refuse(request, refused);
            return;
        }
        // A decoded request without its buffer: that of the body is counted by itself.
        exchange = new Exchange(
                this,
                context,
                new DefaultHttpRequest(request.protocolVersion(), request.method(), request.uri(), request.headers()));
        state = State.BODY;
        deadline.set(settings.bodyTimeoutMillis());
        // Of a client of HTTP/1.0 the expectation is ignored (RFC 9110, section 10.1.1): it would take the 100 for the
        // answer.
        boolean isNew = !request.protocolVersion().equals(HttpVersion.HTTP_1_0);
        if (isNew && request.headers().contains(HttpHeaderNames.EXPECT)) {
            context.writeAndFlush(
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER),
                    context.voidPromise());
        }
    }

    private void content(HttpContent content) {
        if (content.decoderResult().isFailure()) {
            refuse(exchange.request(), HttpRefusals.undecodable(content.decoderResult(), settings));
            return;
        }
        boolean last = content instanceof LastHttpContent;
        var refused = body.add(content.content(), last, context.alloc());
        if (refused != null) {
            refuse(exchange.request(), refused);
            return;
        }
        if (last) {
            exchange.body(body.take());
            deadline.clear();
            state = State.ANSWERING;
            requests.answer(exchange);
        }
    }

    /** Answers a request that cannot be run, and closes: where the next one would begin is not known. */
    private void refuse(HttpRequest request, Refused refused) {
        if (refused.status().code() == HttpResponseStatus.BAD_REQUEST.code()) {
            LOG.info(
                    "Refused a request from {}: {}",
                    ClientAddress.of(context.channel()),
                    refused.error().message());
        }
        var current = exchange != null ? exchange : new Exchange(this, context, request);
        exchange = current;
        var response = current.lastProblem(refused.status(), refused.error());
        // Beside the compressor, which knows of as many requests as it has seen.
        var beside = context.pipeline().context(HttpDoor.COMPRESSOR);
        state = State.CLOSING;
        deadline.set(LINGER_MILLIS);
        beside.writeAndFlush(response).addListener((ChannelFutureListener) future -> linger());
    }

    /** Sends the last part of an answer, then goes on with the next request or closes. */
    void send(HttpObject last, boolean keepAlive) {
        if (keepAlive) {
            context.writeAndFlush(last, context.voidPromise());
            next();
        } else {
            sendAndClose(last);
        }
    }

    /** Sends the last bytes of this connection. */
    void sendAndClose(HttpObject last) {
        exchange = null;
        closeBehind(last);
    }

    /** Closes as soon as the client has taken what it was answered: a close at once would take the rest of that along. */
    private void closeBehindTheAnswer() {
        closeBehind(Unpooled.EMPTY_BUFFER);
    }

    private void closeBehind(Object last) {
        state = State.CLOSING;
        context.writeAndFlush(last).addListener(ChannelFutureListener.CLOSE);
        deadline.clear();
        stall.start();
    }

    private void next() {
        exchange = null;
        state = State.IDLE;
        deadline.set(settings.idleTimeoutMillis());
        if (!context.channel().isWritable()) {
            deadline.clear();
            stall.start();
        } else if (!pipelined.isEmpty()) {
            // Not from here: a thousand pipelined requests would be as many frames on the stack.
            context.channel().eventLoop().execute(this::resume);
        } else if (draining) {
            closeBehindTheAnswer();
        } else {
            context.channel().config().setAutoRead(true);
        }
    }

    /** Hands the connection over to a handler that speaks another protocol. */
    void leave(ChannelHandler successor) {
        context.pipeline().addAfter(context.name(), null, successor);
        context.pipeline().remove(HttpDoor.ARRIVALS);
        context.pipeline().remove(this);
    }

    /**
     * Lets the client read the answer while it is still sending: a close at once would take the answer with it, and some clients of
     * HTTP/2 look at none before they have sent all.
     */
    private void linger() {
        boolean sends = streams != null && !wholeRequest;
        if (context.channel() instanceof DuplexChannel duplex) {
            duplex.shutdownOutput();
            sends = true;
        }
        if (sends) {
            lingering = true;
            lingerEndNanos = nanoTime() + TimeUnit.MILLISECONDS.toNanos(settings.bodyTimeoutMillis());
            context.channel().config().setAutoRead(true);
            lingerOn();
        } else {
            context.close();
        }
    }

    /** As long as the client goes on sending, but no longer than a body may take. */
    private void lingerOn() {
        if (lingering) {
            long leftMillis = TimeUnit.NANOSECONDS.toMillis(lingerEndNanos - nanoTime());
            deadline.set(Math.max(0, Math.min(LINGER_MILLIS, leftMillis)));
        }
    }

    private long nanoTime() {
        return context.channel().eventLoop().ticker().nanoTime();
    }

    private void expired() {
        switch (state) {
            case NEW, HEADERS -> {
                if (received) {
                    refuse(nothing(), HttpRefusals.tooSlow("headers", settings.headerTimeoutMillis()));
                } else {
                    context.close();
                }
            }
            case BODY -> refuse(exchange.request(), HttpRefusals.tooSlow("body", settings.bodyTimeoutMillis()));
            default -> context.close();
        }
    }

    private static HttpRequest nothing() {
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = ctx.channel().isWritable();
        if (state == State.ANSWERING || state == State.IDLE) {
            deadline.clear();
            if (writable) {
                stall.stop();
            } else {
                stall.start();
            }
        }
        if (exchange != null && state == State.ANSWERING) {
            exchange.writabilityChanged(writable);
        }
        if (writable && state == State.IDLE) {
            deadline.set(settings.idleTimeoutMillis());
        }
        if (writable) {
            resume();
        }
        if (writable && draining && state == State.IDLE) {
            closeBehindTheAnswer();
        }
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        deadline.close();
        stall.close();
        state = State.CLOSING;
        if (exchange != null) {
            exchange.clientGone();
            exchange = null;
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Drain) {
            draining = true;
            if (state == State.IDLE || state == State.NEW) {
                closeBehindTheAnswer();
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.info("Closing the connection of {}: {}", ClientAddress.of(ctx.channel()), cause.toString());
        }
        ctx.close();
    }

    boolean isDraining() {
        return draining || (streams != null && streams.isDraining());
    }

    Routes.Found find(String path) {
        return requests.find(path);
    }

    void answered(Exchange answeredExchange, int status, long nanos) {
        body.answered();
        var found = answeredExchange.found();
        metrics.answered(found == null ? "other" : found.template(), status, nanos);
    }
}
