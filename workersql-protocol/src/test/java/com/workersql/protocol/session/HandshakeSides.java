// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.auth.Credential;
import com.workersql.protocol.auth.CredentialStore;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.message.server.Err;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;

/** Both sides of an exchange with their configurations, for one user who has one password. */
abstract class HandshakeSides {
    static final RsaKeyPair KEYS = RsaKeyPair.generate();
    static final SecureRandom RANDOM = new SecureRandom();
    static final byte[] PASSWORD = "a password of more than nineteen bytes".getBytes(StandardCharsets.UTF_8);

    final HandshakeTalk talk = new HandshakeTalk();
    final ServerHandshakeConfig.Builder server = ServerHandshakeConfig.builder().rsaKeys(KEYS);
    final ClientHandshakeConfig.Builder client = ClientHandshakeConfig.builder("demo")
            .password(PASSWORD)
            .tls(TlsMode.DISABLED)
            .allowPublicKeyRetrieval(true);

    static PasswordVerifier sha256(byte[] password) {
        // The hash of sha256_password is that of caching_sha2_password with as many rounds.
        String text = PasswordVerifier.hashCachingSha2(password, RANDOM);
        return PasswordVerifier.parse("$5$" + text.substring(7, 27) + "$" + text.substring(27));
    }

    static PasswordVerifier external(byte[] password) {
        return new PasswordVerifier.External(given -> Arrays.equals(given, password));
    }

    static PasswordVerifier dialog(byte[] password) {
        return new PasswordVerifier.External(given -> Arrays.equals(given, password), "Password: ");
    }

    static CredentialStore only(PasswordVerifier verifier) {
        return (user, schema, peer) -> Credential.of(verifier, null);
    }

    final void overTls() {
        server.tls(TlsOffer.REQUIRED);
        client.tls(TlsMode.REQUIRED).enableClearPassword(true);
    }

    final ServerHandshake.Step talk(PasswordVerifier verifier) {
        return talk.talk(server.build(), client.build(), only(verifier));
    }

    final Err refusal(PasswordVerifier verifier) {
        return talk.refusal(server.build(), client.build(), only(verifier));
    }

    /** A client that was greeted, and has sent its response. */
    final ClientHandshake greeted(TlsOffer tls) {
        ServerHandshake greeter =
                new ServerHandshake(server.tls(tls).build(), only(external(PASSWORD)), 1, "127.0.0.1");
        ByteBuf greeting = Unpooled.buffer();
        greeter.greet(greeting);
        ClientHandshake handshake = new ClientHandshake(client.build());
        if (handshake.receive(greeting.skipBytes(4), 0, Unpooled.buffer()) == ClientHandshake.Step.START_TLS) {
            handshake.tlsStarted(Unpooled.buffer());
        }
        return handshake;
    }
}
