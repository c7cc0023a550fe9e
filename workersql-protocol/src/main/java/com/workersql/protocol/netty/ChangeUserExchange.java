// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.frame.PacketDecoder;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.AuthenticatedClient;
import com.workersql.protocol.session.ServerHandshake;
import com.workersql.protocol.session.ServerHandshakeConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * COM_CHANGE_USER on a server's channel: authenticates again in the middle of the command phase.
 *
 * <p>The handler of the commands makes one at each COM_CHANGE_USER, calls {@link #begin}, and passes all payloads to
 * {@link #receive} until the listener has decided. Meanwhile it drives the packet decoder's sequence ids. A refused client is
 * disconnected. Runs on the channel's event loop.
 */
public final class ChangeUserExchange {
    private final ServerHandshake handshake;
    private final PacketDecoder decoder;
    private final Executor hashing;
    private final ServerHandshakeHandler.Listener listener;
    private final long timeoutMillis;

    private ScheduledFuture<?> deadline;
    private boolean ended;

    /**
     * @param config that of the handshake
     * @param current who the client is until now
     * @param store finds users
     * @param hashing runs the slow part of a full authentication; not the event loop
     * @param decoder gives the payloads, see {@link PacketDecoderHandler#decoder()}
     * @param listener hears the end; its decision takes no handlers, the pipeline stays as it is
     */
    public ChangeUserExchange(
            ServerHandshakeConfig config,
            AuthenticatedClient current,
            CredentialStore store,
            Executor hashing,
            PacketDecoder decoder,
            ServerHandshakeHandler.Listener listener) {
        this.handshake = ServerHandshake.forChangeUser(config, store, current);
        this.timeoutMillis = config.timeoutMillis();
        this.hashing = requireNonNull(hashing, "hashing");
        this.decoder = requireNonNull(decoder, "decoder");
        this.listener = requireNonNull(listener, "listener");
    }

    /** Answers the command. */
    public void begin(ChannelHandlerContext ctx, ChangeUser command) {
        decoder.sequenceMode(SequenceMode.CONTINUE);
        deadline = ctx.executor().schedule(() -> timeOut(ctx), timeoutMillis, TimeUnit.MILLISECONDS);
        ByteBuf out = ctx.alloc().buffer();
        perform(ctx, handshake.changeUser(command, decoder.sequenceId(), out), out);
    }

    /** Takes the client's next payload, which stays the caller's. */
    public void receive(ChannelHandlerContext ctx, ByteBuf payload) {
        if (!ended) {
            ByteBuf out = ctx.alloc().buffer();
            perform(ctx, handshake.receive(payload, decoder.sequenceId(), out), out);
        }
    }

    /** True once the listener has decided or the exchange has failed: payloads are commands again. */
    public boolean isEnded() {
        return ended;
    }

    private void perform(ChannelHandlerContext ctx, ServerHandshake.Step step, ByteBuf out) {
        decoder.expectSequenceId(handshake.expectedSequenceId());
        if (step == ServerHandshake.Step.CLOSE) {
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
            verify(ctx);
        } else if (step == ServerHandshake.Step.DECIDE) {
            listener.onAuthenticated(ctx, handshake.client(), new OneDecision(ctx));
        }
    }

    private void verify(ChannelHandlerContext ctx) {
        Runnable verification = handshake.verification();
        try {
            OffLoop.run(hashing, verification, ctx, () -> verified(ctx));
        } catch (RejectedExecutionException e) {
            ByteBuf out = ctx.alloc().buffer();
            Err err = Err.of(ServerErrors.ER_CON_COUNT_ERROR, "Too many connections are being authenticated");
            perform(ctx, handshake.refuse(err, out), out);
        }
    }

    private void verified(ChannelHandlerContext ctx) {
        if (!ended) {
            ByteBuf out = ctx.alloc().buffer();
            perform(ctx, handshake.verified(out), out);
        }
    }

    private void timeOut(ChannelHandlerContext ctx) {
        end(ctx, null, "the change of the user took longer than " + timeoutMillis + " ms");
        ctx.close();
    }

    private void end(ChannelHandlerContext ctx, Err err, String reason) {
        if (!ended) {
            finish();
            listener.onFailed(ctx, handshake.user(), err, reason);
        }
    }

    private void finish() {
        ended = true;
        handshake.close();
        deadline.cancel(false);
    }

    private final class OneDecision implements ServerHandshakeHandler.Decision {
        private final ChannelHandlerContext ctx;

        OneDecision(ChannelHandlerContext ctx) {
            this.ctx = ctx;
        }

        @Override
        public void accept(Ok ok, ChannelHandler... next) {
            assert ctx.executor().inEventLoop();
            if (next.length > 0) {
                throw new IllegalArgumentException("the pipeline stays as it is when a user changes");
            }
            if (ended) {
                return;
            }
            finish();
            ByteBuf out = ctx.alloc().buffer();
            handshake.accept(ok, out);
            decoder.sequenceMode(SequenceMode.RESTART);
            decoder.expectSequenceId(0);
            ctx.writeAndFlush(out);
        }

        @Override
        public void refuse(Err err) {
            assert ctx.executor().inEventLoop();
            if (!ended) {
                ByteBuf out = ctx.alloc().buffer();
                perform(ctx, handshake.refuse(err, out), out);
            }
        }
    }
}
