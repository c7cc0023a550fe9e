// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.CompressedFrameDecoder;
import com.workersql.protocol.frame.CompressedFrameEncoder;
import com.workersql.protocol.frame.CompressionAlgorithm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;

/**
 * Compresses what is written and inflates what is read, between the bytes of the socket (or of TLS) and whoever reads packets; comes
 * into the pipeline behind the OK of the login, in front of all others. Both sides use it.
 *
 * <p>What is written up to a flush, or up to 64 KiB, goes into one compressed packet. A broken stream is told once by
 * {@code exceptionCaught} with a {@link ProtocolException}; what comes afterwards is dropped. Sequence ids count on from what was
 * read; a packet with the id 0, with which a command begins, begins anew.
 */
public final class CompressionHandler extends ChannelDuplexHandler {
    private static final int GATHERED_BYTES = 64 * 1024;

    private final CompressionAlgorithm algorithm;
    private final int level;
    private final int maxFrameBytes;
    private final CommandStarts starts;

    private CompressedFrameDecoder decoder;
    private CompressedFrameEncoder encoder;
    private CompositeByteBuf pending;
    private final List<ChannelPromise> promises = new ArrayList<>(2);
    private boolean broken;

    private CompressionHandler(CompressionAlgorithm algorithm, int level, int maxFrameBytes, CommandStarts starts) {
        this.algorithm = requireNonNull(algorithm, "algorithm");
        this.level = level;
        this.maxFrameBytes = maxFrameBytes;
        this.starts = starts;
    }

    /**
     * For the side that answers commands.
     *
     * @param algorithm what was agreed on
     * @param level of what is written
     * @param maxInflatedBytes the most bytes that one compressed packet may be inflated to; more than a compressed packet can hold
     *     is the same as no limit
     */
    public static CompressionHandler forServer(CompressionAlgorithm algorithm, int level, int maxInflatedBytes) {
        return new CompressionHandler(algorithm, level, limit(maxInflatedBytes), null);
    }

    /**
     * For the side that sends commands.
     *
     * @param algorithm what was agreed on
     * @param level of what is written
     * @param maxInflatedBytes the most bytes that one compressed packet may be inflated to; more than a compressed packet can hold
     *     is the same as no limit
     */
    public static CompressionHandler forClient(CompressionAlgorithm algorithm, int level, int maxInflatedBytes) {
        return new CompressionHandler(algorithm, level, limit(maxInflatedBytes), new CommandStarts());
    }

    /** A packet's header comes on top of its payload. */
    private static int limit(int maxInflatedBytes) {
        return (int) Math.min(CompressedFrameDecoder.MAX_FRAME_BYTES, Math.max(1024, maxInflatedBytes + 4L));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        decoder = new CompressedFrameDecoder(ctx.alloc(), algorithm, maxFrameBytes);
        encoder = new CompressedFrameEncoder(algorithm, level, CompressedFrameDecoder.MAX_FRAME_BYTES);
        pending = ctx.alloc().compositeBuffer(Integer.MAX_VALUE);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        release();
        ctx.fireChannelInactive();
    }

    private void release() {
        broken = true;
        if (pending != null) {
            decoder.close();
            encoder.close();
            pending.release();
            pending = null;
            var closed = new ClosedChannelException();
            promises.forEach(promise -> promise.tryFailure(closed));
            promises.clear();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf in)) {
            ctx.fireChannelRead(message);
            return;
        }
        try {
            while (!broken) {
                ByteBuf packets = decoder.decode(in);
                if (packets == null) {
                    return;
                }
                encoder.sequenceId(decoder.sequenceId() + 1);
                ctx.fireChannelRead(packets);
            }
        } catch (ProtocolException e) {
            broken = true;
            ctx.fireExceptionCaught(e);
        } finally {
            in.release();
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!(message instanceof ByteBuf packets) || pending == null) {
            ctx.write(message, promise);
            return;
        }
        if (starts != null && starts.pass(packets)) {
            compress(ctx);
            encoder.sequenceId(0);
        }
        pending.addComponent(true, packets);
        if (!promise.isVoid()) {
            promises.add(promise);
        }
        if (pending.readableBytes() >= GATHERED_BYTES) {
            compress(ctx);
        }
    }

    @Override
    public void flush(ChannelHandlerContext ctx) {
        if (pending != null) {
            compress(ctx);
        }
        ctx.flush();
    }

    private void compress(ChannelHandlerContext ctx) {
        if (!pending.isReadable() && promises.isEmpty()) {
            return;
        }
        ByteBuf out = ctx.alloc().buffer(pending.readableBytes() / 2 + CompressedFrameDecoder.HEADER_BYTES);
        encoder.encode(pending, out);
        pending.release();
        pending = ctx.alloc().compositeBuffer(Integer.MAX_VALUE);
        ChannelPromise[] done = promises.toArray(ChannelPromise[]::new);
        promises.clear();
        var written = ctx.write(out);
        for (ChannelPromise promise : done) {
            written.addListener(future -> {
                if (future.isSuccess()) {
                    promise.trySuccess();
                } else {
                    promise.tryFailure(future.cause());
                }
            });
        }
    }

    /** Follows the headers of what is written, to see where a command begins. */
    private static final class CommandStarts {
        private int headerBytes;
        private int header;
        private int packetLeft;
        private boolean continued;

        /** True when a packet with the sequence id 0, which does not go on with a full one, begins with the first of these bytes. */
        boolean pass(ByteBuf packets) {
            boolean starts = false;
            int index = packets.readerIndex();
            int end = packets.writerIndex();
            while (index < end) {
                if (packetLeft > 0) {
                    int passed = Math.min(packetLeft, end - index);
                    packetLeft -= passed;
                    index += passed;
                    continue;
                }
                header |= packets.getUnsignedByte(index++) << (8 * headerBytes++);
                if (headerBytes == 4) {
                    starts |= header >>> 24 == 0 && !continued;
                    packetLeft = header & CompressedFrameDecoder.MAX_FRAME_BYTES;
                    continued = packetLeft == CompressedFrameDecoder.MAX_FRAME_BYTES;
                    headerBytes = 0;
                    header = 0;
                }
            }
            return starts;
        }
    }
}
