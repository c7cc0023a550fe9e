// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.anyport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * The door of a port on which MySQL, HTTP and WebSocket clients arrive, with or without TLS. An HTTP or TLS client speaks first; a
 * MySQL client waits for the server, so that whoever has said nothing for a while is greeted as one. That makes such a port unfit
 * for HTTP clients that open connections ahead of their requests. Safe for all threads.
 */
public final class AnyDoor extends ChannelInitializer<Channel> {
    /** The first byte of a TLS record that begins a handshake (RFC 8446, section 5.1). */
    private static final int TLS_HANDSHAKE = 0x16;

    private final ChannelHandler mysql;
    private final ChannelHandler http;
    private final int waitMillis;

    /**
     * A door.
     *
     * @param mysql makes the pipeline of a MySQL client; sharable
     * @param http makes the pipeline of an HTTP client, with TLS and without; sharable
     * @param waitMillis how long a client may be silent before it is taken for a MySQL client
     */
    public AnyDoor(ChannelHandler mysql, ChannelHandler http, int waitMillis) {
        this.mysql = mysql;
        this.http = http;
        this.waitMillis = waitMillis;
    }

    @Override
    protected void initChannel(Channel channel) {
        channel.pipeline().addLast(new FirstByte());
    }

    /** Waits for the first byte, and keeps it for whoever comes next. */
    private final class FirstByte extends ByteToMessageDecoder {
        private Future<?> timer;

        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            timer = ctx.channel().eventLoop().schedule(() -> become(ctx, mysql), waitMillis, TimeUnit.MILLISECONDS);
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
            int first = in.getUnsignedByte(in.readerIndex());
            boolean isMethod = first >= 'A' && first <= 'Z';
            // Anything else is nobody's first byte: the MySQL door has an error for it that every client can read.
            become(ctx, first == TLS_HANDSHAKE || isMethod ? http : mysql);
        }

        private void become(ChannelHandlerContext ctx, ChannelHandler door) {
            if (!ctx.isRemoved()) {
                timer.cancel(false);
                ctx.pipeline().addLast(door);
                // What has arrived goes on to the door's handlers.
                ctx.pipeline().remove(this);
            }
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext ctx) {
            timer.cancel(false);
        }
    }
}
