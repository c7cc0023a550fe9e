// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.error.GatewayError;
import com.workersql.server.http.query.ErrorDocument;
import com.workersql.server.peer.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * One request and its answer. The answer is either whole ({@link #respond}, {@link #refuse}) or streamed ({@link #begin}, then
 * {@link #write}, then {@link #end} or {@link #abort}). Confined to the channel's event loop.
 */
public final class Exchange {
    private static final DateTimeFormatter IMF_FIXDATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final String SERVER_TIMING = "server-timing";
    private static final String PROBLEM = "application/problem+json";

    private final HttpConnection connection;
    private final ChannelHandlerContext context;
    private final HttpRequest request;
    private final String path;
    private final Routes.Found found;
    private final String requestId;
    private final long startNanos;
    private ByteBuf body = Unpooled.EMPTY_BUFFER;
    private boolean keepAlive;
    private boolean began;
    private boolean ended;
    private int status;
    private HttpHeaders extraHeaders;
    private final TraceParent trace;
    private final StringBuilder timings = new StringBuilder(48);
    private long timedNanos;
    private Runnable gone = () -> {};
    private Consumer<Boolean> writability = writable -> {};

    Exchange(HttpConnection connection, ChannelHandlerContext context, HttpRequest request) {
        this.connection = connection;
        this.context = context;
        this.request = request;
        this.path = RequestTarget.path(request.uri());
        this.found = connection.find(path);
        this.requestId = RequestIds.of(request.headers());
        this.startNanos = context.channel().eventLoop().ticker().nanoTime();
        this.timedNanos = startNanos;
        this.trace = TraceParent.of(request.headers());
        this.keepAlive = HttpUtil.isKeepAlive(request);
    }

    /** {@return the request's line and headers} */
    public HttpRequest request() {
        return request;
    }

    /** {@return the path without a query, as the client wrote it, nothing decoded} */
    public String path() {
        return path;
    }

    /**
     * The segment of the path that stands for the part in braces of the route's template.
     *
     * @return as the client wrote it, nothing decoded; null when the template has no such part
     */
    public String parameter() {
        return found == null ? null : found.parameter();
    }

    /** The path among those that there are; null when it is none of them. */
    Routes.Found found() {
        return found;
    }

    private String allowed() {
        return found == null ? "OPTIONS" : found.allowed();
    }

    /** {@return whether the gateway is stopping, so that nothing is to be begun that needs more than this request} */
    public boolean isDraining() {
        return connection.isDraining();
    }

    /** {@return the whole body, owned by the exchange until it ends; empty when there is none} */
    public ByteBuf body() {
        return body;
    }

    /** {@return the id of this request, the client's own where it gave a harmless one} */
    public String requestId() {
        return requestId;
    }

    /** {@return the connection's channel, whose event loop owns this exchange} */
    public Channel channel() {
        return context.channel();
    }

    /** {@return where the client is: its address, or {@code localhost} when the channel has none} */
    public String clientHost() {
        return ClientAddress.host(context.channel());
    }

    /**
     * Sets what happens when the client goes away before the answer has ended.
     *
     * @param action called at most once, on the event loop
     */
    public void onGone(Runnable action) {
        gone = action;
    }

    /**
     * Sets who hears that the client reads slowly, or reads again.
     *
     * @param listener takes whether more may be written, on the event loop
     */
    public void onWritability(Consumer<Boolean> listener) {
        writability = listener;
    }

    /** {@return whether this exchange can take no more: it has been answered, or its client is gone} */
    public boolean isOver() {
        return ended;
    }

    /**
     * Adds a header to the answer, whatever it is.
     *
     * @param name the header's name
     * @param value its value; without control characters
     */
    public void header(CharSequence name, String value) {
        if (extraHeaders == null) {
            extraHeaders = new DefaultHttpHeaders();
        }
        extraHeaders.add(name, value);
    }

    /**
     * Says in the answer's Server-Timing how long something took: the time since the last call, or since the request came.
     *
     * @param name what it was, a token
     */
    public void timing(String name) {
        long now = nanoTime();
        timings.append(name).append(";dur=").append(millis(now - timedNanos)).append(", ");
        timedNanos = now;
    }

    private long nanoTime() {
        return context.channel().eventLoop().ticker().nanoTime();
    }

    private static String millis(long nanos) {
        long micros = nanos / 1_000;
        return micros / 1_000 + "." + (micros % 1_000 + 1_000 + "").substring(1);
    }

    /**
     * SQL that tells the shard of the trace that this request is part of.
     *
     * @param sql the text
     * @return the same with a comment, where the client named a trace
     */
    public String traced(String sql) {
        return trace == null ? sql : trace.comment(sql);
    }

    /**
     * Answers by a whole body.
     *
     * @param responseStatus the status
     * @param contentType the type of the body
     * @param content the body; owned by the exchange from here
     */
    public void respond(HttpResponseStatus responseStatus, String contentType, ByteBuf content) {
        if (ended) {
            content.release();
            return;
        }
        var response = whole(responseStatus, contentType, content);
        finish(responseStatus);
        connection.send(response, keepAlive);
    }

    /**
     * Answers, unless it was answered already.
     *
     * @param responseStatus the status
     * @param contentType the type of the body
     * @param text the body; half a surrogate pair becomes a question mark, and what stands behind it stays whole
     */
    public void respond(HttpResponseStatus responseStatus, String contentType, String text) {
        respond(responseStatus, contentType, Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Answers by an error, as a problem document with the status of its class.
     *
     * @param error the error
     */
    public void refuse(GatewayError error) {
        refuse(HttpResponseStatus.valueOf(error.errorClass().httpStatus()), error);
    }

    /**
     * Answers by an error with a status of its own.
     *
     * @param responseStatus the status
     * @param error the error
     */
    public void refuse(HttpResponseStatus responseStatus, GatewayError error) {
        if (ended) {
            return;
        }
        var response = problem(responseStatus, error);
        finish(responseStatus);
        connection.send(response, keepAlive);
    }

    /** The answer to a request whose end is not known: nothing behind it can be read. */
    DefaultFullHttpResponse lastProblem(HttpResponseStatus responseStatus, GatewayError error) {
        keepAlive = false;
        var response = problem(responseStatus, error);
        finish(responseStatus);
        return response;
    }

    private DefaultFullHttpResponse problem(HttpResponseStatus responseStatus, GatewayError error) {
        var content = context.alloc().buffer(512);
        new ErrorDocument(error, responseStatus, requestId, Instant.now()).writeProblem(content);
        var response = whole(responseStatus, PROBLEM, content);
        ProblemHeaders.add(response.headers(), responseStatus, error, allowed());
        return response;
    }

    private DefaultFullHttpResponse whole(HttpResponseStatus responseStatus, String contentType, ByteBuf content) {
        int length = content.readableBytes();
        var sent = content;
        if (request.method().equals(HttpMethod.HEAD)) {
            // The codec of HTTP/1.1 would leave it out, that of HTTP/2 would not.
            content.release();
            sent = Unpooled.EMPTY_BUFFER;
        }
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, responseStatus, sent);
        head(response, contentType);
        if (responseStatus.code() != HttpResponseStatus.NO_CONTENT.code()) {
            HttpUtil.setContentLength(response, length);
        }
        return response;
    }

    private void head(HttpResponse response, String contentType) {
        var headers = response.headers();
        headers.set(HttpHeaderNames.DATE, IMF_FIXDATE.format(Instant.now()));
        headers.set(RequestIds.HEADER, requestId);
        headers.set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE);
        headers.set(HttpHeaderNames.VARY, HttpHeaderNames.ACCEPT_ENCODING);
        if (contentType != null) {
            headers.set(HttpHeaderNames.CONTENT_TYPE, contentType);
        }
        headers.set(SERVER_TIMING, timings + "total;dur=" + millis(nanoTime() - startNanos));
        if (trace != null) {
            headers.set(TraceParent.HEADER, trace.text());
        }
        if (extraHeaders != null) {
            headers.add(extraHeaders);
        }
        if (response.status().code() == HttpResponseStatus.NO_CONTENT.code()) {
            headers.set(HttpHeaderNames.ALLOW, allowed());
        }
        keepAlive &= !connection.isDraining();
        if (!keepAlive) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        } else if (request.protocolVersion().equals(HttpVersion.HTTP_1_0)) {
            headers.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
        }
    }

    /**
     * Begins a streamed answer.
     *
     * @param responseStatus the status
     * @param contentType the type of the body
     */
    public void begin(HttpResponseStatus responseStatus, String contentType) {
        if (ended) {
            return;
        }
        began = true;
        status = responseStatus.code();
        // HTTP/1.0 has no chunks: the end of the connection ends the body.
        boolean chunked = request.protocolVersion().equals(HttpVersion.HTTP_1_1);
        keepAlive &= chunked;
        var response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, responseStatus);
        head(response, contentType);
        if (chunked) {
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        context.write(response, context.voidPromise());
    }

    /** {@return whether the client has read enough for more to be written; false while an answer piles up} */
    public boolean isWritable() {
        return context.channel().isWritable();
    }

    /**
     * Sends a part of a streamed answer.
     *
     * @param content the part; owned by the exchange from here
     */
    public void write(ByteBuf content) {
        if (ended || !began) {
            content.release();
        } else {
            context.writeAndFlush(new DefaultHttpContent(content), context.voidPromise());
        }
    }

    /**
     * Ends a streamed answer.
     *
     * @param content the last part; owned by the exchange from here
     */
    public void end(ByteBuf content) {
        if (ended || !began) {
            content.release();
            return;
        }
        finish(HttpResponseStatus.valueOf(status));
        connection.send(new DefaultLastHttpContent(content), keepAlive);
    }

    /**
     * Breaks a streamed answer off, so that nobody takes it for complete: no last chunk, and the connection closes.
     *
     * @param content what is still to be sent; owned by the exchange from here
     */
    public void abort(ByteBuf content) {
        if (ended || !began) {
            content.release();
            return;
        }
        finish(HttpResponseStatus.valueOf(status));
        connection.sendAndClose(new DefaultHttpContent(content));
    }

    /**
     * Ends the exchange without an answer of this protocol, and hands the connection over to another one.
     *
     * @param successor takes this handler's place in the pipeline; the HTTP codec stays until the handshake removes it
     */
    public void upgrade(ChannelHandler successor) {
        finish(HttpResponseStatus.SWITCHING_PROTOCOLS);
        connection.leave(successor);
    }

    void body(ByteBuf wholeBody) {
        body = wholeBody;
    }

    void writabilityChanged(boolean writable) {
        writability.accept(writable);
    }

    /** The client is gone. */
    void clientGone() {
        if (!ended) {
            finish(HttpResponseStatus.valueOf(499, "Client Closed Request"));
            gone.run();
        }
    }

    private void finish(HttpResponseStatus responseStatus) {
        ended = true;
        status = responseStatus.code();
        body.release();
        body = Unpooled.EMPTY_BUFFER;
        connection.answered(this, status, nanoTime() - startNanos);
    }
}
