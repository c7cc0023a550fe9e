// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.http.TestDoor;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameEncoder;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A WebSocket client at a test's door. */
final class SocketClient implements AutoCloseable {
    private final TestDoor door;
    private final EmbeddedChannel encoder = new EmbeddedChannel(new WebSocket13FrameEncoder(true));
    private final EmbeddedChannel decoder = new EmbeddedChannel(new WebSocket13FrameDecoder(false, false, 64 << 20));

    SocketClient(WebSocketSettings settings) {
        door = new TestDoor(TestDoor.settings(), settings);
    }

    /** Asks for the upgrade, with more header lines; returns the answer. */
    String upgrade(String headers) {
        door.send("GET /v1/ws HTTP/1.1\r\nHost: h:1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + headers + "\r\n");
        return door.received();
    }

    SocketClient connected() {
        upgrade(TestDoor.authorization());
        return this;
    }

    TestDoor door() {
        return door;
    }

    /** Sends a frame. */
    SocketClient send(WebSocketFrame frame) {
        encoder.writeOutbound(frame);
        for (ByteBuf bytes = encoder.readOutbound(); bytes != null; bytes = encoder.readOutbound()) {
            raw(bytes);
        }
        return this;
    }

    /** Sends a text message. */
    SocketClient send(String json) {
        return send(new TextWebSocketFrame(json));
    }

    /** Sends a text message as several frames. */
    SocketClient sendInParts(String... parts) {
        send(new TextWebSocketFrame(false, 0, parts[0]));
        for (int i = 1; i < parts.length; i++) {
            send(new ContinuationWebSocketFrame(i == parts.length - 1, 0, parts[i]));
        }
        return this;
    }

    /** Sends bytes as they are. */
    SocketClient raw(ByteBuf bytes) {
        door.channel().writeInbound(bytes);
        door.channel().runPendingTasks();
        return this;
    }

    /** The frames that came since the last call, as text: {@code ping}, {@code close 1000 reason}, or a message. */
    List<String> received() {
        decoder.writeInbound(Unpooled.wrappedBuffer(door.receivedBytes()));
        var frames = new ArrayList<String>();
        for (WebSocketFrame frame = decoder.readInbound(); frame != null; frame = decoder.readInbound()) {
            if (frame instanceof CloseWebSocketFrame close) {
                frames.add("close " + close.statusCode() + " " + close.reasonText());
            } else if (frame instanceof PingWebSocketFrame) {
                frames.add("ping");
            } else if (frame instanceof PongWebSocketFrame) {
                frames.add("pong " + frame.content().toString(StandardCharsets.UTF_8));
            } else {
                frames.add(frame.content().toString(StandardCharsets.UTF_8));
            }
            frame.release();
        }
        return frames;
    }

    @Override
    public void close() {
        door.close();
        encoder.finishAndReleaseAll();
        decoder.finishAndReleaseAll();
    }
}
