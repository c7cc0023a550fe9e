// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.rogue;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.ServerErrors;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.client.BinlogDump;
import com.workersql.protocol.message.client.BinlogDumpGtid;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.client.Debug;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.client.Quit;
import com.workersql.protocol.message.client.RegisterReplica;
import com.workersql.protocol.message.client.Unknown;
import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.LocalInfileRequest;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.netty.ChangeUserExchange;
import com.workersql.protocol.netty.PacketDecoderHandler;
import com.workersql.protocol.netty.ServerHandshakeHandler;
import com.workersql.protocol.session.AuthenticatedClient;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.session.TlsOffer;
import com.workersql.protocol.wire.ProtocolStrings;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;

/**
 * A server on loopback for clients that mean no good. It answers each command in one way that tells whether it was understood,
 * writes down what it has executed, and takes its memory from an allocator that counts.
 */
final class CommandServer implements AutoCloseable {
    /** As errors.md of a server: what concerns one command leaves the connection open, what concerns the stream closes it. */
    private static final int MAX_PAYLOAD_BYTES = 40 << 20;

    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false, true);
    final AtomicInteger executed = new AtomicInteger();
    final List<Throwable> faults = new CopyOnWriteArrayList<>();

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final ServerHandshakeConfig config;
    private final CredentialStore store;
    private final Channel channel;

    CommandServer(ServerHandshakeConfig config, CredentialStore store, SslContext tls) {
        this.config = config;
        this.store = store;
        channel = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 512)
                .childOption(ChannelOption.ALLOCATOR, allocator)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel child) {
                        ServerHandshakeHandler.Listener listener = (ctx, client, decision) -> decision.accept(
                                Ok.of(2), new PacketDecoderHandler(MAX_PAYLOAD_BYTES), new Commands(client));
                        child.pipeline()
                                .addLast(new ServerHandshakeHandler(
                                        config,
                                        7,
                                        store,
                                        ForkJoinPool.commonPool(),
                                        config.tls() == TlsOffer.OFF ? null : () -> tls,
                                        listener));
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    int port() {
        return ((InetSocketAddress) channel.localAddress()).getPort();
    }

    /** Bytes that are held for all connections together. */
    long heldBytes() {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
        loops.shutdownGracefully(0, 5, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Commands extends SimpleChannelInboundHandler<ByteBuf> {
        private AuthenticatedClient client;
        private ChangeUserExchange change;
        private int status = StatusFlags.SERVER_STATUS_AUTOCOMMIT;
        private long fileBytes = -1;
        private boolean closing;

        Commands(AuthenticatedClient client) {
            this.client = client;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf payload) {
            if (closing) {
                return;
            }
            if (change != null && !change.isEnded()) {
                change.receive(ctx, payload);
                return;
            }
            if (fileBytes >= 0) {
                readFile(ctx, payload);
                return;
            }
            int code = payload.isReadable() ? payload.getUnsignedByte(payload.readerIndex()) : 0;
            try {
                execute(ctx, ClientCommand.decode(payload.duplicate(), client.capabilities()), payload);
            } catch (ProtocolException e) {
                // Nobody waits for an answer to these two, also when they are malformed.
                if (code != 0x18 && code != 0x19) {
                    send(ctx, 1, Err.of(e));
                }
            }
        }

        private void execute(ChannelHandlerContext ctx, ClientCommand command, ByteBuf payload) {
            if (command instanceof Unknown
                    || (command instanceof ChangeUser nobody && nobody.user().isEmpty())) {
                throw ProtocolException.unknownCommand(command.command());
            }
            if (command instanceof BinlogDump
                    || command instanceof BinlogDumpGtid
                    || command instanceof RegisterReplica
                    || command instanceof Debug) {
                throw new ProtocolException(ServerErrors.ER_SPECIFIC_ACCESS_DENIED_ERROR, "Access denied");
            }
            executed.incrementAndGet();
            if (command instanceof Quit) {
                closing = true;
                ctx.close();
            } else if (command instanceof ChangeUser user) {
                change = new ChangeUserExchange(
                        config,
                        client,
                        store,
                        ForkJoinPool.commonPool(),
                        ctx.pipeline().get(PacketDecoderHandler.class).decoder(),
                        (ignored, changed, decision) -> {
                            client = changed;
                            decision.accept(Ok.of(status));
                        });
                change.begin(ctx, user);
            } else if (command instanceof Query query) {
                query(ctx, query.sql(), payload);
            } else if (ReplyKind.of(command) != ReplyKind.NONE) {
                send(ctx, 1, Ok.of(status));
            }
        }

        private void query(ChannelHandlerContext ctx, ByteBuf sql, ByteBuf payload) {
            String text = sql.toString(0, Math.min(sql.readableBytes(), 20), StandardCharsets.ISO_8859_1);
            int sequenceId = 1 + payload.readableBytes() / 0xFF_FFFF;
            if (text.startsWith("rows ")) {
                rows(ctx, Integer.parseInt(text.substring(5)));
            } else if (text.equals("infile")) {
                fileBytes = 0;
                ByteBuf out = ctx.alloc().buffer();
                new LocalInfileRequest("data.csv").encodePacket(out, sequenceId, client.capabilities());
                decoder(ctx).sequenceMode(com.workersql.protocol.frame.SequenceMode.CONTINUE);
                decoder(ctx).expectSequenceId(sequenceId + 1);
                ctx.writeAndFlush(out);
            } else {
                status = text.equals("begin") ? status | StatusFlags.SERVER_STATUS_IN_TRANS : status;
                CRC32 crc = new CRC32();
                crc.update(ByteBufUtil.getBytes(sql));
                send(ctx, sequenceId, Ok.of(sql.readableBytes(), crc.getValue(), status, 0));
            }
        }

        private void rows(ChannelHandlerContext ctx, int rows) {
            ByteBuf out = ctx.alloc().buffer();
            int id = PacketEncoder.write(out, 1, Unpooled.wrappedBuffer(new byte[] {1}));
            id = ColumnDefinition.of("n", ColumnType.LONGLONG).encodePacket(out, id, client.capabilities());
            for (int i = 0; i < rows; i++) {
                int row = PacketEncoder.start(out);
                ProtocolStrings.writeLengthEncoded(out, String.valueOf(i));
                id = PacketEncoder.finish(out, row, id);
            }
            Ok.endOfRows(status, 0).encodePacket(out, id, client.capabilities());
            ctx.writeAndFlush(out);
        }

        private void readFile(ChannelHandlerContext ctx, ByteBuf payload) {
            fileBytes += payload.readableBytes();
            if (!payload.isReadable()) {
                long bytes = fileBytes;
                fileBytes = -1;
                send(ctx, decoder(ctx).sequenceId() + 1, Ok.of(bytes, 0, status, 0));
                decoder(ctx).sequenceMode(com.workersql.protocol.frame.SequenceMode.RESTART);
                decoder(ctx).expectSequenceId(0);
            }
        }

        private com.workersql.protocol.frame.PacketDecoder decoder(ChannelHandlerContext ctx) {
            return ctx.pipeline().get(PacketDecoderHandler.class).decoder();
        }

        private void send(
                ChannelHandlerContext ctx,
                int sequenceId,
                com.workersql.protocol.message.server.ServerMessage message) {
            ByteBuf out = ctx.alloc().buffer();
            message.encodePacket(out, sequenceId, client.capabilities());
            ctx.writeAndFlush(out);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof ProtocolException e) {
                closing = true;
                ByteBuf out = ctx.alloc().buffer();
                Err.of(e).encodePacket(out, 1, new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41));
                ctx.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
                return;
            }
            if (!(cause instanceof java.io.IOException)) {
                faults.add(cause);
            }
            ctx.close();
        }
    }
}
