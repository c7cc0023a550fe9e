// SPDX-License-Identifier: Apache-2.0
package com.workersql.bench.load;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;

/**
 * The least that a proxy on Netty can do: each client has a connection to the server on its own event loop, and bytes are passed on
 * as they come, one flush per read. What the gateway costs is told in multiples of this. A program of its own:
 * {@code NettyRelay LISTEN_PORT SERVER_PORT}, on loopback.
 */
final class NettyRelay {
    private NettyRelay() {}

    public static void main(String... arguments) throws InterruptedException {
        int listenPort = Integer.parseInt(arguments[0]);
        int serverPort = Integer.parseInt(arguments[1]);
        var acceptors = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        var workers = new MultiThreadIoEventLoopGroup(
                Runtime.getRuntime().availableProcessors(), EpollIoHandler.newFactory());
        new ServerBootstrap()
                .group(acceptors, workers)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel client) {
                        connect(client, serverPort);
                    }
                })
                .bind("127.0.0.1", listenPort)
                .sync()
                .channel()
                .closeFuture()
                .sync();
    }

    private static void connect(Channel client, int serverPort) {
        new Bootstrap()
                .group(client.eventLoop())
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new PassOn(client))
                .connect("127.0.0.1", serverPort)
                .addListener((io.netty.channel.ChannelFuture connected) -> {
                    if (connected.isSuccess()) {
                        client.pipeline().addLast(new PassOn(connected.channel()));
                        client.config().setAutoRead(true);
                    } else {
                        client.close();
                    }
                });
    }

    private static final class PassOn extends ChannelInboundHandlerAdapter {
        private final Channel peer;

        PassOn(Channel peer) {
            this.peer = peer;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            peer.write(bytes, peer.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            peer.flush();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            peer.config().setAutoRead(ctx.channel().isWritable());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            peer.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
