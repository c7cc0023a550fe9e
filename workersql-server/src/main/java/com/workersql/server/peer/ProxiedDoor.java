// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.peer;

import com.workersql.protocol.netty.ProxyHeaderHandler;
import com.workersql.protocol.proxy.PeerNetworks;
import com.workersql.protocol.proxy.ProxyHeader;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import java.net.SocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands before a door that proxies pass clients to. Whoever connects from one of their networks has to say by a PROXY header who the
 * client is, or is disconnected; of all others none is read. Safe for all threads.
 */
public final class ProxiedDoor extends ChannelInitializer<Channel> {
    private static final Logger LOG = LoggerFactory.getLogger(ProxiedDoor.class);

    /** Ample for addresses, names and what is told of TLS. */
    private static final int MAX_HEADER_BYTES = 2_048;

    private static final ChannelHandler[] ADDED_ALREADY = {};

    private final PeerNetworks proxies;
    private final int timeoutMillis;
    private final ChannelHandler door;

    /**
     * A door behind proxies.
     *
     * @param proxies who is believed
     * @param timeoutMillis how long a proxy has for its header
     * @param door makes the pipeline of a client; sharable
     */
    public ProxiedDoor(PeerNetworks proxies, int timeoutMillis, ChannelHandler door) {
        this.proxies = proxies;
        this.timeoutMillis = timeoutMillis;
        this.door = door;
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new ProxyHeaderHandler(proxies, MAX_HEADER_BYTES, timeoutMillis, new Peers()));
    }

    private final class Peers implements ProxyHeaderHandler.Listener {
        @Override
        public ChannelHandler[] onPeer(ChannelHandlerContext ctx, SocketAddress peer, ProxyHeader header) {
            ClientAddress.told(ctx.channel(), peer);
            ctx.pipeline().addLast(door);
            return ADDED_ALREADY;
        }

        @Override
        public void onRefused(ChannelHandlerContext ctx, String reason) {
            LOG.info("Proxy {} is disconnected: {}", ctx.channel().remoteAddress(), reason);
        }
    }
}
