// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Turns bytes into payloads: the next handler gets one {@link ByteBuf} per payload and releases it.
 *
 * <p>All payloads of one read are passed on one after the other, also while the next handler is still busy with the first: it
 * queues them, or turns auto-read off and takes what one receive buffer holds. A broken stream is told once by
 * {@code exceptionCaught} with a {@link ProtocolException}; what comes afterwards is dropped.
 */
public final class PacketDecoderHandler extends ChannelInboundHandlerAdapter {
    private final int maxPayloadBytes;
    private final SequenceMode sequenceMode;
    private final Reservation reservation;
    private PacketDecoder decoder;
    private boolean broken;

    /**
     * @param maxPayloadBytes the largest payload, {@code max_allowed_packet}
     * @param sequenceMode {@link SequenceMode#RESTART} for commands
     * @param reservation asked before bytes are gathered
     */
    public PacketDecoderHandler(int maxPayloadBytes, SequenceMode sequenceMode, Reservation reservation) {
        this.maxPayloadBytes = maxPayloadBytes;
        this.sequenceMode = requireNonNull(sequenceMode, "sequenceMode");
        this.reservation = requireNonNull(reservation, "reservation");
    }

    /** For commands, without a budget. */
    public PacketDecoderHandler(int maxPayloadBytes) {
        this(maxPayloadBytes, SequenceMode.RESTART, Reservation.UNLIMITED);
    }

    /** The decoder, for its sequence ids and reservations; on the event loop only. */
    public PacketDecoder decoder() {
        return decoder;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        decoder = new PacketDecoder(ctx.alloc(), maxPayloadBytes, sequenceMode, reservation);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        decoder.close();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            while (!broken && !ctx.isRemoved()) {
                ByteBuf payload = decoder.decode(in);
                if (payload == null) {
                    return;
                }
                ctx.fireChannelRead(payload);
            }
            if (!broken && in.isReadable()) {
                // The next handler has replaced this one: the rest belongs to whoever reads now.
                ctx.fireChannelRead(in.retain());
            }
        } catch (ProtocolException e) {
            broken = true;
            ctx.fireExceptionCaught(e);
        } finally {
            in.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        decoder.close();
        ctx.fireChannelInactive();
    }
}
