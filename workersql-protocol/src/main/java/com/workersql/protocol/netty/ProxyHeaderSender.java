// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.proxy.ProxyHeader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Tells a server who the client is: writes a PROXY header of version 2, with checksum, as the first bytes of a connection, and
 * removes itself. Put it in front of all other handlers; the header goes in clear, also where TLS follows.
 */
public final class ProxyHeaderSender extends ChannelInboundHandlerAdapter {
    private final ProxyHeader header;

    /**
     * @param header what is told
     */
    public ProxyHeaderSender(ProxyHeader header) {
        this.header = requireNonNull(header, "header");
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
        header.encodeV2(out, true);
        ctx.writeAndFlush(out);
        ctx.pipeline().remove(this);
    }
}
