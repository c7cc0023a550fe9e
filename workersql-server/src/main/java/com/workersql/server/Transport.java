// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The event loops and the kinds of channels that belong to them: epoll where the platform has it, NIO otherwise.
 *
 * @param acceptors the loop that accepts clients
 * @param workers the loops that own clients and connections to shards
 * @param server makes listening channels
 * @param socket makes connections
 * @param name what is used, for the log
 */
record Transport(
        EventLoopGroup acceptors,
        EventLoopGroup workers,
        Supplier<ServerSocketChannel> server,
        Supplier<SocketChannel> socket,
        String name)
        implements AutoCloseable {

    static Transport create(int workerThreads) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new Transport(
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("workersql-accept", true), handlers),
                new MultiThreadIoEventLoopGroup(
                        workerThreads, new DefaultThreadFactory("workersql-loop", true), handlers),
                epoll ? EpollServerSocketChannel::new : NioServerSocketChannel::new,
                epoll ? EpollSocketChannel::new : NioSocketChannel::new,
                epoll ? "epoll" : "nio");
    }

    /** Ends the loops, and waits until they have. */
    @Override
    public void close() {
        var accepting = acceptors.shutdownGracefully(0, 2, TimeUnit.SECONDS);
        workers.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        accepting.awaitUninterruptibly();
    }
}
