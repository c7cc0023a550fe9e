// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.session.Drain;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2FrameCodec;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection of HTTP/2 (RFC 9113), whose streams are requests of their own: closes it when nothing is asked for a while, and
 * when the gateway stops as soon as its streams have ended. Confined to the connection's event loop.
 */
final class Http2Streams extends ChannelDuplexHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Http2Streams.class);

    private final HttpSettings settings;
    private final HttpMetrics metrics;
    private final AtomicInteger webSockets;
    private Deadline idle;
    private int open;
    private boolean tooMany;
    private boolean draining;

    /** @param webSockets how many connections of the door have become WebSockets */
    Http2Streams(HttpSettings settings, HttpMetrics metrics, AtomicInteger webSockets) {
        this.settings = settings;
        this.metrics = metrics;
        this.webSockets = webSockets;
    }

    /** The codec of such a connection. Floods of frames that cost nothing to send end it by ENHANCE_YOUR_CALM. */
    static Http2FrameCodec codec(HttpSettings settings) {
        return Http2FrameCodecBuilder.forServer()
                .initialSettings(Http2Settings.defaultSettings()
                        .maxConcurrentStreams(settings.maxStreams())
                        .maxHeaderListSize(settings.maxHeaderBytes()))
                .gracefulShutdownTimeoutMillis(settings.stallTimeoutMillis())
                .build();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        tooMany = metrics.connected() + webSockets.get() > settings.maxConnections();
        idle = new Deadline(ctx.channel().eventLoop(), ctx::close);
        idle.set(settings.headerTimeoutMillis());
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        idle.close();
        metrics.disconnected();
    }

    /** A stream has begun. */
    void opened(Channel stream) {
        open++;
        idle.clear();
        stream.closeFuture().addListener(closed -> {
            open--;
            if (open == 0) {
                idle.set(settings.idleTimeoutMillis());
            }
        });
    }

    /** Whether this was a connection too many when it came: whoever comes behind it changes nothing. */
    boolean isTooMany() {
        return tooMany;
    }

    boolean isDraining() {
        return draining;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        // Frames of the connection itself: the codec has acted on them.
        ReferenceCountUtil.release(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Drain drain) {
            draining = true;
            // The codec sends GOAWAY, and closes when the last stream has ended.
            ctx.pipeline().get(Http2FrameCodec.class).gracefulShutdownTimeoutMillis(drain.millis());
            ctx.close();
        }
        ctx.fireUserEventTriggered(event);
    }

    /** Who closes a connection that is drained already waits for nothing any more, as the codec would. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (draining) {
            ctx.pipeline().context(Http2FrameCodec.class).close(promise);
        } else {
            ctx.close(promise);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOG.info("A connection of HTTP/2 of {}: {}", ctx.channel().remoteAddress(), cause.toString());
        }
    }
}
