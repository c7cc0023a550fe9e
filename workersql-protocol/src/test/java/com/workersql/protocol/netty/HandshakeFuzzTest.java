// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.auth.Salt;
import com.workersql.protocol.frame.PacketEncoder;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.server.AuthMoreData;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.session.AuthenticatedClient;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerErrorException;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.session.ServerSession;
import com.workersql.protocol.session.TlsMode;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rogue peers: conversations with packets changed, cut, repeated and left out. Seeded, so a failure comes again. */
class HandshakeFuzzTest {
    private static final int CONVERSATIONS = 1000 * Integer.getInteger("workersql.rogue.scale", 1);
    private static final byte[] PASSWORD = "secret".getBytes(StandardCharsets.UTF_8);
    private static final RsaKeyPair KEYS = RsaKeyPair.generate();
    private static final CapabilityFlags ALL = new CapabilityFlags(0xDFFF_F7DFL);

    /** A8, P2, P9: no sequence of packets lets a client in without the password, or breaks the handler. */
    @Test
    void noClientGetsInWithoutThePassword() {
        PasswordVerifier verifier =
                PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(PASSWORD, new SecureRandom()));
        ServerHandshakeConfig config =
                ServerHandshakeConfig.builder().rsaKeys(KEYS).build();
        List<byte[]> packets = List.of(
                response(CachingSha2Password.PLUGIN),
                response("mysql_native_password"),
                new byte[] {2},
                new byte[256],
                new byte[32],
                new byte[20],
                new byte[] {0},
                new byte[0],
                "SELECT 1".getBytes(StandardCharsets.US_ASCII));
        Random random = new Random(11);
        for (int i = 0; i < CONVERSATIONS; i++) {
            List<String> ends = new ArrayList<>();
            ServerHandshakeHandler.Listener listener = new ServerHandshakeHandler.Listener() {
                @Override
                public void onAuthenticated(
                        ChannelHandlerContext ctx, AuthenticatedClient client, ServerHandshakeHandler.Decision made) {
                    ends.add("let in");
                }

                @Override
                public void onFailed(ChannelHandlerContext ctx, String user, Err err, String reason) {
                    ends.add("refused");
                }
            };
            EmbeddedChannel channel = new EmbeddedChannel(new ServerHandshakeHandler(
                    config, 1, (user, schema, peer) -> Credential.of(verifier, null), Runnable::run, null, listener));
            converse(channel, packets, 1, random);
            channel.finishAndReleaseAll();
            channel.checkException();

            assertThat(ends).as("conversation %s", i).containsExactly("refused");
        }
    }

    /** P9: no server makes the client throw anything but what its listener documents, or tell it twice. */
    @Test
    void everyServerEndsInOneDocumentedResult() {
        Bytes salt = Salt.next(new SecureRandom());
        List<byte[]> packets = List.of(
                payload(out ->
                        new HandshakeV10("9.7.4", 1, salt, ALL, 45, 2, CachingSha2Password.PLUGIN).encode(out, ALL)),
                payload(out ->
                        new HandshakeV10("5.7.1", 1, salt, ALL, 45, 2, "mysql_native_password").encode(out, ALL)),
                payload(out -> new AuthSwitchRequest("mysql_native_password", salt).encode(out, ALL)),
                payload(out -> new AuthSwitchRequest(CachingSha2Password.PLUGIN, Bytes.EMPTY).encode(out, ALL)),
                new byte[] {1, 3},
                new byte[] {1, 4},
                payload(out -> new AuthMoreData(Bytes.of(KEYS.publicPem().getBytes(StandardCharsets.US_ASCII)))
                        .encode(out, ALL)),
                payload(out -> Ok.of(2).encode(out, ALL)),
                payload(out -> new Err(1045, "28000", "no").encode(out, ALL)),
                new byte[0]);
        ClientHandshakeConfig config = ClientHandshakeConfig.builder("demo")
                .password(PASSWORD)
                .tls(TlsMode.DISABLED)
                .allowPublicKeyRetrieval(true)
                .build();
        Random random = new Random(12);
        Set<Class<?>> seen = new HashSet<>();
        for (int i = 0; i < CONVERSATIONS; i++) {
            List<Object> ends = new ArrayList<>();
            ClientHandshakeHandler.Listener listener = new ClientHandshakeHandler.Listener() {
                @Override
                public void onConnected(ChannelHandlerContext ctx, ServerSession session) {
                    ends.add(session);
                }

                @Override
                public void onFailed(ChannelHandlerContext ctx, Throwable cause) {
                    ends.add(cause);
                }
            };
            EmbeddedChannel channel =
                    new EmbeddedChannel(new ClientHandshakeHandler(config, null, "localhost", 3306, listener));
            converse(channel, packets, 0, random);
            channel.finishAndReleaseAll();
            channel.checkException();

            assertThat(ends).as("conversation %s", i).hasSize(1);
            assertThat(ends.get(0))
                    .as("conversation %s", i)
                    .isInstanceOfAny(
                            ServerSession.class,
                            ServerErrorException.class,
                            ProtocolException.class,
                            IOException.class);
            seen.add(ends.get(0).getClass());
        }
        assertThat(seen)
                .as("the conversations go far enough")
                .contains(ServerSession.class, ServerErrorException.class);
    }

    private interface Writer {
        void write(ByteBuf out);
    }

    private static byte[] payload(Writer writer) {
        ByteBuf out = Unpooled.buffer();
        writer.write(out);
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] response(String plugin) {
        CapabilityFlags wanted = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
                | CapabilityFlags.CLIENT_SECURE_CONNECTION
                | CapabilityFlags.CLIENT_PLUGIN_AUTH
                | CapabilityFlags.CLIENT_CONNECT_ATTRS);
        return payload(out -> new HandshakeResponse41(
                        wanted, 1 << 24, 45, "demo", Bytes.of(new byte[32]), null, plugin, Map.of("k", "v"), 0)
                .encode(out, wanted));
    }

    /** Writes up to six packets, mostly whole and with the right sequence ids, in pieces. */
    private static void converse(EmbeddedChannel channel, List<byte[]> packets, int firstSequenceId, Random random) {
        int sequenceId = firstSequenceId;
        for (int n = 0; n < 6 && channel.isOpen(); n++) {
            // The first packet opens the conversation, so that the later ones are looked at.
            byte[] payload = packets.get(
                            n == 0 && random.nextInt(8) != 0 ? random.nextInt(2) : random.nextInt(packets.size()))
                    .clone();
            if (payload.length > 0 && random.nextInt(4) == 0) {
                payload[random.nextInt(payload.length)] = (byte) random.nextInt();
            }
            int length = random.nextInt(8) == 0 ? random.nextInt(payload.length + 1) : payload.length;
            ByteBuf stream = Unpooled.buffer();
            PacketEncoder.write(stream, sequenceId, Unpooled.wrappedBuffer(payload, 0, length));
            sequenceId += random.nextInt(10) == 0 ? 1 : 2;
            int split = random.nextInt(stream.readableBytes() + 1);
            channel.writeInbound(stream.readRetainedSlice(split));
            if (channel.isOpen()) {
                channel.writeInbound(stream);
            } else {
                stream.release();
            }
            channel.runPendingTasks();
            for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
                out.release();
            }
            for (Object in = channel.readInbound(); in != null; in = channel.readInbound()) {
                io.netty.util.ReferenceCountUtil.release(in);
            }
        }
    }
}
