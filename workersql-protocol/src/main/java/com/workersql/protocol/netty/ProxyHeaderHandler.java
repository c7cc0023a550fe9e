// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.proxy.PeerNetworks;
import com.workersql.protocol.proxy.ProxyHeader;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.net.SocketAddress;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * Reads the PROXY header of the peers that are believed, and then makes room for the handlers of the connection: put it first.
 *
 * <p>A peer of the networks has to send a header, within the time and the bytes that are allowed, or is disconnected without a
 * word: who might or might not send one could be imitated by its clients. From all others no header is read: what they send is
 * left to the next handlers, to which it is no MySQL. Bytes behind the header are passed on. One handler per channel; everything
 * runs on the channel's event loop.
 */
public final class ProxyHeaderHandler extends ChannelInboundHandlerAdapter {

    /** Hears who the peer is; on the channel's event loop, one of the two once per connection. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Gives the handlers that take this one's place.
         *
         * @param peer the address that counts: that of the header where it tells one, else that of the connection
         * @param header null when the peer is not believed, and so was not asked
         */
        ChannelHandler[] onPeer(ChannelHandlerContext ctx, SocketAddress peer, ProxyHeader header);

        /** The peer is believed and sent no header that can be read; the channel is being closed. */
        default void onRefused(ChannelHandlerContext ctx, String reason) {}
    }

    private final PeerNetworks believed;
    private final int maxBytes;
    private final long timeoutMillis;
    private final Listener listener;

    private ByteBuf held;
    private ScheduledFuture<?> deadline;
    private boolean started;
    private boolean ended;

    /**
     * @param believed whose headers count
     * @param maxBytes the longest header, at least {@link ProxyHeader#MAX_V1_BYTES}; 2048 is ample
     * @param timeoutMillis how long a believed peer has for its header, at least 1
     * @param listener hears who the peer is
     */
    public ProxyHeaderHandler(PeerNetworks believed, int maxBytes, long timeoutMillis, Listener listener) {
        this.believed = requireNonNull(believed, "believed");
        this.listener = requireNonNull(listener, "listener");
        if (maxBytes < ProxyHeader.MAX_V1_BYTES || timeoutMillis < 1) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + ", the least is " + ProxyHeader.MAX_V1_BYTES
                    + "; timeoutMillis is " + timeoutMillis + ", the least is 1");
        }
        this.maxBytes = maxBytes;
        this.timeoutMillis = timeoutMillis;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().isActive()) {
            start(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // Told to the next handlers before they are there would be lost; they see an active channel when they are
        // added.
        start(ctx);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        finish();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        refuse(ctx, "the peer closed the connection before its PROXY header was complete");
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (ended) {
            in.release();
            return;
        }
        if (held == null) {
            held = in;
        } else {
            // No more than the longest header is ever held: beyond it the decoder has decided.
            ByteBuf joined = ctx.alloc().buffer(held.readableBytes() + in.readableBytes());
            joined.writeBytes(held).writeBytes(in);
            held.release();
            in.release();
            held = joined;
        }
        try {
            ProxyHeader header = ProxyHeader.decode(held, maxBytes);
            if (header != null) {
                SocketAddress connected = ctx.channel().remoteAddress();
                makeRoom(ctx, header.source() == null ? connected : header.source(), header);
            }
        } catch (ProtocolException e) {
            refuse(ctx, e.getMessage());
        }
    }

    private void start(ChannelHandlerContext ctx) {
        if (started) {
            return;
        }
        started = true;
        SocketAddress peer = ctx.channel().remoteAddress();
        if (!believed.contains(peer)) {
            makeRoom(ctx, peer, null);
            return;
        }
        deadline = ctx.executor()
                .schedule(
                        () -> refuse(ctx, "the peer sent no PROXY header within " + timeoutMillis + " ms"),
                        timeoutMillis,
                        TimeUnit.MILLISECONDS);
    }

    private void makeRoom(ChannelHandlerContext ctx, SocketAddress peer, ProxyHeader header) {
        ended = true;
        ByteBuf rest = held != null && held.isReadable() ? held.retain() : null;
        finish();
        PipelineBytes.replace(ctx, rest, listener.onPeer(ctx, peer, header));
    }

    private void refuse(ChannelHandlerContext ctx, String reason) {
        if (ended) {
            return;
        }
        ended = true;
        finish();
        listener.onRefused(ctx, reason);
        ctx.close();
    }

    private void finish() {
        if (deadline != null) {
            deadline.cancel(false);
        }
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
