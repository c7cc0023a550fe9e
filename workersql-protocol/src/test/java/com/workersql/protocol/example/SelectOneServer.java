// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.example;

import com.workersql.protocol.*;
import com.workersql.protocol.auth.*;
import com.workersql.protocol.message.client.*;
import com.workersql.protocol.message.server.*;
import com.workersql.protocol.netty.*;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.value.ResultSetWriter;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.*;
import io.netty.channel.*;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ForkJoinPool;

/** Lets one user in and answers every SELECT by 1. */
final class SelectOneServer extends SimpleChannelInboundHandler<ByteBuf> {
    private final CapabilityFlags capabilities;

    private SelectOneServer(CapabilityFlags capabilities) {
        this.capabilities = capabilities;
    }

    static ChannelFuture start(EventLoopGroup loops, ServerHandshakeConfig config, Credential demo) {
        var handler = new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                CredentialStore users = (user, schema, peer) -> user.equals("demo") ? demo : null;
                ServerHandshakeHandler.Listener listener = (ctx, client, decision) -> decision.accept(
                        Ok.of(0), new PacketDecoderHandler(1 << 20), new SelectOneServer(client.capabilities()));
                channel.pipeline()
                        .addLast(new ServerHandshakeHandler(
                                config, 1, users, ForkJoinPool.commonPool(), null, listener));
            }
        };
        return new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(handler)
                .bind("127.0.0.1", 0);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf payload) {
        ByteBuf out = ctx.alloc().buffer();
        if (ClientCommand.decode(payload, capabilities) instanceof Query query
                && query.sql().toString(StandardCharsets.UTF_8).contains("SELECT")) {
            new ResultSetWriter(out, 1, capabilities, 0, false)
                    .columns(List.of(ColumnDefinition.of("1", ColumnType.LONGLONG)))
                    .row(1)
                    .end(0);
        } else {
            Ok.of(0).encodePacket(out, 1, capabilities);
        }
        ctx.writeAndFlush(out);
    }
}
