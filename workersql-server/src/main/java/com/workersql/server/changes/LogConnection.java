// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.binlog.BinlogLimits;
import com.workersql.protocol.binlog.BinlogPacket;
import com.workersql.protocol.binlog.BinlogStream;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.frame.Reservation;
import com.workersql.protocol.frame.SequenceMode;
import com.workersql.protocol.message.client.BinlogDumpGtid;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.MariaDbGtidPosition;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.netty.ClientHandshakeHandler;
import com.workersql.protocol.netty.PacketDecoderHandler;
import com.workersql.protocol.netty.ProxyHeaderSender;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerErrorException;
import com.workersql.protocol.session.ServerSession;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * One connection to a server: logs in, asks how its log is kept, and then for the log. Confined to its event loop, where all calls of
 * the listener come; the last one is {@link Listener#ended}, once.
 */
final class LogConnection {
    private static final int CONNECT_MILLIS = 5_000;
    private static final long HEARTBEAT_NANOS = 5_000_000_000L;
    private static final int SILENCE_SECONDS = 15;
    private static final int MAX_EVENT_BYTES = 64 << 20;

    private final LogSource source;
    private final EventLoop loop;
    private final Listener listener;
    private Channel channel;
    private boolean ended;

    /** What a connection comes to. */
    interface Listener {
        /** The server has let us in; what is next is {@link LogConnection#query} or {@link LogConnection#dump}. */
        void connected();

        /** The server's log has something to say. */
        void received(BinlogPacket packet);

        /**
         * It is over.
         *
         * @param cause {@link ServerErrorException} when the server said so, {@link ProtocolException} for bytes that make no sense,
         *     or what I/O threw
         */
        void ended(Throwable cause);
    }

    LogConnection(LogSource source, EventLoop loop, Listener listener) {
        this.source = source;
        this.loop = loop;
        this.listener = listener;
    }

    void open() {
        var endpoint = source.primary().get();
        // A name is looked up by a call that blocks.
        var unused = CompletableFuture.supplyAsync(() -> new InetSocketAddress(endpoint.host(), endpoint.port()))
                .thenAcceptAsync(this::connect, loop);
    }

    private void connect(InetSocketAddress address) {
        if (ended) {
            return;
        }
        var login = ClientHandshakeConfig.builder(source.account().user())
                .password(source.account().secret())
                .attributes(Map.of("program_name", "workersql changes"))
                .tls(source.tls())
                .allowPublicKeyRetrieval(source.allowPublicKeyRetrieval())
                .timeoutMillis(CONNECT_MILLIS)
                .build();
        var opening = new Bootstrap()
                .group(loop)
                .channelFactory(() -> source.channels().get())
                .option(ChannelOption.SO_KEEPALIVE, true)
                // Subscribers of the same loop take what one read has brought before the next one.
                .option(ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(1))
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        if (source.proxyVersion() != 0) {
                            opened.pipeline().addLast(ProxyHeaderSender.ofConnection(source.proxyVersion()));
                        }
                        opened.pipeline()
                                .addLast(new ClientHandshakeHandler(
                                        login,
                                        source.tlsContext(),
                                        address.getHostString(),
                                        address.getPort(),
                                        new Login()));
                    }
                })
                .connect(address);
        channel = opening.channel();
        opening.addListener((ChannelFutureListener) done -> {
            if (!done.isSuccess()) {
                end(done.cause());
            }
        });
    }

    private final class Login implements ClientHandshakeHandler.Listener {
        @Override
        public void onConnected(ChannelHandlerContext ctx, ServerSession session) {
            ctx.pipeline()
                    .addLast(new IdleStateHandler(SILENCE_SECONDS, 0, 0, TimeUnit.SECONDS))
                    .addLast(new Conversation(session.capabilities()));
            loop.execute(() -> {
                if (!ended) {
                    listener.connected();
                }
            });
        }

        @Override
        public void onFailed(ChannelHandlerContext ctx, Throwable cause) {
            end(cause);
        }
    }

    /** Runs a statement; its rows, or none, come to the answer. A server's error ends the connection. */
    void query(String sql, SmallQuery.Answer answer) {
        if (!ended) {
            var conversation = channel.pipeline().get(Conversation.class);
            conversation.query = new SmallQuery(conversation.capabilities, answer);
            channel.writeAndFlush(SmallQuery.packet(channel.alloc(), sql));
        }
    }

    /** Asks for the log behind a position; for MariaDB its setup statements have been run before. */
    void dump(LogPosition position, int serverId) {
        if (ended) {
            return;
        }
        ClientCommand command = position instanceof MySqlPosition executed
                ? new BinlogDumpGtid(BinlogDumpGtid.THROUGH_GTID, serverId, "", 4, executed.gtids())
                : MariaDbGtidPosition.dump(0, serverId);
        var conversation = channel.pipeline().get(Conversation.class);
        var capabilities = conversation.capabilities;
        var payload = channel.alloc().buffer();
        var packet = channel.alloc().buffer();
        command.encode(payload, capabilities);
        PacketEncoder.write(packet, 0, payload);
        payload.release();
        channel.pipeline()
                .addBefore(
                        channel.pipeline().context(conversation).name(),
                        null,
                        new PacketDecoderHandler(MAX_EVENT_BYTES, SequenceMode.UNCHECKED, Reservation.UNLIMITED));
        conversation.stream = new BinlogStream(capabilities, BinlogLimits.DEFAULT);
        channel.writeAndFlush(packet);
    }

    /** What a server is told of how it is to send its log. */
    static String habits() {
        return "SET @master_binlog_checksum = @@global.binlog_checksum, @source_binlog_checksum = @@global.binlog_checksum,"
                + " @master_heartbeat_period = " + HEARTBEAT_NANOS + ", @source_heartbeat_period = " + HEARTBEAT_NANOS;
    }

    /** Stops and resumes reading. */
    void read(boolean wanted) {
        if (channel != null) {
            channel.config().setAutoRead(wanted);
        }
    }

    /** Closes without a word to the listener. */
    void close() {
        ended = true;
        if (channel != null) {
            channel.close();
        }
    }

    private void end(Throwable cause) {
        if (!ended) {
            close();
            listener.ended(cause);
        }
    }

    private final class Conversation extends ChannelInboundHandlerAdapter {
        private final CapabilityFlags capabilities;
        private SmallQuery query;
        private BinlogStream stream;

        Conversation(CapabilityFlags capabilities) {
            this.capabilities = capabilities;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            try {
                if (ended || !(message instanceof ByteBuf bytes)) {
                    return;
                }
                if (stream != null) {
                    packet(stream.read(bytes));
                } else if (query == null) {
                    throw ProtocolException.malformed("bytes that nobody asked for");
                } else {
                    query.read(bytes);
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        private void packet(BinlogPacket packet) {
            if (packet instanceof BinlogPacket.Failure failure) {
                throw new ServerErrorException(failure.err());
            }
            listener.received(packet);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof IdleStateEvent && ctx.channel().config().isAutoRead()) {
                end(new IOException("the server has said nothing for " + SILENCE_SECONDS + " s"));
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end(new IOException("the server closed the connection"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            end(cause);
        }
    }

    /** The error that a server sent, or null. */
    static Err serverError(Throwable cause) {
        return cause instanceof ServerErrorException server ? server.err() : null;
    }
}
