// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.util.ReferenceCountUtil;

/** Counts what a client sends as long as nobody knows who it is, before any of it is gathered. Confined to the channel's event loop. */
final class HelloGuard extends ChannelInboundHandlerAdapter {
    private final WebSocketConnection socket;
    private int bytesLeft = SocketStreams.MAX_BYTES_BEFORE_HELLO;

    HelloGuard(WebSocketConnection socket) {
        this.socket = socket;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        bytesLeft -= message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
        if (bytesLeft < 0) {
            ReferenceCountUtil.release(message);
            socket.close(
                    WebSocketCloseStatus.MESSAGE_TOO_BIG,
                    "Up to \"hello_ok\" a client may send " + SocketStreams.MAX_BYTES_BEFORE_HELLO + " bytes");
        } else {
            ctx.fireChannelRead(message);
        }
    }
}
