// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelPipeline;

/** Moves bytes that were read already to a handler that has just come into the pipeline. */
final class PipelineBytes {
    private PipelineBytes() {}

    /** Has the handler of {@code target} read {@code bytes}, which it takes over. */
    static void read(ChannelHandlerContext target, ByteBuf bytes) {
        ChannelInboundHandler handler = (ChannelInboundHandler) target.handler();
        try {
            handler.channelRead(target, bytes);
            handler.channelReadComplete(target);
        } catch (Exception e) {
            target.fireExceptionCaught(e);
        }
    }

    /**
     * Puts {@code next} in the place of the handler of {@code ctx}, and has the first of them read {@code rest}.
     *
     * @param rest taken over; null when there is none
     */
    static void replace(ChannelHandlerContext ctx, ByteBuf rest, ChannelHandler... next) {
        ChannelPipeline pipeline = ctx.pipeline();
        ChannelHandlerContext first = null;
        String after = ctx.name();
        for (ChannelHandler handler : next) {
            pipeline.addAfter(after, null, handler);
            ChannelHandlerContext added = pipeline.context(handler);
            after = added.name();
            first = first == null ? added : first;
        }
        if (rest == null) {
            pipeline.remove(ctx.handler());
        } else if (first == null) {
            ctx.fireChannelRead(rest);
            ctx.fireChannelReadComplete();
            pipeline.remove(ctx.handler());
        } else {
            pipeline.remove(ctx.handler());
            read(first, rest);
        }
    }
}
