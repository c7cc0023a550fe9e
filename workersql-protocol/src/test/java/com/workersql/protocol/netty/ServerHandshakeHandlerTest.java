// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.FastVerifierCache;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.client.SslRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.AuthenticatedClient;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.session.TlsOffer;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerHandshakeHandlerTest {
    private static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    private static final String PING = "010000000e";
    private static final CapabilityFlags WANTED = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH);

    private final PasswordVerifier verifier =
            PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(PASSWORD, new java.security.SecureRandom()));
    private final FastVerifierCache cache = new FastVerifierCache(10);
    private final ServerHandshakeConfig.Builder config =
            ServerHandshakeConfig.builder().fastVerifiers(cache);
    private final CredentialStore store = (user, schema, peer) -> Credential.of(verifier, null);
    private final Deque<Runnable> hashing = new ArrayDeque<>();
    private final Recorder recorder = new Recorder();
    private final List<String> payloads = new ArrayList<>();

    private EmbeddedChannel channel;

    private final class Recorder implements ServerHandshakeHandler.Listener {
        private AuthenticatedClient authenticated;
        private ServerHandshakeHandler.Decision decision;
        private Err err;
        private String reason;
        private boolean acceptAtOnce = true;

        @Override
        public void onAuthenticated(
                ChannelHandlerContext ctx, AuthenticatedClient client, ServerHandshakeHandler.Decision made) {
            authenticated = client;
            decision = made;
            if (acceptAtOnce) {
                accept();
            }
        }

        void accept() {
            decision.accept(Ok.of(2), new PacketDecoderHandler(1 << 20), new ChannelInboundHandlerAdapter() {
                @Override
                public void channelRead(ChannelHandlerContext ctx, Object message) {
                    ByteBuf payload = (ByteBuf) message;
                    payloads.add(ByteBufUtil.hexDump(payload));
                    payload.release();
                }
            });
        }

        @Override
        public void onFailed(ChannelHandlerContext ctx, String user, Err sent, String why) {
            assertThat(reason).as("told once").isNull();
            err = sent;
            reason = why;
        }
    }

    private void open() {
        open(hashing::add, null);
    }

    private void open(Executor executor, SslContext tls) {
        channel = new EmbeddedChannel(
                new ServerHandshakeHandler(config.build(), 1, store, executor, () -> tls, recorder));
    }

    @AfterEach
    void close() {
        channel.finishAndReleaseAll();
    }

    private Bytes salt() {
        ByteBuf greeting = channel.readOutbound();
        Bytes salt = HandshakeV10.decode(greeting.skipBytes(4)).salt();
        greeting.release();
        return salt;
    }

    private static ByteBuf response(Bytes salt, byte[] password) {
        ByteBuf out = Unpooled.buffer();
        new HandshakeResponse41(
                        WANTED,
                        1 << 24,
                        45,
                        "demo",
                        CachingSha2Password.response(password, salt),
                        null,
                        CachingSha2Password.PLUGIN,
                        Map.of(),
                        0)
                .encodePacket(out, 1, WANTED);
        return out;
    }

    private static ByteBuf sslRequest() {
        ByteBuf out = Unpooled.buffer();
        new SslRequest(WANTED.with(CapabilityFlags.CLIENT_SSL), 1 << 24, 45).encodePacket(out, 1, WANTED);
        return out;
    }

    private static ByteBuf hex(String hex) {
        return Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump(hex));
    }

    /** All packets that the server has sent, in hex. */
    private String sent() {
        StringBuilder text = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            text.append(ByteBufUtil.hexDump(out));
            out.release();
        }
        return text.toString();
    }

    private void rememberPassword() {
        cache.put(verifier, CachingSha2Password.fastVerifier(PASSWORD));
    }

    private static SslContext serverTls() throws Exception {
        try (InputStream certificate = ServerHandshakeHandlerTest.class.getResourceAsStream("localhost.pem");
                InputStream key = ServerHandshakeHandlerTest.class.getResourceAsStream("localhost.key")) {
            return SslContextBuilder.forServer(certificate, key).build();
        }
    }

    @Test
    void passesOnCommandsThatCameInTheSegmentOfTheResponse() {
        rememberPassword();
        open();

        channel.writeInbound(Unpooled.wrappedBuffer(response(salt(), PASSWORD), hex(PING), hex(PING)));

        assertThat(sent()).isEqualTo("02000002" + "0103" + "07000003" + "00000002000000");
        assertThat(payloads).containsExactly("0e", "0e");
        assertThat(channel.pipeline().get(ServerHandshakeHandler.class)).isNull();
    }

    @Test
    void keepsCommandsWhileTheServerDecides() {
        rememberPassword();
        recorder.acceptAtOnce = false;
        open();
        channel.writeInbound(Unpooled.wrappedBuffer(response(salt(), PASSWORD), hex("0100")));
        channel.writeInbound(hex("00000e" + PING));

        assertThat(payloads).isEmpty();
        recorder.accept();
        assertThat(payloads).containsExactly("0e", "0e");
    }

    @Test
    void sendsTheRefusalOfTheServerAndCloses() {
        rememberPassword();
        recorder.acceptAtOnce = false;
        open();
        channel.writeInbound(response(salt(), PASSWORD));
        sent();

        recorder.decision.refuse(new Err(1044, "42000", "Access denied to database 'x'"));
        recorder.accept();

        assertThat(sent()).startsWith("26000003" + "ff1404233432303030");
        assertThat(channel.isOpen()).isFalse();
        assertThat(recorder.err.errno()).isEqualTo(1044);
    }

    /** P6: at every split of the client's bytes the answers are the same. */
    @Test
    void readsTheResponseInPiecesOfAnySize() {
        rememberPassword();
        for (int pieceBytes = 1; pieceBytes < 110; pieceBytes++) {
            payloads.clear();
            open();
            ByteBuf bytes = Unpooled.wrappedBuffer(response(salt(), PASSWORD), hex(PING));
            while (bytes.isReadable()) {
                channel.writeInbound(bytes.readBytes(Math.min(pieceBytes, bytes.readableBytes())));
            }
            bytes.release();
            assertThat(payloads).containsExactly("0e");
            channel.finishAndReleaseAll();
        }
        open();
    }

    /** A1: nothing is read behind a refusal, neither in its segment nor later. */
    @Test
    void readsNothingBehindARefusal() {
        open();
        channel.writeInbound(Unpooled.wrappedBuffer(response(salt(), new byte[0]), hex(PING)));
        assertThat(recorder.err.errno()).isEqualTo(1045);
        assertThat(channel.isOpen()).isFalse();
        assertThat(payloads).isEmpty();
        assertThat(recorder.authenticated).isNull();
    }

    @Test
    void hashesByTheExecutorOnly() throws Exception {
        config.rsaKeys(com.workersql.protocol.auth.RsaKeyPair.generate());
        open();
        Bytes salt = salt();
        channel.writeInbound(response(salt, PASSWORD));
        assertThat(sent()).isEqualTo("02000002" + "0104");
        Bytes encrypted = CachingSha2Password.encrypt(
                PASSWORD, salt, config.build().rsaKeys().publicKey());
        channel.writeInbound(Unpooled.wrappedBuffer(hex("00010003"), Unpooled.wrappedBuffer(encrypted.toArray())));
        assertThat(recorder.authenticated).isNull();

        hashing.remove().run();
        channel.runPendingTasks();

        assertThat(recorder.authenticated.user()).isEqualTo("demo");
        assertThat(cache.find(verifier)).isEqualTo(CachingSha2Password.fastVerifier(PASSWORD));
    }

    @Test
    void refusesWhenTheExecutorIsFull() {
        config.rsaKeys(com.workersql.protocol.auth.RsaKeyPair.generate());
        open(
                task -> {
                    throw new RejectedExecutionException("full");
                },
                null);
        channel.writeInbound(response(salt(), PASSWORD));
        sent();
        channel.writeInbound(Unpooled.wrappedBuffer(
                hex("00010003"), Unpooled.buffer().writeZero(256).asReadOnly()));

        assertThat(recorder.err.errno()).isEqualTo(1040);
        assertThat(channel.isOpen()).isFalse();
    }

    /** INV-2: a connection that is not authenticated lives for ten seconds. */
    @Test
    void closesWhenTheHandshakeTakesTooLong() {
        open();
        channel.advanceTimeBy(9, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();
        assertThat(channel.isOpen()).isTrue();

        channel.advanceTimeBy(1, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isFalse();
        assertThat(recorder.reason).contains("10000 ms");
    }

    @Test
    void hasNoDeadlineBehindTheHandshake() {
        rememberPassword();
        open();
        channel.writeInbound(response(salt(), PASSWORD));

        channel.advanceTimeBy(1, TimeUnit.HOURS);
        channel.runScheduledPendingTasks();

        assertThat(channel.isOpen()).isTrue();
    }

    /** P1, INV-2: more than 16 KiB are refused by the header alone. */
    @Test
    void refusesAPacketOverSixteenKibibytesByItsHeader() {
        open();
        channel.writeInbound(hex("01400001"));

        assertThat(recorder.err.errno()).isEqualTo(1153);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void refusesMoreThanSixteenKibibytesWhileTheServerDecides() {
        rememberPassword();
        recorder.acceptAtOnce = false;
        open();
        channel.writeInbound(response(salt(), PASSWORD));
        channel.writeInbound(Unpooled.buffer().writeZero(16 * 1024));
        assertThat(channel.isOpen()).isTrue();

        channel.writeInbound(Unpooled.buffer().writeZero(1));

        assertThat(channel.isOpen()).isFalse();
        assertThat(recorder.err.errno()).isEqualTo(1153);
    }

    @Test
    void refusesAnotherProtocol() {
        open();
        salt();
        channel.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII));

        assertThat(recorder.err.errno()).isEqualTo(1156);
        assertThat(sent()).contains("ff8404233038533031");
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void refusesARequestForTlsThatIsNotOffered() {
        open();
        channel.writeInbound(sslRequest());

        assertThat(recorder.err.errno()).isEqualTo(1043);
    }

    /** T1 of the threats: a command in clear behind the request for TLS is never executed. */
    @Test
    void t31refusesBytesInClearBehindTheRequestForTlsAtEverySplit() throws Exception {
        config.tls(TlsOffer.OFFERED);
        rememberPassword();
        SslContext tls = serverTls();
        byte[] stream = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(
                sslRequest(), hex("0900000003"), Unpooled.copiedBuffer("SELECT 1", StandardCharsets.US_ASCII)));
        for (int split = 1; split < stream.length; split++) {
            open(hashing::add, tls);
            channel.writeInbound(Unpooled.wrappedBuffer(stream, 0, split));
            if (channel.isOpen()) {
                channel.writeInbound(Unpooled.wrappedBuffer(stream, split, stream.length - split));
            }
            assertThat(recorder.err.errno()).isEqualTo(1043);
            assertThat(channel.isOpen()).as("split at %s", split).isFalse();
            assertThat(recorder.authenticated).isNull();
            assertThat(payloads).isEmpty();
            recorder.reason = null;
            channel.finishAndReleaseAll();
        }
    }

    @Test
    void answersBytesInClearInTheSameSegmentBy1043() throws Exception {
        config.tls(TlsOffer.OFFERED);
        open(hashing::add, serverTls());
        channel.writeInbound(Unpooled.wrappedBuffer(sslRequest(), hex(PING)));

        assertThat(recorder.err.errno()).isEqualTo(1043);
    }
}
