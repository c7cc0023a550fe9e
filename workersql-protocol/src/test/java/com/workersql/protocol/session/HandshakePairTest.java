// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.message.client.HandshakeResponse41;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Both sides of the connection phase, talking to each other without I/O. */
class HandshakePairTest {
    private static final RsaKeyPair KEYS = RsaKeyPair.generate();
    private static final byte[] PASSWORD = "a password of more than nineteen bytes".getBytes(StandardCharsets.UTF_8);

    private final PasswordVerifier sha2 =
            PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(PASSWORD, new SecureRandom()));
    private final PasswordVerifier nativePassword = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD));
    private final HandshakeTalk talk = new HandshakeTalk();
    private final List<String> conversation = talk.conversation;

    private ServerHandshakeConfig.Builder serverConfig =
            ServerHandshakeConfig.builder().rsaKeys(KEYS);

    private static ClientHandshakeConfig.Builder clientConfig(byte[] password) {
        return ClientHandshakeConfig.builder("demo")
                .password(password)
                .tls(TlsMode.DISABLED)
                .allowPublicKeyRetrieval(true);
    }

    private static CredentialStore only(PasswordVerifier verifier) {
        return (user, schema, peer) -> user.equals("demo") ? Credential.of(verifier, "principal") : null;
    }

    private ServerHandshake.Step talk(ClientHandshakeConfig clientSide, CredentialStore store) {
        return talk.talk(serverConfig.build(), clientSide, store);
    }

    private Err refusal(ClientHandshakeConfig clientSide, CredentialStore store) {
        return talk.refusal(serverConfig.build(), clientSide, store);
    }

    /** T22, T23, T24: RSA while nothing is cached, then the fast exchange; sequence ids go on over all packets. */
    @Test
    void t22t23authenticatesInFullByRsaAndThenFast() {
        assertThat(talk(clientConfig(PASSWORD).build(), only(sha2))).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(conversation)
                .containsExactly("S0:greeting", "C1:93", "S2:more 4", "C3:1", "S4:key", "C5:256", "S6:ok");

        assertThat(talk(clientConfig(PASSWORD).build(), only(sha2))).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(conversation).containsExactly("S0:greeting", "C1:93", "S2:more 3", "S3:ok");
        assertThat(talk.client.session().ok().statusFlags()).isEqualTo(2);
        assertThat(talk.server.client().credential().principal()).isEqualTo("principal");
    }

    /** T32: TLS takes a sequence id: the response behind it has 2. */
    @Test
    void t32answersWithTwoBehindTlsAndAuthenticatesInFull() {
        serverConfig.tls(TlsOffer.REQUIRED).rsaKeys(null);

        talk(clientConfig(PASSWORD).tls(TlsMode.REQUIRED).build(), only(sha2));

        assertThat(conversation)
                .containsExactly("S0:greeting", "C1:32", "C2:93", "S3:more 4", "C4:" + (PASSWORD.length + 1), "S5:ok");
        assertThat(talk.client.session().tls()).isTrue();
        assertThat(talk.server.client().peer().tls()).isTrue();
    }

    /** T25: a client that starts with another plugin is switched, with a new salt. */
    @Test
    void t25switchesToTheNativePasswordOfItsUser() {
        talk(clientConfig(PASSWORD).build(), only(nativePassword));

        assertThat(conversation).containsExactly("S0:greeting", "C1:93", "S2:switch", "C3:20", "S4:ok");
    }

    @Test
    void letsAnEmptyPasswordInOnlyWhereItIsTheUsers() {
        assertThat(talk(clientConfig(new byte[0]).build(), only(PasswordVerifier.parse(""))))
                .isEqualTo(ServerHandshake.Step.DECIDE);
        for (PasswordVerifier verifier : List.of(sha2, nativePassword)) {
            assertThatThrownBy(() -> talk(clientConfig(new byte[0]).build(), only(verifier)))
                    .hasMessageContaining("Access denied")
                    .hasMessageContaining("using password: NO");
        }
        assertThatThrownBy(() -> talk(clientConfig(PASSWORD).build(), only(PasswordVerifier.parse(""))))
                .hasMessageContaining("Access denied");
    }

    /** A4: the exchange with an unknown user is the one with a wrong password. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void treatsAnUnknownUserLikeAWrongPassword(boolean tls) {
        if (tls) {
            serverConfig.tls(TlsOffer.OFFERED);
        }
        ClientHandshakeConfig wrong = clientConfig("wrong".getBytes(StandardCharsets.UTF_8))
                .tls(tls ? TlsMode.REQUIRED : TlsMode.DISABLED)
                .build();
        Err known = refusal(wrong, only(sha2));
        List<String> exchange = List.copyOf(conversation);
        Err unknown = refusal(wrong, (user, schema, peer) -> null);

        assertThat(unknown).isEqualTo(known);
        assertThat(unknown.errno()).isEqualTo(1045);
        assertThat(conversation).isEqualTo(exchange);
    }

    /** A4: also when the known user's fast verifier is in memory. */
    @Test
    void asksForThePasswordAgainWhenTheFastExchangeFails() {
        talk(clientConfig(PASSWORD).build(), only(sha2));
        ClientHandshakeConfig wrong =
                clientConfig("wrong".getBytes(StandardCharsets.UTF_8)).build();

        assertThat(refusal(wrong, only(sha2)).errno()).isEqualTo(1045);
        assertThat(conversation)
                .containsExactly("S0:greeting", "C1:93", "S2:more 4", "C3:1", "S4:key", "C5:256", "S6:err");
    }

    @Test
    void refusesAClientWithoutTlsWhereTlsIsRequired() {
        serverConfig.tls(TlsOffer.REQUIRED);

        Err err = refusal(clientConfig(PASSWORD).build(), only(sha2));

        assertThat(err.errno()).isEqualTo(3159);
        assertThat(conversation).containsExactly("S0:greeting", "C1:93", "S2:err");
    }

    @Test
    void refusesAUserWhoMayComeByTlsOnly() {
        CredentialStore store = (user, schema, peer) -> new Credential(sha2, true, null);

        assertThat(refusal(clientConfig(PASSWORD).build(), store).errno()).isEqualTo(3159);
    }

    /** Rogue server (T4 of the threats): without TLS a key is asked for only when the configuration says so. */
    @Test
    void neverAsksForAKeyUnlessTold() {
        ClientHandshakeConfig careful =
                clientConfig(PASSWORD).allowPublicKeyRetrieval(false).build();

        assertThatThrownBy(() -> talk(careful, only(sha2)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("allowPublicKeyRetrieval");
        assertThat(conversation).containsExactly("S0:greeting", "C1:93", "S2:more 4");
    }

    @Test
    void usesTheKnownKeyWithoutAsking() {
        talk(
                clientConfig(PASSWORD)
                        .allowPublicKeyRetrieval(false)
                        .serverPublicKey(KEYS.publicKey())
                        .build(),
                only(sha2));

        assertThat(conversation).containsExactly("S0:greeting", "C1:93", "S2:more 4", "C3:256", "S4:ok");
    }

    /** T2 of the threats: who takes the offer of TLS away gets nothing. */
    @Test
    void saysNothingToAServerWithoutTlsWhereTlsIsRequired() {
        assertThatThrownBy(
                        () -> talk(clientConfig(PASSWORD).tls(TlsMode.VERIFY_CA).build(), only(sha2)))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("offers no TLS");
        assertThat(conversation).containsExactly("S0:greeting");
    }

    /** T17: what a server says before it greets has no SQLSTATE. */
    @Test
    void t17readsAnErrBeforeTheGreetingWithoutSqlState() {
        ClientHandshake client = new ClientHandshake(clientConfig(PASSWORD).build());
        ByteBuf payload =
                Unpooled.wrappedBuffer(ByteBufUtil.decodeHexDump("ff1004546f6f206d616e7920636f6e6e656374696f6e73"));

        assertThatThrownBy(() -> client.receive(payload, 0, Unpooled.buffer()))
                .isInstanceOfSatisfying(ServerErrorException.class, e -> {
                    assertThat(e.err().errno()).isEqualTo(1040);
                    assertThat(e.err().sqlState()).isNull();
                    assertThat(e.err().message()).isEqualTo("Too many connections");
                });
    }

    @Test
    void refusesAGreetingOfProtocolVersion9Clearly() {
        ClientHandshake client = new ClientHandshake(clientConfig(PASSWORD).build());

        assertThatThrownBy(() -> client.receive(Unpooled.wrappedBuffer(new byte[] {9, 'x', 0}), 0, Unpooled.buffer()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("version 9");
    }

    @Test
    void namesThePluginThatItDoesNotKnow() {
        ClientHandshake client = new ClientHandshake(clientConfig(PASSWORD).build());
        greet(client);
        ByteBuf payload = Unpooled.buffer();
        new AuthSwitchRequest("authentication_kerberos_client", Bytes.EMPTY).encode(payload, CapabilityFlags.NONE);
        ByteBuf out = Unpooled.buffer();

        assertThatThrownBy(() -> client.receive(payload, 2, out))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("'authentication_kerberos_client'");
        assertThat(out.isReadable()).isFalse();
    }

    /** T20: the NUL behind a switch's salt is no part of it. */
    @Test
    void t20computesTheProofOverTwentyBytesOfSalt() {
        ClientHandshake client = new ClientHandshake(clientConfig(PASSWORD).build());
        greet(client);
        byte[] salt = "abcdefghijklmnopqrst".getBytes(StandardCharsets.US_ASCII);
        ByteBuf payload = Unpooled.buffer().writeByte(0xFE);
        payload.writeBytes("caching_sha2_password\0".getBytes(StandardCharsets.US_ASCII))
                .writeBytes(salt)
                .writeByte(0);
        ByteBuf out = Unpooled.buffer();

        client.receive(payload, 2, out);

        assertThat(ByteBufUtil.getBytes(out, 4, 32))
                .isEqualTo(
                        CachingSha2Password.response(PASSWORD, Bytes.of(salt)).toArray());
    }

    /** T20: nor is the one behind a greeting's. */
    @Test
    void t20computesTheProofOfAGreetingOverTwentyBytesToo() {
        ClientHandshake client = new ClientHandshake(clientConfig(PASSWORD).build());
        Bytes salt = Bytes.of("abcdefghijklmnopqrst".getBytes(StandardCharsets.US_ASCII));
        CapabilityFlags offered = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
                | CapabilityFlags.CLIENT_SECURE_CONNECTION
                | CapabilityFlags.CLIENT_PLUGIN_AUTH);
        ByteBuf greeting = Unpooled.buffer();
        new HandshakeV10("9.7.4", 1, salt, offered, 45, 2, CachingSha2Password.PLUGIN).encode(greeting, offered);
        ByteBuf out = Unpooled.buffer();

        client.receive(greeting, 0, out);

        assertThat(HandshakeResponse41.decode(out.skipBytes(4)).authData())
                .isEqualTo(CachingSha2Password.response(PASSWORD, salt));
    }

    private void greet(ClientHandshake client) {
        ServerHandshake greeter = new ServerHandshake(serverConfig.build(), only(sha2), 1, "127.0.0.1");
        ByteBuf greeting = Unpooled.buffer();
        greeter.greet(greeting);
        client.receive(greeting.skipBytes(4), 0, Unpooled.buffer());
    }

    /** T18, T19, A6: 20 bytes from 1 to 127 without '$', a length of 21 and ten reserved bytes that are zero. */
    @Test
    void t18t19greetsWithASaltThatEveryClientReads() {
        for (int i = 0; i < 2000; i++) {
            ByteBuf out = Unpooled.buffer();
            new ServerHandshake(serverConfig.build(), only(sha2), 1, "127.0.0.1").greet(out);
            ByteBuf payload = out.skipBytes(4);
            int behindVersion = payload.bytesBefore((byte) 0) + 1 + payload.readerIndex();
            assertThat(payload.getByte(behindVersion + 4 + 8 + 1 + 2 + 1 + 2 + 2))
                    .isEqualTo((byte) 21);
            assertThat(ByteBufUtil.hexDump(payload, behindVersion + 4 + 8 + 1 + 2 + 1 + 2 + 2 + 1, 10))
                    .isEqualTo("00".repeat(10));
            for (byte b : HandshakeV10.decode(payload).salt().toArray()) {
                assertThat(b).isPositive().isNotEqualTo((byte) '$');
            }
        }
    }

    /** A3, T33, P2: responses of any length, and garbage of any kind, are 1043 or 1045. */
    @Test
    void t33refusesGarbageAtEveryStep() {
        for (int length : new int[] {0, 1, 2, 19, 20, 21, 31, 32, 33, 255}) {
            ServerHandshake handshake = new ServerHandshake(serverConfig.build(), only(sha2), 1, "127.0.0.1");
            ByteBuf out = Unpooled.buffer();
            handshake.greet(out);
            ServerHandshake.Step step = handshake.receive(Unpooled.buffer().writeZero(length), 1, out.clear());

            assertThat(step).isEqualTo(ServerHandshake.Step.CLOSE);
            assertThat(handshake.error().errno()).isEqualTo(1043);
            assertThat(handshake.error().sqlState()).isEqualTo("08S01");
        }
    }

    /** A8: who was asked for a proof cannot become somebody else. */
    @Test
    void refusesASecondResponseInThePlaceOfAProof() {
        ServerHandshake handshake = new ServerHandshake(serverConfig.build(), only(sha2), 1, "127.0.0.1");
        ByteBuf out = Unpooled.buffer();
        handshake.greet(out);
        assertThat(handshake.receive(nativeResponse("demo"), 1, out.clear())).isEqualTo(ServerHandshake.Step.READ);

        assertThat(handshake.receive(nativeResponse("other"), 3, out.clear())).isEqualTo(ServerHandshake.Step.CLOSE);
        assertThat(handshake.error().errno()).isEqualTo(1043);
    }

    private static ByteBuf nativeResponse(String user) {
        CapabilityFlags capabilities = new CapabilityFlags(CapabilityFlags.CLIENT_PROTOCOL_41
                | CapabilityFlags.CLIENT_SECURE_CONNECTION
                | CapabilityFlags.CLIENT_PLUGIN_AUTH);
        ByteBuf payload = Unpooled.buffer();
        new HandshakeResponse41(capabilities, 1 << 24, 45, user, Bytes.EMPTY, null, NativePassword.PLUGIN, Map.of(), 0)
                .encode(payload, capabilities);
        return payload;
    }

    /** A8: nothing gets the handshake to authenticate twice. */
    @Test
    void refusesASecondResponse() {
        talk(clientConfig(PASSWORD).build(), only(sha2));

        assertThat(talk.server.receive(Unpooled.buffer().writeZero(40), 7, Unpooled.buffer()))
                .isEqualTo(ServerHandshake.Step.CLOSE);
        assertThat(talk.server.error().errno()).isEqualTo(1043);
    }
}
