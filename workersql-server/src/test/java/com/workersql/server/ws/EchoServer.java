// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.http.HttpSettings;
import com.workersql.server.http.TestDoor;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The door's WebSockets with an echo before what messages mean, for test suites of the protocol that expect one. Handshake, frames,
 * compression, limits, pings and closing are the gateway's, and so is what becomes of text that is not UTF-8.
 */
public final class EchoServer {
    private EchoServer() {}

    /**
     * Serves on loopback for as long as the process lives.
     *
     * @param arguments the port
     */
    public static void main(String[] arguments) {
        var door = new TestDoor(HttpSettings.defaults(), WebSocketSettings.defaults());
        new ServerBootstrap()
                .group(new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()))
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(door.door());
                        channel.pipeline().addBefore("connection", null, new Caller());
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]))
                .syncUninterruptibly();
    }

    /** Asks for the gateway's path, by a user's credentials, on behalf of a client that knows neither. */
    private static final class Caller extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (message instanceof HttpRequest request) {
                request.setUri("/v1/ws");
                var header = TestDoor.authorization();
                request.headers()
                        .set(
                                HttpHeaderNames.AUTHORIZATION,
                                header.substring(header.indexOf(' ')).strip());
            }
            var pipeline = ctx.pipeline();
            ctx.fireChannelRead(message);
            var upgraded = pipeline.context(WebSocketConnection.class);
            if (upgraded != null) {
                pipeline.addBefore(upgraded.name(), null, new Echo());
                pipeline.remove(this);
            }
        }
    }

    /** Sends whole messages back. Of text that is not UTF-8 it knows nothing: that goes on to the gateway. */
    private static final class Echo extends ChannelInboundHandlerAdapter {
        private final List<WebSocketFrame> parts = new ArrayList<>();

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            boolean data = message instanceof TextWebSocketFrame
                    || message instanceof BinaryWebSocketFrame
                    || message instanceof ContinuationWebSocketFrame;
            if (!data || ((WebSocketFrame) message).rsv() != 0) {
                ctx.fireChannelRead(message);
                return;
            }
            parts.add((WebSocketFrame) message);
            if (((WebSocketFrame) message).isFinalFragment()) {
                whole(ctx, List.copyOf(parts));
                parts.clear();
            }
        }

        private static void whole(ChannelHandlerContext ctx, List<WebSocketFrame> frames) {
            CompositeByteBuf content = ctx.alloc().compositeBuffer(frames.size());
            frames.forEach(frame -> content.addComponent(true, frame.content().retain()));
            boolean text = frames.get(0) instanceof TextWebSocketFrame;
            if (text && !ByteBufUtil.isText(content, StandardCharsets.UTF_8)) {
                content.release();
                frames.forEach(ctx::fireChannelRead);
                return;
            }
            frames.forEach(WebSocketFrame::release);
            ctx.writeAndFlush(text ? new TextWebSocketFrame(content) : new BinaryWebSocketFrame(content));
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext ctx) {
            parts.forEach(WebSocketFrame::release);
            parts.clear();
        }
    }
}
