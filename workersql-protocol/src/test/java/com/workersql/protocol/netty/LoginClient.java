// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import com.workersql.protocol.proxy.ProxyHeader;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerSession;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Logs in to a server on 127.0.0.1 by {@link ClientHandshakeHandler}, and waits for how that ends. */
final class LoginClient implements AutoCloseable {
    private final Channel channel;
    private ServerSession session;

    private LoginClient(Channel channel) {
        this.channel = channel;
    }

    private static final class Result implements ClientHandshakeHandler.Listener {
        private final CompletableFuture<ServerSession> connected = new CompletableFuture<>();

        @Override
        public void onConnected(ChannelHandlerContext ctx, ServerSession session) {
            connected.complete(session);
        }

        @Override
        public void onFailed(ChannelHandlerContext ctx, Throwable cause) {
            connected.completeExceptionally(cause);
        }
    }

    /** Logs in without a look at the server's certificate. */
    static LoginClient connect(EventLoopGroup loops, int port, ClientHandshakeConfig config) throws Exception {
        return connect(loops, port, config, ClientTls.context(config.tls(), null, null, null));
    }

    static LoginClient connect(EventLoopGroup loops, int port, ClientHandshakeConfig config, SslContext tls)
            throws Exception {
        return connect(null, loops, port, config, tls);
    }

    /** Tells the server by a PROXY header where the client is. */
    static LoginClient connectThrough(ProxyHeader header, EventLoopGroup loops, int port, ClientHandshakeConfig config)
            throws Exception {
        return connect(header, loops, port, config, ClientTls.context(config.tls(), null, null, null));
    }

    private static LoginClient connect(
            ProxyHeader header, EventLoopGroup loops, int port, ClientHandshakeConfig config, SslContext tls)
            throws Exception {
        Result result = new Result();
        Channel channel = new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .handler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (header != null) {
                            channel.pipeline().addLast(new ProxyHeaderSender(header));
                        }
                        channel.pipeline().addLast(new ClientHandshakeHandler(config, tls, "localhost", port, result));
                    }
                })
                .connect("127.0.0.1", port)
                .sync()
                .channel();
        LoginClient client = new LoginClient(channel);
        client.session = result.connected.get(20, TimeUnit.SECONDS);
        return client;
    }

    /** Becomes another user on the same connection. */
    LoginClient changeUser(ClientHandshakeConfig config) throws Exception {
        Result result = new Result();
        channel.pipeline().addLast(ClientHandshakeHandler.forChangeUser(config, session, result));
        session = result.connected.get(20, TimeUnit.SECONDS);
        return this;
    }

    ServerSession session() {
        return session;
    }

    Channel channel() {
        return channel;
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
    }
}
