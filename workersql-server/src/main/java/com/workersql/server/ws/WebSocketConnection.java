// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.protocol.frame.Reservation;
import com.workersql.server.changes.ChangeDesk;
import com.workersql.server.error.Incidents;
import com.workersql.server.http.Deadline;
import com.workersql.server.http.SocketGate;
import com.workersql.server.http.StallWatch;
import com.workersql.server.http.query.QueryRun;
import com.workersql.server.http.query.QuerySessions;
import com.workersql.server.http.query.Refusal;
import com.workersql.server.http.query.RequestParser;
import com.workersql.server.peer.ClientAddress;
import com.workersql.server.session.Drain;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.compression.DecompressionException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The frames of one WebSocket: joins them to messages within limits, answers and sends pings, and closes with a code and a
 * reason. What the messages say is the {@link Conversation}'s affair. Confined to the channel's event loop.
 */
final class WebSocketConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
    private static final int CLOSE_MILLIS = 2_000;
    private static final int CHECK_MILLIS = 2_000;
    private static final int MAX_MISSED_HEARTBEATS = 2;
    /** The last one that RFC 6455 has a meaning for; the decoder knows the gaps below. */
    private static final int MAX_CLOSE_CODE = 4_999;

    private static final int MAX_REASON_BYTES = 123;

    private final Parts parts;
    private final Conversation calls;
    private final FramedMessage message;
    private Deadline check;
    private ChannelHandlerContext context;
    private Deadline heartbeat;
    private StallWatch stall;
    private Deadline end;
    private int missedHeartbeats;
    private boolean closing;
    private boolean draining;
    private boolean paused;

    /**
     * What all sockets share.
     *
     * @param sessions runs the statements
     * @param parser reads the messages
     * @param settings the limits
     * @param limits of each statement
     * @param budget of the answers
     * @param reservation is asked before a message is gathered
     * @param connections counts the sockets
     * @param open knows the sockets
     * @param gate proves who speaks, where the upgrade did not, and whether who was proved once may still act
     * @param changes what clients may subscribe to
     * @param resumable the subscriptions of sockets that clients may go on with
     */
    record Parts(
            QuerySessions sessions,
            RequestParser parser,
            WebSocketSettings settings,
            QueryRun.Limits limits,
            AnswerBudget budget,
            Reservation reservation,
            AtomicInteger connections,
            OpenSockets open,
            SocketGate gate,
            ChangeDesk changes,
            ResumableSockets resumable) {}

    /** @param conversation makes what the messages mean, for this socket */
    WebSocketConnection(Parts parts, Function<WebSocketConnection, Conversation> conversation) {
        this.parts = parts;
        this.calls = conversation.apply(this);
        this.message = new FramedMessage(parts.settings().maxFragments(), parts.reservation());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        var loop = ctx.channel().eventLoop();
        heartbeat = new Deadline(loop, this::beat);
        stall = new StallWatch(ctx.channel(), parts.settings().stallTimeoutMillis(), this::stalled);
        end = new Deadline(loop, ctx::close);
        heartbeat.set(parts.settings().heartbeatMillis());
        check = new Deadline(loop, this::checkPrincipal);
        check.set(CHECK_MILLIS);
        parts.connections().incrementAndGet();
        parts.open().add(this, loop);
        calls.opened(loop);
        ctx.channel().config().setAutoRead(true);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        heartbeat.close();
        check.close();
        stall.close();
        end.close();
        message.drop();
        calls.closeAll();
        parts.connections().decrementAndGet();
        parts.open().remove(this);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        calls.closeAll();
        ctx.fireChannelInactive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object object) {
        try {
            missedHeartbeats = 0;
            if (object instanceof WebSocketFrame frame) {
                frame(frame);
            }
        } finally {
            ReferenceCountUtil.release(object);
        }
    }

    private void frame(WebSocketFrame frame) {
        if (frame.rsv() != 0) {
            // Where an extension was agreed on, the decoder leaves these bits to whoever knows the extension.
            close(WebSocketCloseStatus.PROTOCOL_ERROR, "A reserved bit is set");
        } else if (frame instanceof CloseWebSocketFrame close) {
            closedByPeer(close);
        } else if (closing || frame instanceof PongWebSocketFrame) {
            return;
        } else if (frame instanceof PingWebSocketFrame) {
            // Who sends pings and does not read gets no more pongs than the socket holds.
            if (context.channel().isWritable()) {
                context.writeAndFlush(new PongWebSocketFrame(frame.content().retain()));
            }
        } else if (frame instanceof BinaryWebSocketFrame) {
            close(WebSocketCloseStatus.INVALID_MESSAGE_TYPE, "Messages are text, in JSON");
        } else if (frame instanceof TextWebSocketFrame || frame instanceof ContinuationWebSocketFrame) {
            part(frame);
        }
    }

    private void closedByPeer(CloseWebSocketFrame close) {
        if (closing) {
            context.close();
            return;
        }
        int code = close.statusCode();
        if (code > MAX_CLOSE_CODE) {
            close(WebSocketCloseStatus.PROTOCOL_ERROR, "Close codes end with " + MAX_CLOSE_CODE);
            return;
        }
        // Both have said their last: it is for the server to end the connection, at once (RFC 6455, section 7.1.1).
        sendClose(code < 0 ? WebSocketCloseStatus.NORMAL_CLOSURE : WebSocketCloseStatus.valueOf(code), "")
                .addListener(ChannelFutureListener.CLOSE);
    }

    private void part(WebSocketFrame frame) {
        try {
            var whole = message.add(frame, calls.maxMessageBytes(), context.alloc());
            if (whole != null) {
                try {
                    text(whole);
                } finally {
                    whole.release();
                }
            }
        } catch (FramedMessage.Excess e) {
            close(e.status(), e.getMessage());
        }
    }

    private void text(ByteBuf utf8) {
        try {
            calls.message(utf8);
        } catch (Refusal e) {
            close(WebSocketCloseStatus.INVALID_PAYLOAD_DATA, e.getMessage());
        }
    }

    /** A socket outlives the request that proved who it is for. */
    private void checkPrincipal() {
        var principal = calls.principal();
        if (principal == null) {
            check.set(CHECK_MILLIS);
            return;
        }
        boolean expired = principal.expiresAtMillis() != Principal.NEVER
                && Instant.now().toEpochMilli() >= principal.expiresAtMillis();
        if (expired) {
            close(calls.status(Conversation.Ending.EXPIRED), "The token has expired; connect again with another");
        } else if (!parts.gate().isCurrent(principal)) {
            close(calls.status(Conversation.Ending.REVOKED), "This user may not act here any more");
        } else {
            check.set(CHECK_MILLIS);
        }
    }

    /** Closes the socket of a client that an administrator sends away; false for that of another. */
    boolean endIfOf(Predicate<Principal> whose) {
        var principal = calls.principal();
        if (closing || principal == null || !whose.test(principal)) {
            return false;
        }
        close(calls.status(Conversation.Ending.DISCONNECTED), "An administrator has ended this user's connections");
        return true;
    }

    private void beat() {
        if (missedHeartbeats >= MAX_MISSED_HEARTBEATS) {
            close(calls.status(Conversation.Ending.SILENT), "No answer to " + missedHeartbeats + " pings");
            return;
        }
        if (context.channel().isWritable()) {
            // An answer is not seen while nothing is read.
            missedHeartbeats = paused ? 0 : missedHeartbeats + 1;
            context.writeAndFlush(new PingWebSocketFrame());
        } else {
            // A ping would wait behind what the client has still to read; whether it does is watched.
            missedHeartbeats = 0;
        }
        heartbeat.set(parts.settings().heartbeatMillis());
    }

    /**
     * Sends a message.
     *
     * @param json owned by the socket from here
     * @return done when the operating system has taken it
     */
    ChannelFuture send(ByteBuf json) {
        return context.writeAndFlush(new TextWebSocketFrame(json));
    }

    /** Stops or resumes what comes from the client. */
    void reading(boolean reading) {
        paused = !reading;
        context.channel().config().setAutoRead(reading);
    }

    /** The client has proved who it is: what it may send before that is not counted any more. */
    void admitted() {
        if (context.pipeline().get(HelloGuard.class) != null) {
            context.pipeline().remove(HelloGuard.class);
        }
    }

    /** Whether nothing is taken from the client at the moment. */
    boolean isPaused() {
        return paused;
    }

    boolean isWritable() {
        return context.channel().isWritable();
    }

    /** Whether new work is refused. */
    boolean isDraining() {
        return draining;
    }

    private void stalled() {
        close(
                WebSocketCloseStatus.TRY_AGAIN_LATER,
                "Nothing was read for " + parts.settings().stallTimeoutMillis()
                        + " ms (http.websocket.stall_timeout_millis)");
    }

    /** Whether the close frame is on its way. */
    boolean isClosing() {
        return closing;
    }

    /** Closes with a code and a reason; everything that runs is ended. */
    void close(WebSocketCloseStatus status, String reason) {
        if (!closing) {
            sendClose(status, reason);
            // The client's answer to that is wanted, also where nothing else was.
            context.channel().config().setAutoRead(true);
        }
    }

    private ChannelFuture sendClose(WebSocketCloseStatus status, String reason) {
        closing = true;
        heartbeat.close();
        check.close();
        stall.close();
        message.drop();
        calls.closeAll();
        end.set(CLOSE_MILLIS);
        return context.writeAndFlush(new CloseWebSocketFrame(status, shortened(reason)));
    }

    /** At most 123 bytes fit into a close frame. */
    private static String shortened(String reason) {
        String text = reason;
        while (ByteBufUtil.utf8Bytes(text) > MAX_REASON_BYTES) {
            int cut = text.length() - Math.max(1, (ByteBufUtil.utf8Bytes(text) - MAX_REASON_BYTES) / 4);
            text = text.substring(0, Character.isLowSurrogate(text.charAt(cut)) ? cut - 1 : cut);
        }
        return text;
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        boolean writable = ctx.channel().isWritable();
        if (writable) {
            stall.stop();
        } else if (!closing) {
            stall.start();
        }
        calls.writable(writable);
        ctx.fireChannelWritabilityChanged();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof Drain drain) {
            draining = true;
            calls.draining(drain.millis());
            closeIfDrained();
        }
        ctx.fireUserEventTriggered(event);
    }

    /** Closes a socket that is to be drained once nothing runs on it. */
    void closeIfDrained() {
        if (draining && calls.isIdle()) {
            close(WebSocketCloseStatus.ENDPOINT_UNAVAILABLE, "The gateway is shutting down");
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof CorruptedFrameException) {
            // The decoder has sent the close frame already, and closes behind it.
            closing = true;
            calls.closeAll();
            LOG.info("A WebSocket of {} broke the protocol: {}", ClientAddress.of(ctx.channel()), cause.getMessage());
            return;
        }
        if (cause instanceof DecompressionException || cause.getCause() instanceof DecompressionException) {
            close(
                    WebSocketCloseStatus.MESSAGE_TOO_BIG,
                    "A message may have " + parts.settings().maxMessageBytes() + " bytes when it is inflated");
            return;
        }
        if (cause instanceof IOException || cause instanceof DecoderException) {
            LOG.info("Closing a WebSocket of {}: {}", ClientAddress.of(ctx.channel()), cause.toString());
            ctx.close();
            return;
        }
        var error = Incidents.log("a WebSocket of " + ClientAddress.of(ctx.channel()) + " is closed", cause);
        close(WebSocketCloseStatus.INTERNAL_SERVER_ERROR, error.message());
    }
}
