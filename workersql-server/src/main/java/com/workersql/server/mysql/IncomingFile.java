// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.session.FileRelay;
import com.workersql.server.error.GatewayError;
import com.workersql.server.execute.ReplyTarget.ClientFile;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.IntConsumer;

/**
 * Stands in front of the decoder of commands while a client sends a file, and passes it on as it comes. The client is read no faster
 * than the shard takes it. When nobody wants the file any more, the rest of it is swallowed, so that the client is back at a command
 * and can be told. Confined to the channel's event loop.
 */
final class IncomingFile extends ChannelInboundHandlerAdapter {
    /** So much of a file is held here at most; the buffers of the sockets come on top. */
    static final int MAX_UNSENT_BYTES = 256 * 1024;

    private final FileRelay relay;
    private final ClientFile file;
    private final long maxBytes;
    private final IntConsumer ended;
    private ChannelHandlerContext context;
    private int unsentBytes;

    /**
     * @param maxBytes the longest file
     * @param requestSequenceId the sequence id of the shard's request
     * @param ended called behind the last packet with its sequence id, before anything else that the client has sent is read
     */
    IncomingFile(ClientFile file, long maxBytes, int requestSequenceId, IntConsumer ended) {
        this.relay = new FileRelay(maxBytes);
        this.file = file;
        this.maxBytes = maxBytes;
        this.ended = ended;
        relay.begin(requestSequenceId);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        ctx.channel().config().setAutoRead(true);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        var in = (ByteBuf) message;
        boolean complete;
        try {
            complete = relay.relay(in, this::send);
        } catch (ProtocolException e) {
            in.release();
            tooLong(ctx);
            return;
        }
        if (!complete) {
            in.release();
            return;
        }
        file.ended();
        ended.accept(relay.clientSequenceId());
        if (in.isReadable()) {
            ctx.fireChannelRead(in);
        } else {
            in.release();
        }
        ctx.pipeline().remove(this);
    }

    private void send(ByteBuf packets) {
        int bytes = packets.readableBytes();
        unsentBytes += bytes;
        file.send(packets).addListener(sent -> {
            unsentBytes -= bytes;
            read();
        });
        read();
    }

    private void read() {
        context.channel().config().setAutoRead(unsentBytes < MAX_UNSENT_BYTES);
    }

    private void tooLong(ChannelHandlerContext ctx) {
        ended.accept(relay.clientSequenceId());
        file.abort(GatewayError.refused(
                1153, "08S01", "The file is longer than " + maxBytes + " bytes (limits.local_file_bytes)"));
        ctx.channel().writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        ctx.pipeline().remove(this);
    }
}
