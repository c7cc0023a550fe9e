// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.GssapiMechanism;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.session.ServerHandshake;
import com.workersql.protocol.session.ServerHandshakeConfig;
import com.workersql.protocol.session.TlsOffer;
import com.workersql.protocol.vectors.Vector;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** The server's side of the handshake, with a client that says anything: none gets in, since none knows a password. */
final class ServerHandshakeTarget implements FuzzTarget {
    private static final List<TlsOffer> OFFERS = List.of(TlsOffer.values());
    private static final byte[] PASSWORD = "correct horse".getBytes(StandardCharsets.UTF_8);
    private static final Map<String, PasswordVerifier> VERIFIERS = Map.of(
            "native", PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD)),
            "sha2", PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(PASSWORD, new SecureRandom())),
            "ed25519", PasswordVerifier.Ed25519.ofPassword(PASSWORD),
            "parsec", PasswordVerifier.Parsec.ofPassword(PASSWORD, new SecureRandom()),
            "clear", new PasswordVerifier.External(password -> false),
            "dialog", new PasswordVerifier.External(password -> false, "Password: "),
            "kerberos", Tickets.ofNobody(GssapiMechanism.KERBEROS),
            "negotiate", Tickets.ofNobody(GssapiMechanism.NEGOTIATE));
    /** Offers Kerberos, and leaves its token for the second round: NegTokenInit of RFC 4178. */
    private static final byte[] NOTHING_BUT_A_MECHANISM =
            ByteBufUtil.decodeHexDump("601b06062b0601050502a011300fa00d300b06092a864886f712010202");

    private static final CredentialStore STORE =
            (user, schema, peer) -> VERIFIERS.containsKey(user) ? Credential.of(VERIFIERS.get(user), null) : null;

    private final RsaKeyPair keys = RsaKeyPair.generate();

    @Override
    public void decode(ByteBuf in, ByteBufAllocator allocator) {
        TlsOffer tls = OFFERS.get(Choices.upTo(OFFERS.size(), in));
        Random cuts = Choices.cuts(in);
        ServerHandshakeConfig config = ServerHandshakeConfig.builder()
                .tls(tls)
                .random(new HandshakeStream.SameRandom())
                .rsaKeys(keys)
                .build();
        ServerHandshake handshake = new ServerHandshake(config, STORE, 1, "192.0.2.1");
        ByteBuf greeting = allocator.buffer();
        try {
            handshake.greet(greeting);
        } finally {
            greeting.release();
        }
        try {
            HandshakeStream.feed(in, cuts, allocator, (payload, sequenceId) -> {
                ByteBuf out = allocator.buffer();
                try {
                    return goOn(handshake, handshake.receive(payload, sequenceId, out), out);
                } finally {
                    out.release();
                }
            });
        } finally {
            handshake.close();
        }
    }

    private static boolean goOn(ServerHandshake handshake, ServerHandshake.Step first, ByteBuf out) {
        ServerHandshake.Step step = first;
        if (step == ServerHandshake.Step.START_TLS) {
            handshake.tlsStarted();
            return true;
        }
        if (step == ServerHandshake.Step.VERIFY) {
            handshake.verification().run();
            step = handshake.verified(out);
        }
        assertThat(step).isNotEqualTo(ServerHandshake.Step.DECIDE);
        if (step == ServerHandshake.Step.CLOSE) {
            assertThat(handshake.error()).isNotNull();
            assertThat(out.isReadable()).isTrue();
        }
        return step == ServerHandshake.Step.READ;
    }

    /** Signatures and slow hashes, which take some megabytes of numbers each. */
    @Override
    public long allocationBytes(int inputBytes) {
        return 64L << 20;
    }

    @Override
    public Stream<byte[]> seeds() {
        Stream<byte[]> vectors = Vector.load("messages.vectors").stream()
                .filter(vector -> vector.message().equals("HandshakeResponse41"))
                .map(vector -> HandshakeStream.packets(vector.bytes(), new byte[] {2}, new byte[256]));
        Stream<byte[]> users = Stream.of("native", "sha2", "ed25519", "parsec", "clear", "nobody")
                .map(user -> HandshakeStream.packets(response(user), new byte[20], new byte[] {2}, new byte[256]));
        byte[] kerberos = Tickets.token(GssapiMechanism.KERBEROS);
        byte[] negotiate = Tickets.token(GssapiMechanism.NEGOTIATE);
        Stream<byte[]> tickets = Stream.of(
                HandshakeStream.packets(response("kerberos"), kerberos),
                HandshakeStream.packets(response("kerberos"), Arrays.copyOf(kerberos, 300), kerberos),
                HandshakeStream.packets(response("negotiate"), negotiate),
                HandshakeStream.packets(response("negotiate"), kerberos),
                HandshakeStream.packets(response("negotiate"), NOTHING_BUT_A_MECHANISM, kerberos));
        Stream<byte[]> recorded = HandshakeStream.recorded(true);
        return Stream.of(vectors, users, tickets, recorded)
                .flatMap(some -> some)
                .flatMap(bytes -> Stream.of(Choices.seed(bytes, 0, 1), Choices.seed(bytes, 1, 2)));
    }

    private static byte[] response(String user) {
        CapabilityFlags wanted = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
                | CapabilityFlags.CLIENT_SECURE_CONNECTION
                | CapabilityFlags.CLIENT_PLUGIN_AUTH);
        ByteBuf out = Unpooled.buffer();
        new HandshakeResponse41(
                        wanted, 1 << 24, 45, user, Bytes.of(new byte[32]), null, "caching_sha2_password", Map.of(), 0)
                .encode(out, wanted);
        return ByteBufUtil.getBytes(out);
    }
}
