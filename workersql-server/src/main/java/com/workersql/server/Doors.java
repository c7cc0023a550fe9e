// SPDX-License-Identifier: Apache-2.0
package com.workersql.server;

import com.workersql.protocol.proxy.PeerNetworks;
import com.workersql.server.config.ListenAddress;
import com.workersql.server.error.GatewayError;
import com.workersql.server.peer.ProxiedDoor;
import com.workersql.server.session.Drain;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The ports on which clients are let in, the clients that came, and how they are sent away. Opened and shut by one thread. */
final class Doors {
    private static final Logger LOG = LoggerFactory.getLogger(Doors.class);
    private static final int BACKLOG = 1_024;
    private static final int LOW_WATER_BYTES = 32 * 1024;
    private static final int HIGH_WATER_BYTES = 64 * 1024;

    private final Transport transport;
    private final int handshakeTimeoutMillis;
    private final ChannelGroup clients = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final List<Channel> listening = new ArrayList<>(2);
    private volatile boolean draining;

    /** @param handshakeTimeoutMillis how long a proxy's header may take */
    Doors(Transport transport, int handshakeTimeoutMillis) {
        this.transport = transport;
        this.handshakeTimeoutMillis = handshakeTimeoutMillis;
    }

    /**
     * Lets clients in.
     *
     * @param name of the door, for errors
     * @param clientDoor makes the pipeline of each
     * @throws GatewayStartException when the address cannot be listened on
     */
    Channel open(String name, ListenAddress address, ChannelHandler clientDoor) {
        var door = address.proxyFrom().isEmpty()
                ? clientDoor
                : new ProxiedDoor(PeerNetworks.parse(address.proxyFrom()), handshakeTimeoutMillis, clientDoor);
        var bootstrap = new ServerBootstrap()
                .group(transport.acceptors(), transport.workers())
                .channelFactory(transport.server()::get)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(LOW_WATER_BYTES, HIGH_WATER_BYTES))
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        clients.add(channel);
                        channel.pipeline().addLast(door);
                    }
                });
        var bound = bootstrap.bind(address.resolve()).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new GatewayStartException(
                    GatewayStartException.ADDRESS_IN_USE,
                    "The " + name + " door cannot listen on " + address + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        listening.add(bound.channel());
        return bound.channel();
    }

    /** Whether nobody is welcome any more. */
    boolean isDraining() {
        return draining;
    }

    /** What new work is told; null while it is welcome. */
    GatewayError drainError() {
        return draining ? GatewayError.draining() : null;
    }

    /** Lets nobody in any more, has those who are here end what they have begun, and cuts off who is left. Blocks for that long. */
    void drain(int millis) {
        draining = true;
        if (!listening.isEmpty()) {
            LOG.info("Stopping: {} connections of clients have up to {} ms", clients.size(), millis);
        }
        listening.forEach(channel -> channel.close().awaitUninterruptibly());
        // The listening channels are not in the group, so that it becomes empty when the last client has gone.
        var drain = new Drain(millis);
        clients.forEach(client -> client.pipeline().fireUserEventTriggered(drain));
        if (!clients.newCloseFuture().awaitUninterruptibly(millis)) {
            LOG.warn("{} clients were still busy after {} ms and are cut off", clients.size(), millis);
        }
        clients.close().awaitUninterruptibly();
    }
}
