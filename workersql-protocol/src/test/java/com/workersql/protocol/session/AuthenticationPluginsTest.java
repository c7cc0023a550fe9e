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
import com.workersql.protocol.auth.Salt;
import com.workersql.protocol.message.client.AuthResponse;
import com.workersql.protocol.message.server.AuthNextFactor;
import com.workersql.protocol.message.server.AuthSwitchRequest;
import com.workersql.protocol.message.server.HandshakeV10;
import com.workersql.protocol.wire.Bytes;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each authentication plugin, both sides of it. */
class AuthenticationPluginsTest extends HandshakeSides {
    @Test
    void sha256PasswordGoesOverTls() {
        overTls();

        assertThat(talk(sha256(PASSWORD))).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.conversation)
                .containsExactly("S0:greeting", "C1:32", "C2:93", "S3:switch", "C4:" + (PASSWORD.length + 1), "S5:ok");
    }

    @Test
    void sha256PasswordGoesByRsaWithTheServersKey() {
        assertThat(talk(sha256(PASSWORD))).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.conversation)
                .containsExactly("S0:greeting", "C1:93", "S2:switch", "C3:1", "S4:key", "C5:256", "S6:ok");
    }

    @Test
    void sha256PasswordGoesByRsaWithAKnownKey() {
        client.allowPublicKeyRetrieval(false).serverPublicKey(KEYS.publicKey());

        assertThat(talk(sha256(PASSWORD))).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.conversation).containsExactly("S0:greeting", "C1:93", "S2:switch", "C3:256", "S4:ok");
    }

    @Test
    void signsForEd25519() {
        assertThat(talk(PasswordVerifier.Ed25519.ofPassword(PASSWORD))).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.conversation).containsExactly("S0:greeting", "C1:93", "S2:switch", "C3:64", "S4:ok");
    }

    @Test
    void derivesAndSignsForParsec() {
        assertThat(talk(PasswordVerifier.Parsec.ofPassword(PASSWORD, RANDOM))).isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.conversation)
                .containsExactly("S0:greeting", "C1:93", "S2:switch", "C3:0", "S4:key", "C5:96", "S6:ok");
    }

    @Test
    void refusesAWrongOrMissingPasswordByEachPlugin() {
        overTls();
        List<PasswordVerifier> verifiers = List.of(
                sha256(PASSWORD),
                external(PASSWORD),
                dialog(PASSWORD),
                PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD)),
                PasswordVerifier.Ed25519.ofPassword(PASSWORD),
                PasswordVerifier.Parsec.ofPassword(PASSWORD, RANDOM));
        for (PasswordVerifier verifier : verifiers) {
            for (String wrong : List.of("wrong", "")) {
                client.password(wrong.getBytes(StandardCharsets.UTF_8));

                assertThat(refusal(verifier).errno())
                        .as("%s with '%s'", verifier.plugin(), wrong)
                        .isEqualTo(1045);
            }
        }
    }

    @Test
    void asksForOneFactorAfterTheOther() {
        overTls();
        client.furtherPassword("second".getBytes(StandardCharsets.UTF_8))
                .furtherPassword("third".getBytes(StandardCharsets.UTF_8));
        server.capabilities(new CapabilityFlags(CapabilityFlags.MULTI_FACTOR_AUTHENTICATION));
        PasswordVerifier first = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD));
        PasswordVerifier third = PasswordVerifier.Ed25519.ofPassword("third".getBytes(StandardCharsets.UTF_8));
        List<PasswordVerifier> further = List.of(external("second".getBytes(StandardCharsets.UTF_8)), third);

        assertThat(talk.talk(
                        server.build(),
                        client.build(),
                        (user, schema, peer) -> new Credential(first, false, "p", further)))
                .isEqualTo(ServerHandshake.Step.DECIDE);
        assertThat(talk.conversation)
                .containsExactly(
                        "S0:greeting",
                        "C1:32",
                        "C2:93",
                        "S3:switch",
                        "C4:20",
                        "S5:next",
                        "C6:7",
                        "S7:next",
                        "C8:64",
                        "S9:ok");
    }

    @Test
    void refusesWhoKnowsTheFirstFactorOnly() {
        overTls();
        PasswordVerifier first = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD));
        CredentialStore two = (user, schema, peer) ->
                new Credential(first, false, null, List.of(external("second".getBytes(StandardCharsets.UTF_8))));

        // The client cannot do it.
        server.capabilities(new CapabilityFlags(CapabilityFlags.MULTI_FACTOR_AUTHENTICATION));
        assertThat(talk.refusal(server.build(), client.build(), two).errno()).isEqualTo(1045);
        // The client has another password.
        client.furtherPassword("wrong".getBytes(StandardCharsets.UTF_8));
        assertThat(talk.refusal(server.build(), client.build(), two).errno()).isEqualTo(1045);
        // The server does not offer it.
        server.capabilities(CapabilityFlags.NONE);
        assertThat(talk.refusal(server.build(), client.build(), two).errno()).isEqualTo(1045);
    }

    @Test
    void saysWhichFactorHasNoPassword() {
        ClientHandshake handshake = greeted(TlsOffer.OFF);
        ByteBuf payload = Unpooled.buffer();
        new AuthNextFactor("mysql_native_password", Bytes.of(new byte[20])).encode(payload, CapabilityFlags.NONE);

        assertThatThrownBy(() -> handshake.receive(payload, 2, Unpooled.buffer()))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("factor 2");
    }

    /** T21: a response with a NUL inside is as good as any other, through the packets of both sides. */
    @Test
    void t21acceptsAnswersToSwitchesWithNulBytesInside() {
        PasswordVerifier verifier = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD));
        int withNul = 0;
        for (int i = 0; i < 200; i++) {
            ServerHandshake handshake = switching(verifier);
            Bytes salt = lastSalt;
            Bytes answer = NativePassword.response(PASSWORD, salt);
            boolean nul = false;
            for (byte b : answer.toArray()) {
                nul |= b == 0;
            }
            ByteBuf payload = Unpooled.buffer();
            new AuthResponse(answer).encode(payload, CapabilityFlags.NONE);

            assertThat(handshake.receive(payload, 3, Unpooled.buffer())).isEqualTo(ServerHandshake.Step.DECIDE);
            withNul += nul ? 1 : 0;
        }
        assertThat(withNul).as("answers with a NUL inside").isPositive();
    }

    private Bytes greetingSalt;
    private Bytes lastSalt;

    /** A server that has sent its switch; its salt is in {@link #lastSalt}, that of its greeting in {@link #greetingSalt}. */
    private ServerHandshake switching(PasswordVerifier verifier) {
        ServerHandshake handshake = new ServerHandshake(server.build(), only(verifier), 1, "127.0.0.1");
        ClientHandshake peer = new ClientHandshake(client.build());
        ByteBuf greeting = Unpooled.buffer();
        handshake.greet(greeting);
        greetingSalt = HandshakeV10.decode(greeting.slice(4, greeting.readableBytes() - 4))
                .salt();
        ByteBuf response = Unpooled.buffer();
        peer.receive(greeting.skipBytes(4), 0, response);
        ByteBuf request = Unpooled.buffer();
        handshake.receive(response.skipBytes(4), 1, request);
        lastSalt = AuthSwitchRequest.decode(request.skipBytes(4), CapabilityFlags.NONE)
                .data();
        return handshake;
    }

    /** T24: the salt is repeated over passwords longer than it is. */
    @ParameterizedTest
    @ValueSource(ints = {1, 19, 20, 21, 40, 200})
    void t24encryptsPasswordsLongerThanTheSalt(int length) throws GeneralSecurityException {
        byte[] password = new byte[length];
        Arrays.fill(password, (byte) 'x');
        Bytes salt = Salt.next(RANDOM);

        Bytes encrypted = CachingSha2Password.encrypt(password, salt, KEYS.publicKey());

        assertThat(CachingSha2Password.decrypt(encrypted, salt, KEYS.privateKey()))
                .isEqualTo(password);
        // Both sides could be wrong in the same way.
        Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPWithSHA-1AndMGF1Padding");
        rsa.init(Cipher.DECRYPT_MODE, KEYS.privateKey());
        byte[] mixed = rsa.doFinal(encrypted.toArray());
        assertThat(mixed).hasSize(length + 1);
        for (int i = 0; i <= length; i++) {
            assertThat(mixed[i] ^ salt.at(i % 20)).as("byte %d", i).isEqualTo(i < length ? 'x' : 0);
        }
    }

    /** T25: what a client computed by another salt is never looked at: it is switched, each time with a new salt. */
    @Test
    void t25switchesWithANewSaltEachTime() {
        PasswordVerifier verifier = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD));
        switching(verifier);
        Bytes first = lastSalt;
        assertThat(first).isNotEqualTo(greetingSalt);
        switching(verifier);

        assertThat(lastSalt).isNotEqualTo(first).isNotEqualTo(greetingSalt);
    }

    /** T26, A5, A9: COM_CHANGE_USER always brings a switch with a new salt, on both sides, for every plugin. */
    @Test
    void t26changesTheUserByEachPlugin() {
        overTls();
        PasswordVerifier fast = PasswordVerifier.parse(PasswordVerifier.hashCachingSha2(PASSWORD, RANDOM));
        talk(fast);
        List<PasswordVerifier> verifiers = List.of(
                fast,
                sha256(PASSWORD),
                external(PASSWORD),
                dialog(PASSWORD),
                PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD)),
                PasswordVerifier.Ed25519.ofPassword(PASSWORD),
                PasswordVerifier.Parsec.ofPassword(PASSWORD, RANDOM));
        for (PasswordVerifier verifier : verifiers) {
            assertThat(talk.changeUser(
                            server.build(),
                            client.schema("shop").build(),
                            (user, schema, peer) -> Credential.of(verifier, verifier.plugin())))
                    .isEqualTo(ServerHandshake.Step.DECIDE);
            assertThat(talk.conversation.get(1)).isEqualTo("S1:switch");
            assertThat(talk.server.client().credential().principal()).isEqualTo(verifier.plugin());
            assertThat(talk.server.client().schema()).isEqualTo("shop");
            assertThat(talk.client.session().tls()).isTrue();
        }
    }

    @Test
    void t26refusesAWrongPasswordOfAChange() {
        PasswordVerifier verifier = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD));
        talk(verifier);
        client.password("wrong".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> talk.changeUser(server.build(), client.build(), only(verifier)))
                .isInstanceOfSatisfying(
                        ServerErrorException.class,
                        e -> assertThat(e.err().errno()).isEqualTo(1045));
    }
}
