// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import com.workersql.server.http.query.FakeSessions;
import com.workersql.server.ws.WebSocketSettings;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A door on a port of loopback, with one event loop, for clients that send what they like. */
final class SocketDoor implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final TestDoor door;
    private final Channel listener;

    /** With the default limits. */
    SocketDoor() {
        this(HttpSettings.defaults());
    }

    SocketDoor(HttpSettings settings) {
        door = new TestDoor(settings, WebSocketSettings.defaults());
        listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(door.door())
                .bind(InetAddress.getLoopbackAddress(), 0)
                .syncUninterruptibly()
                .channel();
    }

    /** A new connection, on which a read waits for 20 s at most. */
    Socket connect() throws IOException {
        var socket =
                new Socket(InetAddress.getLoopbackAddress(), ((InetSocketAddress) listener.localAddress()).getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    /**
     * Sends text in parts on a connection of its own.
     *
     * @return all that comes until the gateway has said its last
     */
    String untilClosed(String text, int partBytes) throws IOException {
        try (var socket = connect()) {
            var bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            try {
                for (int i = 0; i < bytes.length; i += partBytes) {
                    socket.getOutputStream().write(bytes, i, Math.min(partBytes, bytes.length - i));
                }
            } catch (SocketException e) {
                // The gateway has heard enough; what it said is still to be read.
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** What has been asked of the shards. */
    List<FakeSessions.Statement> statements() {
        return door.sessions().statements();
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).awaitUninterruptibly();
        door.close();
    }
}
