// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mysql.cj.jdbc.JdbcConnection;
import com.workersql.protocol.Command;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.message.client.ChangeUser;
import com.workersql.protocol.message.client.ClientCommand;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.AuthenticatedClient;
import com.workersql.protocol.session.ServerHandshakeConfig;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** T26: COM_CHANGE_USER of MySQL Connector/J, with the authentication switch that it must bring. */
class ChangeUserTest {
    private static final Map<String, PasswordVerifier> USERS = Map.of(
            "sha2", PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(bytes("one"), new SecureRandom())),
            "native", PasswordVerifier.parse(PasswordVerifier.hashNative(bytes("two"))));
    private static final List<String> LET_IN = new CopyOnWriteArrayList<>();
    private static final List<Integer> COMMANDS = new CopyOnWriteArrayList<>();
    private static final ServerHandshakeConfig CONFIG =
            ServerHandshakeConfig.builder().rsaKeys(RsaKeyPair.generate()).build();
    private static final CredentialStore STORE =
            (user, schema, peer) -> USERS.containsKey(user) ? Credential.of(USERS.get(user), null) : null;

    private static EventLoopGroup loops;
    private static Channel server;

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Answers every command by OK. */
    private static final class Commands extends SimpleChannelInboundHandler<ByteBuf> {
        private AuthenticatedClient client;
        private ChangeUserExchange exchange;

        Commands(AuthenticatedClient client) {
            this.client = client;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext ctx, ByteBuf payload) {
            COMMANDS.add((int) payload.getUnsignedByte(payload.readerIndex()));
            if (exchange != null && !exchange.isEnded()) {
                exchange.receive(ctx, payload);
            } else if (ClientCommand.decode(payload, client.capabilities()) instanceof ChangeUser command) {
                exchange = new ChangeUserExchange(
                        CONFIG,
                        client,
                        STORE,
                        ForkJoinPool.commonPool(),
                        ctx.pipeline().get(PacketDecoderHandler.class).decoder(),
                        (ignored, changed, decision) -> {
                            LET_IN.add(changed.user() + "@" + changed.schema());
                            client = changed;
                            decision.accept(Ok.of(2));
                        });
                exchange.begin(ctx, command);
            } else {
                ByteBuf out = ctx.alloc().buffer();
                Ok.of(2).encodePacket(out, 1, client.capabilities());
                ctx.writeAndFlush(out);
            }
        }
    }

    @BeforeAll
    static void start() {
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        ServerHandshakeHandler.Listener listener = (ctx, client, decision) ->
                                decision.accept(Ok.of(2), new PacketDecoderHandler(1 << 20), new Commands(client));
                        channel.pipeline()
                                .addLast(new ServerHandshakeHandler(
                                        CONFIG, 1, STORE, ForkJoinPool.commonPool(), null, listener));
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
    }

    @AfterAll
    static void stop() {
        server.close().syncUninterruptibly();
        loops.shutdownGracefully().syncUninterruptibly();
    }

    @BeforeEach
    void forget() {
        LET_IN.clear();
        COMMANDS.clear();
    }

    private static JdbcConnection connect() throws SQLException {
        int port = ((InetSocketAddress) server.localAddress()).getPort();
        return DriverManager.getConnection("jdbc:mysql://127.0.0.1:" + port
                        + "/shop?user=sha2&password=one&sslMode=DISABLED&allowPublicKeyRetrieval=true")
                .unwrap(JdbcConnection.class);
    }

    @Test
    void t26changesToUsersOfEitherAuthenticationAndGoesOn() throws SQLException {
        try (JdbcConnection connection = connect()) {
            connection.changeUser("native", "two");
            connection.ping();
            connection.changeUser("sha2", "one");
            connection.ping();

            assertThat(LET_IN).containsExactly("native@shop", "sha2@shop");
        }
    }

    @Test
    void t26refusesAWrongPasswordAndCloses() throws SQLException {
        try (JdbcConnection connection = connect()) {
            assertThatThrownBy(() -> connection.changeUser("native", "wrong"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1045));
            assertThatThrownBy(connection::ping).isInstanceOf(SQLException.class);
            assertThat(LET_IN).isEmpty();
        }
    }

    /** T27: drivers look at the version to know whether COM_RESET_CONNECTION is there; the one we greet with has it. */
    @Test
    void t27saysAVersionThatHasResetConnection() throws SQLException {
        try (JdbcConnection connection = connect()) {
            connection.resetServerState();
            connection.ping();

            assertThat(COMMANDS).contains(Command.COM_RESET_CONNECTION).doesNotContain(Command.COM_CHANGE_USER);
        }
    }
}
