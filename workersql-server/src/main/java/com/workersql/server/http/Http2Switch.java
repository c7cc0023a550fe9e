// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http2.Http2CodecUtil;
import java.util.List;
import java.util.function.Consumer;

/**
 * Looks at the first bytes of a connection: those of HTTP/2 are always the same (RFC 9113, section 3.4), with and without TLS, so
 * that a client that knows, or was told by ALPN, needs no other sign. What comes goes on to whoever is next.
 */
final class Http2Switch extends ByteToMessageDecoder {
    private final Consumer<ChannelHandlerContext> becomeHttp2;

    /**
     * @param becomeHttp2 puts the handlers of HTTP/2 into the pipeline, in place of those behind this one
     */
    Http2Switch(Consumer<ChannelHandlerContext> becomeHttp2) {
        this.becomeHttp2 = becomeHttp2;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        var preface = Http2CodecUtil.connectionPrefaceBuf();
        try {
            int known = Math.min(in.readableBytes(), preface.readableBytes());
            for (int i = 0; i < known; i++) {
                if (in.getByte(in.readerIndex() + i) != preface.getByte(i)) {
                    ctx.pipeline().remove(this);
                    return;
                }
            }
            if (known == preface.readableBytes()) {
                becomeHttp2.accept(ctx);
                ctx.pipeline().remove(this);
            }
        } finally {
            preface.release();
        }
    }
}
