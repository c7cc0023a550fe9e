// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Resets a stream of HTTP/2 whose request is malformed (RFC 9113, sections 8.1 and 8.3.1), and one that the codec finds a fault
 * with, each by the code that says so.
 */
final class Http2Stream extends ChannelInboundHandlerAdapter {
    private boolean begun;
    private boolean over;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (over) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof Http2HeadersFrame frame && !isWellFormed(frame)) {
            ReferenceCountUtil.release(message);
            reset(ctx, Http2Error.PROTOCOL_ERROR);
        } else {
            ctx.fireChannelRead(message);
        }
    }

    /** The first headers are a request's; others are trailers, which end the stream and have no pseudo-headers. */
    private boolean isWellFormed(Http2HeadersFrame frame) {
        var headers = frame.headers();
        if (begun) {
            boolean hasPseudoHeaders = false;
            for (var header : headers) {
                hasPseudoHeaders |= Http2Headers.PseudoHeaderName.hasPseudoHeaderFormat(header.getKey());
            }
            return frame.isEndStream() && !hasPseudoHeaders;
        }
        begun = true;
        return headers.method() != null
                && headers.scheme() != null
                && headers.path() != null
                && headers.path().length() > 0;
    }

    private void reset(ChannelHandlerContext ctx, Http2Error error) {
        over = true;
        ctx.writeAndFlush(new DefaultHttp2ResetFrame(error)).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof Http2Exception fault) {
            // Before the handlers behind this one close the stream, which would say CANCEL.
            reset(ctx, fault.error());
        } else {
            ctx.fireExceptionCaught(cause);
        }
    }
}
