// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.AuthenticatedClient;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.session.ServerSession;
import com.workersql.protocol.session.TlsMode;
import com.workersql.protocol.session.TlsOffer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** TLS on both sides, over real sockets. */
class TlsHandshakeTest {
    private static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    private static final AtomicReference<SslContext> SERVER_TLS = new AtomicReference<>();
    private static final BlockingQueue<AuthenticatedClient> LET_IN = new LinkedBlockingQueue<>();

    private static EventLoopGroup loops;
    private static Channel server;

    private static File file(String name) {
        return new File(TlsHandshakeTest.class.getResource(name).getFile());
    }

    private static SslContext serverTls(String name) throws IOException {
        return SslContextBuilder.forServer(file(name + ".pem"), file(name + ".key"))
                .build();
    }

    @BeforeAll
    static void start() throws IOException {
        SERVER_TLS.set(serverTls("localhost"));
        loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        PasswordVerifier verifier =
                PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(PASSWORD, new SecureRandom()));
        ServerHandshakeConfig config =
                ServerHandshakeConfig.builder().tls(TlsOffer.REQUIRED).build();
        server = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline()
                                .addLast(new ServerHandshakeHandler(
                                        config,
                                        1,
                                        (user, schema, peer) -> Credential.of(verifier, null),
                                        ForkJoinPool.commonPool(),
                                        SERVER_TLS::get,
                                        (ctx, client, decision) -> {
                                            LET_IN.add(client);
                                            decision.accept(Ok.of(2));
                                        }));
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

    private static int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    private static ServerSession connect(TlsMode mode, File authorities) throws Exception {
        ClientHandshakeConfig config = ClientHandshakeConfig.builder("demo")
                .password(PASSWORD)
                .tls(mode)
                .build();
        var tls = ClientTls.context(mode, authorities, null, null);
        try (LoginClient client = LoginClient.connect(loops, port(), config, tls)) {
            return client.session();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = TlsMode.class,
            names = {"PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"})
    void connectsInEachMode(TlsMode mode) throws Exception {
        ServerSession session = connect(mode, file("ca.pem"));

        assertThat(session.tls()).isTrue();
        assertThat(LET_IN.poll(10, TimeUnit.SECONDS).peer().tls()).isTrue();
    }

    @Test
    void refusesACertificateOfAnUnknownAuthority() {
        assertThatThrownBy(() -> connect(TlsMode.VERIFY_CA, null))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("unable to find valid certification path");
    }

    /** T2 of the threats; the supplier is asked at each start of TLS, so a new certificate needs no restart. */
    @Test
    void refusesACertificateForAnotherHostWhereTheIdentityIsVerified() throws Exception {
        SERVER_TLS.set(serverTls("other"));
        try {
            assertThatThrownBy(() -> connect(TlsMode.VERIFY_IDENTITY, file("ca.pem")))
                    .isInstanceOf(ExecutionException.class)
                    .hasMessageContaining("localhost");
            assertThat(connect(TlsMode.VERIFY_CA, file("ca.pem")).tls()).isTrue();
        } finally {
            SERVER_TLS.set(serverTls("localhost"));
        }
    }

    @Test
    void hearsWhyAConnectionWithoutTlsIsRefused() {
        assertThatThrownBy(() -> connect(TlsMode.DISABLED, null))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("3159");
    }

    /** T31: a ClientHello in the segment of the request for TLS is not lost. */
    @Test
    void t31takesAClientHelloThatCameWithTheRequestForTls() throws Exception {
        try (Socket raw = new Socket(InetAddress.getLoopbackAddress(), port())) {
            raw.setSoTimeout(10_000);
            int length = raw.getInputStream().read() | raw.getInputStream().read() << 8;
            raw.getInputStream().skipNBytes(length + 2);
            ByteBuf request = Unpooled.buffer();
            CapabilityFlags wanted =
                    new CapabilityFlags(CapabilityFlags.CLIENT_SSL | CapabilityFlags.CLIENT_PROTOCOL_41);
            new SslRequest(wanted, 1, 45).encodePacket(request, 1, wanted);
            SSLContextForTest trustAll = new SSLContextForTest();
            try (SSLSocket tls = (SSLSocket) trustAll.factory()
                    .createSocket(
                            new PrefixingSocket(raw, ByteBufUtil.getBytes(request)), "localhost", port(), false)) {
                tls.startHandshake();
                assertThat(tls.getSession().isValid()).isTrue();
            }
        }
    }

    private static final class SSLContextForTest {
        SSLSocketFactory factory() throws Exception {
            var factory = javax.net.ssl.TrustManagerFactory.getInstance("PKIX");
            var keys = java.security.KeyStore.getInstance(java.security.KeyStore.getDefaultType());
            keys.load(null, null);
            try (var in = TlsHandshakeTest.class.getResourceAsStream("ca.pem")) {
                keys.setCertificateEntry(
                        "ca",
                        java.security.cert.CertificateFactory.getInstance("X.509")
                                .generateCertificate(in));
            }
            factory.init(keys);
            var context = javax.net.ssl.SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context.getSocketFactory();
        }
    }

    /** Puts bytes in front of the first write, in one segment with it. */
    private static final class PrefixingSocket extends Socket {
        private final Socket socket;
        private byte[] prefix;

        PrefixingSocket(Socket socket, byte[] prefix) {
            this.socket = socket;
            this.prefix = prefix;
        }

        @Override
        public boolean isConnected() {
            return true;
        }

        @Override
        public java.io.InputStream getInputStream() throws IOException {
            return socket.getInputStream();
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            OutputStream out = socket.getOutputStream();
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    ByteArrayOutputStream joined = new ByteArrayOutputStream();
                    joined.writeBytes(prefix);
                    joined.write(bytes, offset, length);
                    prefix = new byte[0];
                    out.write(joined.toByteArray());
                }

                @Override
                public void flush() throws IOException {
                    out.flush();
                }
            };
        }
    }
}
