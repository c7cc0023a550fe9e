// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.session.ClientHandshake;
import com.workersql.protocol.session.ClientHandshakeConfig;
import com.workersql.protocol.session.ServerErrorException;
import com.workersql.protocol.session.TlsMode;
import com.workersql.protocol.vectors.Vector;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** The client's side of the handshake, with a server that says anything: no outcome sends the password in clear. */
final class ClientHandshakeTarget implements FuzzTarget {
    private static final byte[] PASSWORD = "correct horse".getBytes(StandardCharsets.UTF_8);
    private static final RsaKeyPair KEYS = RsaKeyPair.generate();
    private static final int CONFIGURATIONS = 16;

    @Override
    public void decode(ByteBuf in, ByteBufAllocator allocator) {
        int choice = Choices.upTo(CONFIGURATIONS, in);
        Random cuts = Choices.cuts(in);
        ClientHandshake handshake = new ClientHandshake(ClientHandshakeConfig.builder("demo")
                .password(PASSWORD)
                .schema((choice & 1) == 0 ? null : "shop")
                .attributes(Map.of("k", "v"))
                .tls((choice & 2) == 0 ? TlsMode.DISABLED : TlsMode.PREFERRED)
                .allowPublicKeyRetrieval((choice & 4) != 0)
                .enableClearPassword(true)
                .gssapi(Tickets.login((choice & 8) == 0))
                .build());
        boolean[] tls = {false};
        try {
            HandshakeStream.feed(in, cuts, allocator, (payload, sequenceId) -> {
                ByteBuf out = allocator.buffer();
                try {
                    ClientHandshake.Step step = handshake.receive(payload, sequenceId, out);
                    if (step == ClientHandshake.Step.START_TLS) {
                        tls[0] = true;
                        step = handshake.tlsStarted(out);
                    }
                    if (step == ClientHandshake.Step.COMPUTE) {
                        handshake.computation().run();
                        step = handshake.computed(out);
                    }
                    if (!tls[0]) {
                        assertThat(ByteBufUtil.hexDump(out)).doesNotContain(ByteBufUtil.hexDump(PASSWORD));
                    }
                    if (step == ClientHandshake.Step.DONE) {
                        assertThat(handshake.session().ok()).isNotNull();
                    }
                    return step == ClientHandshake.Step.READ;
                } finally {
                    out.release();
                }
            });
        } catch (ServerErrorException refused) {
            assertThat(refused.err()).isNotNull();
        } finally {
            handshake.close();
        }
    }

    /** Signatures and slow hashes, which take some megabytes of numbers each. */
    @Override
    public long allocationBytes(int inputBytes) {
        return 64L << 20;
    }

    @Override
    public Stream<byte[]> seeds() {
        byte[] greeting = bytes("mysql 9.7 greeting");
        byte[] mariaDb = bytes("greeting of MariaDB 11.4 with its own capabilities");
        byte[] key = bytes("caching_sha2 public key");
        byte[] ourKey = ("\u0001" + KEYS.publicPem()).getBytes(StandardCharsets.US_ASCII);
        byte[] ok = bytes("OK without session tracking");
        List<byte[]> conversations = new ArrayList<>();
        conversations.add(HandshakeStream.packets(greeting, bytes("caching_sha2 fast success"), ok));
        conversations.add(HandshakeStream.packets(greeting, bytes("caching_sha2 asks for the password"), key, ok));
        conversations.add(HandshakeStream.packets(greeting, new byte[] {1, 4}, ourKey, ok));
        conversations.add(
                HandshakeStream.packets(mariaDb, bytes("documentation: switch to mysql_native_password"), ok));
        conversations.add(HandshakeStream.packets(greeting, bytes("ERR")));
        conversations.add(HandshakeStream.packets(bytes("ERR before the greeting, too many connections")));
        for (String plugin : List.of(
                "client_ed25519", "mysql_clear_password", "sha256_password", "parsec", "caching_sha2_password")) {
            byte[] change = ("\u00fe" + plugin + "\0" + "12345678901234567890123456789012")
                    .getBytes(StandardCharsets.ISO_8859_1);
            conversations.add(HandshakeStream.packets(greeting, change, ourKey, ok));
        }
        byte[] ticket = bytes("MariaDB 11.4 asks for a ticket");
        byte[] proof = bytes("the answer to a ticket of Kerberos, behind its header");
        conversations.add(HandshakeStream.packets(mariaDb, ticket, proof, ok));
        conversations.add(HandshakeStream.packets(mariaDb, ticket, Arrays.copyOfRange(proof, 1, proof.length), ok));
        conversations.add(HandshakeStream.packets(
                mariaDb, "\u00feauth_gssapi_client\0\0Negotiate\0".getBytes(StandardCharsets.ISO_8859_1), proof, ok));
        Stream<byte[]> recorded = HandshakeStream.recorded(false);
        return Stream.concat(conversations.stream(), recorded)
                .flatMap(bytes -> Stream.of(Choices.seed(bytes, 0, 1), Choices.seed(bytes, 14, 2)));
    }

    private static byte[] bytes(String name) {
        return Vector.load("messages.vectors").stream()
                .filter(vector -> vector.name().equals(name))
                .findFirst()
                .orElseThrow()
                .bytes();
    }
}
