// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.example;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.workersql.protocol.frame.*;
import com.workersql.protocol.message.client.Query;
import com.workersql.protocol.message.server.*;
import com.workersql.protocol.netty.*;
import com.workersql.protocol.session.*;
import com.workersql.protocol.value.RowReader;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.*;
import io.netty.channel.*;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;

/** Logs in, asks SELECT 1 and gives the number. */
final class SelectOneClient extends SimpleChannelInboundHandler<ByteBuf> implements ClientHandshakeHandler.Listener {
    private final CompletableFuture<Long> answer = new CompletableFuture<>();
    private int payloads;

    static CompletableFuture<Long> ask(EventLoopGroup loops, InetSocketAddress server, ClientHandshakeConfig config) {
        var client = new SelectOneClient();
        var handshake = new ClientHandshakeHandler(config, null, server.getHostString(), server.getPort(), client);
        var bootstrap = new Bootstrap().group(loops).channel(NioSocketChannel.class);
        bootstrap.handler(handshake).connect(server);
        return client.answer;
    }

    @Override
    public void onConnected(ChannelHandlerContext ctx, ServerSession session) {
        ctx.pipeline().addLast(new PacketDecoderHandler(1 << 24, SequenceMode.UNCHECKED, Reservation.UNLIMITED), this);
        ByteBuf out = ctx.alloc().buffer();
        new Query(Unpooled.copiedBuffer("SELECT 1", UTF_8)).encodePacket(out, 0, session.capabilities());
        ctx.writeAndFlush(out);
    }

    @Override
    public void onFailed(ChannelHandlerContext ctx, Throwable cause) {
        answer.completeExceptionally(cause);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf payload) {
        if (++payloads == 3) { // behind the number of columns and the column
            ColumnDefinition[] columns = {ColumnDefinition.of("1", ColumnType.LONGLONG)};
            answer.complete(new RowReader().wrapText(payload, columns).getLong(0));
            ctx.close();
        }
    }
}
