// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.session.TlsMode;
import com.workersql.protocol.session.TlsOffer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's certificate from files, over real sockets. */
class ServerTlsTest {
    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

    @TempDir
    Path folder;

    private static File file(String name) {
        return new File(ServerTlsTest.class.getResource(name).getFile());
    }

    private int serve(Supplier<SslContext> tls) {
        ServerHandshakeConfig config =
                ServerHandshakeConfig.builder().tls(TlsOffer.REQUIRED).build();
        Channel server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new ServerHandshakeHandler(
                                        config,
                                        1,
                                        (user, schema, peer) -> Credential.of(PasswordVerifier.parse(""), null),
                                        ForkJoinPool.commonPool(),
                                        tls,
                                        (ctx, client, decision) -> decision.accept(Ok.of(2))));
                    }
                })
                .bind("127.0.0.1", 0)
                .syncUninterruptibly()
                .channel();
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    @AfterEach
    void stop() {
        loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private void connect(int port, TlsMode mode, File certificate, File key) throws Exception {
        ClientHandshakeConfig config =
                ClientHandshakeConfig.builder("demo").tls(mode).build();
        LoginClient.connect(loops, port, config, ClientTls.context(mode, file("ca.pem"), certificate, key))
                .close();
    }

    @Test
    void letsClientsInByTheirCertificateOnlyWhereItIsRequired() throws Exception {
        int port = serve(new ServerTls(file("localhost.pem"), file("localhost.key"), file("client-ca.pem"), true));

        connect(port, TlsMode.VERIFY_IDENTITY, file("client.pem"), file("client.key"));
        assertThatThrownBy(() -> connect(port, TlsMode.VERIFY_IDENTITY, null, null))
                .isInstanceOf(ExecutionException.class);
    }

    @Test
    void asksForACertificateAndDoesWithoutWhereItIsNotRequired() throws Exception {
        int port = serve(new ServerTls(file("localhost.pem"), file("localhost.key"), file("client-ca.pem"), false));

        connect(port, TlsMode.VERIFY_IDENTITY, null, null);
        connect(port, TlsMode.VERIFY_IDENTITY, file("client.pem"), file("client.key"));
    }

    /** A new certificate needs no restart; a file that cannot be used changes nothing. */
    @Test
    void readsItsFilesAgainWhileItRuns() throws Exception {
        use("other");
        ServerTls tls = new ServerTls(
                folder.resolve("server.pem").toFile(),
                folder.resolve("server.key").toFile(),
                null,
                false);
        int port = serve(tls);
        assertThatThrownBy(() -> connect(port, TlsMode.VERIFY_IDENTITY, null, null))
                .hasMessageContaining("localhost");

        Files.writeString(folder.resolve("server.pem"), "no certificate", StandardCharsets.UTF_8);
        SslContext before = tls.get();
        assertThatThrownBy(tls::reload).isInstanceOf(SSLException.class);
        assertThat(tls.get()).isSameAs(before);

        use("localhost");
        tls.reload();

        connect(port, TlsMode.VERIFY_IDENTITY, null, null);
    }

    private void use(String name) throws IOException {
        Files.copy(file(name + ".pem").toPath(), folder.resolve("server.pem"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(file(name + ".key").toPath(), folder.resolve("server.key"), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void refusesToRequireWhatItCannotVerify() {
        assertThatThrownBy(() -> new ServerTls(file("localhost.pem"), file("localhost.key"), null, true))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
