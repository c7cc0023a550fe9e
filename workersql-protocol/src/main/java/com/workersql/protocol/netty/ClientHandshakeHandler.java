// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.session.ClientHandshake;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerErrorException;
import com.workersql.protocol.session.ServerSession;
import com.workersql.protocol.session.TlsMode;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLParameters;

/**
 * The client's side of the connection phase on a channel: answers the greeting, starts TLS, logs in, and removes itself. Or, of
 * a connection that is there already: becomes another user ({@link #forChangeUser}).
 *
 * <p>Bytes behind the final OK go to the next handler. One handler per channel; everything runs on the channel's event loop, but what a
 * {@link com.workersql.protocol.auth.GssapiLogin} is asked for, which its executor runs.
 */
public final class ClientHandshakeHandler extends ChannelInboundHandlerAdapter {

    /** Hears how a handshake ended; on the channel's event loop, exactly one of the two per connection. */
    public interface Listener {
        /** The server let us in. The handshake handler is in the pipeline until this returns: put other handlers behind it. */
        void onConnected(ChannelHandlerContext ctx, ServerSession session);

        /**
         * The handshake failed; the channel is being closed.
         *
         * @param cause {@link ServerErrorException} when the server said so, {@link ProtocolException} when it broke the protocol
         *     or the configuration forbids what it asks for, {@link TimeoutException}, or what I/O and TLS threw
         */
        void onFailed(ChannelHandlerContext ctx, Throwable cause);
    }

    /** A greeting and the packets of an authentication are far smaller. */
    private static final int MAX_PAYLOAD_BYTES = 64 * 1024;

    private final ClientHandshakeConfig config;
    private final SslContext tls;
    private final String host;
    private final int port;
    private final Listener listener;
    private final ServerSession current;

    private ClientHandshake handshake;
    private PacketDecoder decoder;
    private final HeldBytes held = new HeldBytes(MAX_PAYLOAD_BYTES);

    private ScheduledFuture<?> deadline;
    private boolean isComputing;
    private boolean ended;

    /**
     * @param config how to log in
     * @param tls for clients, see {@link ClientTls}; nullable when the configuration has TLS disabled
     * @param host the server's name, for SNI and for {@link TlsMode#VERIFY_IDENTITY}
     * @param port the server's port
     * @param listener hears the end
     */
    public ClientHandshakeHandler(
            ClientHandshakeConfig config, SslContext tls, String host, int port, Listener listener) {
        this(config, tls, requireNonNull(host, "host"), port, listener, null);
        if (config.tls() != TlsMode.DISABLED) {
            requireNonNull(tls, "tls");
        }
    }

    private ClientHandshakeHandler(
            ClientHandshakeConfig config,
            SslContext tls,
            String host,
            int port,
            Listener listener,
            ServerSession current) {
        this.config = requireNonNull(config, "config");
        this.tls = tls;
        this.host = host;
        this.port = port;
        this.listener = requireNonNull(listener, "listener");
        this.current = current;
    }

    /**
     * Sends COM_CHANGE_USER as soon as it is added to the pipeline of a connection on which no reply is due. It must be the first
     * to see the bytes that come: put it in front of the decoder. Its listener gets the session of the new user.
     *
     * @param config the user to become, see {@link ClientHandshake#forChangeUser}
     * @param current what was agreed on when the connection began
     * @param listener hears the end; when it fails the channel is closed
     */
    public static ClientHandshakeHandler forChangeUser(
            ClientHandshakeConfig config, ServerSession current, Listener listener) {
        return new ClientHandshakeHandler(config, null, null, 0, listener, requireNonNull(current, "current"));
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        handshake = current == null ? new ClientHandshake(config) : ClientHandshake.forChangeUser(config, current);
        decoder = new PacketDecoder(ctx.alloc(), MAX_PAYLOAD_BYTES, SequenceMode.CONTINUE, Reservation.UNLIMITED);
        if (ctx.channel().isActive()) {
            startDeadline(ctx);
        }
        if (current != null) {
            ByteBuf out = ctx.alloc().buffer();
            handshake.changeUser(out);
            ctx.writeAndFlush(out);
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        startDeadline(ctx);
        ctx.fireChannelActive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        decoder.close();
        held.release();
        handshake.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        fail(ctx, new IOException("The server closed the connection during the handshake"));
        ctx.fireChannelInactive();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, cause);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent completion && !ended) {
            if (completion.isSuccess()) {
                ByteBuf out = ctx.alloc().buffer();
                handshake.tlsStarted(out);
                ctx.writeAndFlush(out);
            } else {
                fail(ctx, completion.cause());
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        read(ctx, (ByteBuf) message);
    }

    /** Takes over {@code in}. */
    private void read(ChannelHandlerContext ctx, ByteBuf in) {
        try {
            while (!ended) {
                if (isComputing) {
                    if (in.isReadable()) {
                        held.add(in.retain(), ctx.alloc());
                    }
                    return;
                }
                decoder.expectSequenceId(handshake.expectedSequenceId());
                ByteBuf payload = decoder.decode(in);
                if (payload == null) {
                    return;
                }
                perform(ctx, payload, in);
            }
        } catch (ServerErrorException | ProtocolException e) {
            fail(ctx, e);
        } finally {
            in.release();
        }
    }

    private void perform(ChannelHandlerContext ctx, ByteBuf payload, ByteBuf rest) {
        ByteBuf out = ctx.alloc().buffer();
        ClientHandshake.Step step;
        try {
            step = handshake.receive(payload, decoder.sequenceId(), out);
            if (out.isReadable()) {
                ctx.writeAndFlush(out.retain());
            }
        } finally {
            payload.release();
            out.release();
        }
        switch (step) {
            case READ -> {}
            case START_TLS -> startTls(ctx, rest);
            case COMPUTE -> compute(ctx);
            case DONE -> succeed(ctx, rest);
        }
    }

    private void compute(ChannelHandlerContext ctx) {
        isComputing = true;
        try {
            OffLoop.run(config.gssapi().executor(), handshake.computation(), ctx, () -> computed(ctx));
        } catch (RejectedExecutionException e) {
            fail(ctx, e);
        }
    }

    private void computed(ChannelHandlerContext ctx) {
        if (ended) {
            return;
        }
        isComputing = false;
        ByteBuf out = ctx.alloc().buffer();
        try {
            handshake.computed(out);
            if (out.isReadable()) {
                ctx.writeAndFlush(out.retain());
            }
        } catch (ProtocolException e) {
            fail(ctx, e);
        } finally {
            out.release();
        }
        ByteBuf in = held.take();
        if (in != null) {
            read(ctx, in);
        }
    }

    private void startTls(ChannelHandlerContext ctx, ByteBuf rest) {
        if (rest.isReadable()) {
            // A server has nothing to say before our ClientHello; whoever wrote this wants it to be taken for TLS
            // content.
            throw ProtocolException.badHandshake("the server sent bytes in clear behind the request for TLS");
        }
        SslHandler handler = tls.newHandler(ctx.alloc(), host, port);
        SSLParameters parameters = handler.engine().getSSLParameters();
        // Not null for "none": the JDK takes that for "as it was".
        parameters.setEndpointIdentificationAlgorithm(config.tls() == TlsMode.VERIFY_IDENTITY ? "HTTPS" : "");
        handler.engine().setSSLParameters(parameters);
        handler.setHandshakeTimeoutMillis(config.timeoutMillis());
        ctx.pipeline().addBefore(ctx.name(), null, handler);
    }

    private void succeed(ChannelHandlerContext ctx, ByteBuf rest) {
        ended = true;
        deadline.cancel(false);
        listener.onConnected(ctx, handshake.session());
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest.readRetainedSlice(rest.readableBytes()));
        }
        ctx.pipeline().remove(this);
    }

    private void startDeadline(ChannelHandlerContext ctx) {
        if (deadline == null) {
            deadline = ctx.executor()
                    .schedule(
                            () -> fail(
                                    ctx,
                                    new TimeoutException("The server did not finish the handshake within "
                                            + config.timeoutMillis() + " ms")),
                            config.timeoutMillis(),
                            TimeUnit.MILLISECONDS);
        }
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        if (ended) {
            return;
        }
        ended = true;
        handshake.close();
        if (deadline != null) {
            deadline.cancel(false);
        }
        listener.onFailed(ctx, cause);
        ctx.close();
    }
}
