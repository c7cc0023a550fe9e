// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.compression.ZlibCodecFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionFilter;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionFilterProvider;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketExtensionUtil;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtension;
import io.netty.handler.codec.http.websocketx.extensions.compression.PerMessageDeflateServerExtensionHandshaker;

/**
 * The extension permessage-deflate (RFC 7692), where the client offers it. What a message becomes when it is inflated is bounded
 * as any other message.
 */
final class Deflate {
    private static final int LEVEL = 6;

    private final PerMessageDeflateServerExtensionHandshaker handshaker;

    Deflate(WebSocketSettings settings) {
        handshaker = new PerMessageDeflateServerExtensionHandshaker(
                LEVEL,
                ZlibCodecFactory.isSupportingWindowSizeAndMemLevel(),
                PerMessageDeflateServerExtensionHandshaker.MAX_WINDOW_SIZE,
                true,
                true,
                PerMessageDeflateServerExtensionHandshaker.MAX_WINDOW_SIZE,
                PerMessageDeflateServerExtensionHandshaker.DEFAULT_MEM_LEVEL,
                new WebSocketExtensionFilterProvider() {
                    @Override
                    public WebSocketExtensionFilter encoderFilter() {
                        return frame -> !(frame instanceof ContinuationWebSocketFrame)
                                && frame.content().readableBytes() < settings.compressFromBytes();
                    }

                    @Override
                    public WebSocketExtensionFilter decoderFilter() {
                        return WebSocketExtensionFilter.NEVER_SKIP;
                    }
                },
                settings.maxMessageBytes());
    }

    /** What was agreed on with a client; null when it offers nothing that is taken. */
    WebSocketServerExtension agreed(HttpHeaders headers) {
        for (var offered : headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS)) {
            for (var extension : WebSocketExtensionUtil.extractExtensions(offered)) {
                var agreed = handshaker.handshakeExtension(extension);
                if (agreed != null) {
                    return agreed;
                }
            }
        }
        return null;
    }

    /** The header that tells the client of it. */
    static String header(WebSocketServerExtension agreed) {
        var data = agreed.newReponseData();
        var text = new StringBuilder(data.name());
        data.parameters()
                .forEach((name, value) -> text.append("; ").append(name).append(value == null ? "" : "=" + value));
        return text.toString();
    }

    /** Puts it into force before the handler of the messages. */
    static void install(WebSocketServerExtension agreed, Channel channel, ChannelHandler messages) {
        var before = channel.pipeline().context(messages).name();
        channel.pipeline().addBefore(before, "inflate", agreed.newExtensionDecoder());
        channel.pipeline().addBefore(before, "deflate", agreed.newExtensionEncoder());
    }
}
