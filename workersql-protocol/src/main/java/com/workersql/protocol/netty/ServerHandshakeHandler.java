// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.AuthenticatedClient;
import com.workersql.protocol.session.ServerHandshake;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.session.TlsOffer;
import com.workersql.protocol.session.Verification;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The server's side of the connection phase on a channel: greets, starts TLS, authenticates, and hands the client over.
 *
 * <p>Until then a connection lives for the configuration's timeout at most and holds no more than its maximum of bytes. Bytes that
 * come in clear behind the request for TLS are refused (1043) unless they begin a TLS record; a ClientHello that came in the same
 * segment is not lost. Nothing is read behind an ERR. Password hashes are computed, and tickets accepted, by the executor.
 *
 * <p>One handler per channel; everything runs on the channel's event loop.
 */
public final class ServerHandshakeHandler extends ChannelInboundHandlerAdapter {

    /** Hears how a handshake ended; on the channel's event loop, exactly one of the two per connection. */
    public interface Listener {
        /**
         * The client has proven who it is. Call one method of {@code decision}, now or later, before the timeout.
         *
         * @param ctx of the handshake handler
         * @param client who it is, with the store's principal
         * @param decision lets it in or refuses it
         */
        void onAuthenticated(ChannelHandlerContext ctx, AuthenticatedClient client, Decision decision);

        /**
         * The handshake failed; the channel is closed or about to be.
         *
         * @param user as the client gave it; null when it gave none
         * @param err what was sent; null when the connection broke or took too long
         * @param reason for a log line
         */
        default void onFailed(ChannelHandlerContext ctx, String user, Err err, String reason) {}
    }

    /** What to do with an authenticated client. Event loop only; calls behind the first, or behind the close, do nothing. */
    public interface Decision {
        /**
         * Lets the client in: writes {@code ok}, puts {@code next} in the handshake handler's place and passes on whatever the
         * client has sent already. Most often {@code next} is a {@link PacketDecoderHandler} and the handler of its payloads.
         */
        void accept(Ok ok, ChannelHandler... next);

        /** Sends {@code err} and closes. */
        void refuse(Err err);
    }

    private final ServerHandshakeConfig config;
    private final int connectionId;
    private final CredentialStore store;
    private final Executor hashing;
    private final Supplier<SslContext> tls;
    private final Listener listener;
    private final SocketAddress peer;
    private final HeldBytes held;

    private ServerHandshake handshake;
    private PacketDecoder decoder;
    private ScheduledFuture<?> deadline;
    private ByteBuf reading;
    private boolean expectsTls;
    private boolean waiting;
    private boolean ended;

    /**
     * @param config how to greet
     * @param connectionId told in the greeting
     * @param store finds users
     * @param hashing runs the slow part of a full authentication; not the event loop
     * @param tls asked at each start of TLS, so certificates can change; nullable when the configuration offers no TLS
     * @param listener hears the end
     */
    public ServerHandshakeHandler(
            ServerHandshakeConfig config,
            int connectionId,
            CredentialStore store,
            Executor hashing,
            Supplier<SslContext> tls,
            Listener listener) {
        this(config, connectionId, store, hashing, tls, listener, null);
    }

    /**
     * For clients that come through a proxy.
     *
     * @param config how to greet
     * @param connectionId told in the greeting
     * @param store finds users
     * @param hashing runs the slow part of a full authentication; not the event loop
     * @param tls asked at each start of TLS, so certificates can change; nullable when the configuration offers no TLS
     * @param listener hears the end
     * @param peer the client's address, see {@link ProxyHeaderHandler}; null for that of the channel
     */
    public ServerHandshakeHandler(
            ServerHandshakeConfig config,
            int connectionId,
            CredentialStore store,
            Executor hashing,
            Supplier<SslContext> tls,
            Listener listener,
            SocketAddress peer) {
        this.peer = peer;
        this.config = requireNonNull(config, "config");
        this.connectionId = connectionId;
        this.store = requireNonNull(store, "store");
        this.hashing = requireNonNull(hashing, "hashing");
        this.tls = config.tls() == TlsOffer.OFF ? tls : requireNonNull(tls, "tls");
        this.listener = requireNonNull(listener, "listener");
        this.held = new HeldBytes(config.maxHandshakeBytes());
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().isActive()) {
            greet(ctx);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        greet(ctx);
        ctx.fireChannelActive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        release();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(ctx, null, "the client closed the connection");
        release();
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        close(ctx, String.valueOf(cause));
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (ended || handshake == null) {
            in.release();
        } else if (expectsTls) {
            readTls(ctx, in);
        } else if (waiting) {
            hold(ctx, in);
        } else {
            read(ctx, in);
        }
    }

    private void greet(ChannelHandlerContext ctx) {
        if (handshake != null) {
            return;
        }
        handshake = new ServerHandshake(
                config,
                store,
                connectionId,
                host(peer != null ? peer : ctx.channel().remoteAddress()));
        decoder = new PacketDecoder(
                ctx.alloc(), config.maxHandshakeBytes(), SequenceMode.CONTINUE, Reservation.UNLIMITED);
        long millis = config.timeoutMillis();
        String late = "the handshake took longer than " + millis + " ms";
        deadline = ctx.executor().schedule(() -> close(ctx, late), millis, TimeUnit.MILLISECONDS);
        ByteBuf out = ctx.alloc().buffer();
        handshake.greet(out);
        ctx.writeAndFlush(out);
    }

    /** Takes over {@code in}. */
    private void read(ChannelHandlerContext ctx, ByteBuf in) {
        reading = in;
        try {
            while (!ended) {
                if (waiting) {
                    if (in.isReadable()) {
                        hold(ctx, in.retain());
                    }
                    return;
                }
                decoder.expectSequenceId(handshake.expectedSequenceId());
                ByteBuf payload = decoder.decode(in);
                if (payload == null) {
                    return;
                }
                ByteBuf out = ctx.alloc().buffer();
                ServerHandshake.Step step;
                try {
                    step = handshake.receive(payload, decoder.sequenceId(), out);
                } finally {
                    payload.release();
                }
                if (step == ServerHandshake.Step.START_TLS) {
                    out.release();
                    expectsTls = true;
                    if (in.isReadable()) {
                        readTls(ctx, in.retain());
                    }
                    return;
                }
                perform(ctx, step, out);
            }
        } catch (ProtocolException e) {
            fail(ctx, e);
        } finally {
            reading = null;
            in.release();
        }
    }

    private void perform(ChannelHandlerContext ctx, ServerHandshake.Step step, ByteBuf out) {
        if (step == ServerHandshake.Step.CLOSE) {
            // The end comes first: the write may close the channel at once.
            end(ctx, handshake.error(), handshake.reason());
            ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
            return;
        }
        if (out.isReadable()) {
            ctx.writeAndFlush(out);
        } else {
            out.release();
        }
        if (step == ServerHandshake.Step.VERIFY) {
            waiting = true;
            verify(ctx, handshake.verification());
        } else if (step == ServerHandshake.Step.DECIDE) {
            waiting = true;
            listener.onAuthenticated(ctx, handshake.client(), new OneDecision(ctx));
        }
    }

    private void fail(ChannelHandlerContext ctx, ProtocolException e) {
        ByteBuf out = ctx.alloc().buffer();
        perform(ctx, handshake.fail(e, out), out);
    }

    private void refuse(ChannelHandlerContext ctx, Err err) {
        ByteBuf out = ctx.alloc().buffer();
        perform(ctx, handshake.refuse(err, out), out);
    }

    /** Waits for the client's next bytes, of which the first have come maybe. Takes over {@code in}. */
    private void readTls(ChannelHandlerContext ctx, ByteBuf in) {
        try {
            held.add(in, ctx.alloc());
            expectsTls = !held.beginTls();
        } catch (ProtocolException e) {
            fail(ctx, e);
            return;
        }
        if (expectsTls) {
            return;
        }
        handshake.tlsStarted();
        ByteBuf clientHello = held.take();
        ChannelHandler handler = tls.get().newHandler(ctx.alloc());
        ctx.pipeline().addBefore(ctx.name(), null, handler);
        PipelineBytes.read(ctx.pipeline().context(handler), clientHello);
    }

    private void verify(ChannelHandlerContext ctx, Verification verification) {
        try {
            OffLoop.run(hashing, verification, ctx, () -> verified(ctx));
        } catch (RejectedExecutionException e) {
            refuse(ctx, Err.of(ServerErrors.ER_CON_COUNT_ERROR, "Too many connections are being authenticated"));
        }
    }

    private void verified(ChannelHandlerContext ctx) {
        if (ended) {
            return;
        }
        waiting = false;
        ByteBuf out = ctx.alloc().buffer();
        perform(ctx, handshake.verified(out), out);
        ByteBuf in = waiting || ended ? null : held.take();
        if (in != null) {
            read(ctx, in);
        }
    }

    /** Keeps what comes while nothing can be read, up to the limit of the handshake. Takes over {@code in}. */
    private void hold(ChannelHandlerContext ctx, ByteBuf in) {
        try {
            held.add(in, ctx.alloc());
        } catch (ProtocolException e) {
            fail(ctx, e);
        }
    }

    private void close(ChannelHandlerContext ctx, String reason) {
        end(ctx, null, reason);
        ctx.close();
    }

    /** The end of a handshake that failed; the first call counts. */
    private void end(ChannelHandlerContext ctx, Err err, String reason) {
        if (ended) {
            return;
        }
        finish();
        listener.onFailed(ctx, handshake == null ? null : handshake.user(), err, reason);
    }

    private void finish() {
        ended = true;
        if (deadline != null) {
            deadline.cancel(false);
        }
    }

    private void release() {
        if (decoder != null) {
            decoder.close();
            handshake.close();
        }
        held.release();
    }

    private static String host(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : String.valueOf(address);
    }

    private final class OneDecision implements Decision {
        private final ChannelHandlerContext ctx;

        OneDecision(ChannelHandlerContext ctx) {
            this.ctx = ctx;
        }

        @Override
        public void accept(Ok ok, ChannelHandler... next) {
            assert ctx.executor().inEventLoop();
            if (ended) {
                return;
            }
            finish();
            ByteBuf out = ctx.alloc().buffer();
            handshake.accept(ok, out);
            ctx.writeAndFlush(out);
            ByteBuf rest = held.take();
            if (reading != null && reading.isReadable()) {
                // Accepted while the client's last packet is being read: what came behind it is not held yet.
                rest = reading.readRetainedSlice(reading.readableBytes());
            }
            PipelineBytes.replace(ctx, rest, next);
        }

        @Override
        public void refuse(Err err) {
            assert ctx.executor().inEventLoop();
            if (!ended) {
                ServerHandshakeHandler.this.refuse(ctx, err);
            }
        }
    }
}
