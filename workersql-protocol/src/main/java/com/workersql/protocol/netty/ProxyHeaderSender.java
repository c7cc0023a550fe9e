// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.proxy.ProxyHeader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Tells a server who the client is: writes a PROXY header as the first bytes of a connection, and removes itself. Put it in front of
 * all other handlers; the header goes in clear, also where TLS follows.
 */
public final class ProxyHeaderSender extends ChannelInboundHandlerAdapter {
    private final ProxyHeader header;
    private final int version;

    /**
     * Tells it by version 2, with checksum.
     *
     * @param header what is told
     */
    public ProxyHeaderSender(ProxyHeader header) {
        this(requireNonNull(header, "header"), 2);
    }

    private ProxyHeaderSender(ProxyHeader header, int version) {
        this.header = header;
        this.version = version;
    }

    /**
     * Tells a server the addresses of the connection itself: for those that are reached through something that asks for a header, from a
     * client that has nobody else to speak for.
     *
     * @param version 1 or 2
     */
    public static ProxyHeaderSender ofConnection(int version) {
        if (version != 1 && version != 2) {
            throw new IllegalArgumentException("version is " + version + "; allowed are 1 and 2");
        }
        return new ProxyHeaderSender(null, version);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().isActive()) {
            send(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        send(ctx);
        ctx.fireChannelActive();
    }

    private void send(ChannelHandlerContext ctx) {
        ByteBuf out = ctx.alloc().buffer();
        var channel = ctx.channel();
        var told = header == null ? ProxyHeader.of(channel.localAddress(), channel.remoteAddress()) : header;
        if (version == 1) {
            told.encodeV1(out);
        } else {
            told.encodeV2(out, true);
        }
        ctx.writeAndFlush(out);
        ctx.pipeline().remove(this);
    }
}
