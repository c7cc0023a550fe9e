// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.http.Deadline;
import com.workersql.server.peer.ClientAddress;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The subprotocol {@code mysql}: the bytes of the MySQL protocol in binary frames, whose borders mean nothing. Behind this handler
 * stands the pipeline of the MySQL door, which sees bytes as from a TCP connection. Confined to the channel's event loop.
 */
final class MySqlTunnel extends ChannelDuplexHandler {
    /** The subprotocol's name. */
    static final String PROTOCOL = "mysql";

    private static final Logger LOG = LoggerFactory.getLogger(MySqlTunnel.class);
    private static final int MAX_FRAME_BYTES = 64 * 1024;
    private static final int MAX_MISSED_HEARTBEATS = 2;
    private static final int CLOSE_MILLIS = 2_000;

    private final int heartbeatMillis;
    private final AtomicInteger connections;
    private Deadline heartbeat;
    private int missedHeartbeats;
    private boolean closing;

    /**
     * @param heartbeatMillis the time between two pings; who answers none of two is closed
     * @param connections counts the sockets
     */
    MySqlTunnel(int heartbeatMillis, AtomicInteger connections) {
        this.heartbeatMillis = heartbeatMillis;
        this.connections = connections;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        connections.incrementAndGet();
        heartbeat = new Deadline(ctx.channel().eventLoop(), () -> beat(ctx));
        heartbeat.set(heartbeatMillis);
        ctx.channel().config().setAutoRead(true);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        heartbeat.close();
        connections.decrementAndGet();
    }

    private void beat(ChannelHandlerContext ctx) {
        if (missedHeartbeats >= MAX_MISSED_HEARTBEATS) {
            ctx.close();
            return;
        }
        missedHeartbeats++;
        ctx.writeAndFlush(new PingWebSocketFrame());
        heartbeat.set(heartbeatMillis);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        missedHeartbeats = 0;
        if (message instanceof BinaryWebSocketFrame || message instanceof ContinuationWebSocketFrame) {
            if (closing) {
                ReferenceCountUtil.release(message);
            } else {
                ctx.fireChannelRead(((WebSocketFrame) message).content());
            }
        } else if (message instanceof PingWebSocketFrame ping && ctx.channel().isWritable()) {
            ctx.writeAndFlush(new PongWebSocketFrame(ping.content()));
        } else {
            control(ctx, message);
        }
    }

    private void control(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof CloseWebSocketFrame) {
                end(ctx, WebSocketCloseStatus.NORMAL_CLOSURE, ctx.newPromise());
            } else if (message instanceof TextWebSocketFrame) {
                closing = true;
                end(ctx, WebSocketCloseStatus.INVALID_MESSAGE_TYPE, ctx.newPromise());
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedFrameException) {
            // The decoder has sent the close frame already, and closes behind it.
            LOG.info("A WebSocket of {} broke the protocol: {}", ClientAddress.of(ctx.channel()), cause.getMessage());
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.write(message, promise);
            return;
        }
        while (bytes.readableBytes() > MAX_FRAME_BYTES) {
            ctx.write(new BinaryWebSocketFrame(bytes.readRetainedSlice(MAX_FRAME_BYTES)));
        }
        ctx.write(new BinaryWebSocketFrame(bytes), promise);
    }

    /** The MySQL door is done with the client: what it wrote goes out first, then the close frame. */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        end(ctx, WebSocketCloseStatus.NORMAL_CLOSURE, promise);
    }

    private void end(ChannelHandlerContext ctx, WebSocketCloseStatus status, ChannelPromise promise) {
        if (!ctx.channel().isActive() || heartbeat == null) {
            ctx.close(promise);
            return;
        }
        heartbeat.close();
        heartbeat = new Deadline(ctx.channel().eventLoop(), () -> ctx.close());
        heartbeat.set(CLOSE_MILLIS);
        ctx.writeAndFlush(new CloseWebSocketFrame(status))
                .addListener((ChannelFutureListener) sent -> ctx.close(promise));
    }
}
