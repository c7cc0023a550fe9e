// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2ResetFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.util.ReferenceCountUtil;

/**
 * Resets a stream of HTTP/2 whose request is malformed (RFC 9113, sections 8.1 and 8.3.1), and one that the codec finds a fault
 * with, each by the code that says so; and one whose answer does not wait for the end of its request by the code that leaves the
 * answer what it is. Large answers leave in parts, so that it is seen whether the client reads.
 */
final class Http2Stream extends ChannelDuplexHandler {
    private static final int PART_BYTES = 16 * 1024;

    private boolean begun;
    private boolean over;
    private boolean asked;
    private boolean answered;
    private boolean sent;

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (over) {
            ReferenceCountUtil.release(message);
        } else if (message instanceof Http2HeadersFrame frame && !isWellFormed(frame)) {
            ReferenceCountUtil.release(message);
            reset(ctx, Http2Error.PROTOCOL_ERROR);
        } else {
            asked |= isEnd(message);
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

    private static boolean isEnd(Object message) {
        return (message instanceof Http2HeadersFrame headers && headers.isEndStream())
                || (message instanceof Http2DataFrame data && data.isEndStream());
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        var done = promise;
        if (isEnd(message)) {
            answered = true;
            done = promise.unvoid().addListener(left -> sent = left.isSuccess());
        }
        if (message instanceof Http2DataFrame data && data.content().readableBytes() > PART_BYTES) {
            var rest = data.content();
            while (rest.readableBytes() > PART_BYTES) {
                ctx.write(new DefaultHttp2DataFrame(rest.readRetainedSlice(PART_BYTES)));
            }
            ctx.write(new DefaultHttp2DataFrame(rest, data.isEndStream()), done);
        } else {
            ctx.write(message, done);
        }
    }

    /**
     * A stream that is closed before its request has ended would be reset as cancelled, and clients forget an answer by that; one whose
     * answer has been written but not read would not be reset at all, and go on holding it.
     */
    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (answered && !(asked && sent) && !over) {
            over = true;
            ctx.writeAndFlush(new DefaultHttp2ResetFrame(sent ? Http2Error.NO_ERROR : Http2Error.CANCEL));
        }
        ctx.close(promise);
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
