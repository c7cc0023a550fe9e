// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.DialogPassword;
import com.workersql.protocol.auth.Ed25519Password;
import com.workersql.protocol.auth.GssapiVerifier;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.ParsecPassword;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.auth.Sha256Password;
import com.workersql.protocol.session.ServerPlugin.Answer;
import com.workersql.protocol.session.ServerPlugin.Ask;
import com.workersql.protocol.session.ServerPlugin.Matched;
import com.workersql.protocol.session.ServerPlugin.Next;
import com.workersql.protocol.session.ServerPlugin.Verify;
import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;

/** The plugins that a server knows. The grammar of each exchange is at its class in the package {@code auth}. */
final class ServerPlugins {
    private ServerPlugins() {}

    /** The plugin by which a client proves that it has the password of {@code verifier}. */
    static ServerPlugin of(PasswordVerifier verifier, ServerHandshakeConfig config, boolean userKnown, boolean tls) {
        if (verifier instanceof PasswordVerifier.Native known) {
            return ofNative(known);
        }
        if (verifier instanceof PasswordVerifier.Sha256) {
            Answer password = new Password(verifier, tls, config.rsaKeys(), Sha256Password.REQUEST_PUBLIC_KEY);
            return new ServerPlugin(password).withFurther(password);
        }
        if (verifier instanceof PasswordVerifier.External known) {
            return ofExternal(known);
        }
        if (verifier instanceof PasswordVerifier.Ed25519 known) {
            return ofEd25519(known);
        }
        if (verifier instanceof PasswordVerifier.Parsec known) {
            return ofParsec(known);
        }
        if (verifier instanceof GssapiVerifier known) {
            return GssapiServerPlugin.of(known, userKnown);
        }
        return ofCachingSha2(verifier, config, userKnown, tls);
    }

    private static ServerPlugin ofNative(PasswordVerifier.Native verifier) {
        return new ServerPlugin((answer, salt) -> NativePassword.verify(answer, salt, verifier.hash())
                        ? ServerPlugin.MATCHED
                        : ServerPlugin.REFUSED)
                .takingAnswerToGreeting();
    }

    private static ServerPlugin ofExternal(PasswordVerifier.External verifier) {
        // Nothing is mixed with a password in clear.
        ServerPlugin plugin = new ServerPlugin((answer, salt) -> verifyClear(verifier, answer))
                .withSaltOf(0)
                .requiringTls();
        return verifier.prompt() == null ? plugin : plugin.asking(DialogPassword.question(verifier.prompt()));
    }

    private static ServerPlugin ofEd25519(PasswordVerifier.Ed25519 verifier) {
        return new ServerPlugin((answer, salt) -> answer.length() == Ed25519Password.RESPONSE_BYTES
                        ? new Verify(
                                Verification.ofProof(() -> Ed25519Password.verify(answer, salt, verifier.publicKey())))
                        : ServerPlugin.REFUSED)
                .withSaltOf(Ed25519Password.SALT_BYTES);
    }

    /** The client asks for the salt by an empty packet. */
    private static ServerPlugin ofParsec(PasswordVerifier.Parsec verifier) {
        return new ServerPlugin((answer, salt) -> answer.isEmpty()
                        ? new Ask(ParsecPassword.extendedSalt(verifier.factor(), verifier.salt()))
                        : ServerPlugin.REFUSED)
                .withoutPassword(null)
                .withSaltOf(ParsecPassword.SCRAMBLE_BYTES)
                .withFurther((answer, salt) -> new Verify(
                        Verification.ofProof(() -> ParsecPassword.verify(answer, salt, verifier.publicKey()))));
    }

    private static ServerPlugin ofCachingSha2(
            PasswordVerifier verifier, ServerHandshakeConfig config, boolean userKnown, boolean tls) {
        Answer fast = (answer, salt) -> {
            if (verifier.isEmptyPassword() || answer.length() != CachingSha2Password.RESPONSE_BYTES) {
                return ServerPlugin.REFUSED;
            }
            Bytes fastVerifier = config.fastVerifiers().find(verifier);
            if (fastVerifier != null && userKnown && CachingSha2Password.verifyFast(answer, salt, fastVerifier)) {
                return new Matched(code(CachingSha2Password.FAST_AUTH_SUCCESS), null);
            }
            return new Ask(code(CachingSha2Password.PERFORM_FULL_AUTHENTICATION));
        };
        return new ServerPlugin(fast)
                .takingAnswerToGreeting()
                .withoutPassword(verifier.isEmptyPassword() ? ServerPlugin.MATCHED : ServerPlugin.REFUSED)
                .withFurther(new Password(verifier, tls, config.rsaKeys(), CachingSha2Password.REQUEST_PUBLIC_KEY));
    }

    private static Bytes code(int code) {
        return Bytes.of(new byte[] {(byte) code});
    }

    /** The password has come in clear over TLS; its bytes are wiped. */
    private static Next verifyClear(PasswordVerifier verifier, Bytes answer) {
        byte[] password = CachingSha2Password.withoutNul(answer.toArray());
        answer.wipe();
        return new Verify(Verification.ofPassword(verifier, password));
    }

    /** Password over TLS, or by RSA: what {@code caching_sha2_password} in full and {@code sha256_password} have in common. */
    private static final class Password implements Answer {
        private final PasswordVerifier verifier;
        private final boolean tls;
        private final RsaKeyPair rsaKeys;
        private final int keyRequest;
        private boolean keySent;

        Password(PasswordVerifier verifier, boolean tls, RsaKeyPair rsaKeys, int keyRequest) {
            this.verifier = verifier;
            this.tls = tls;
            this.rsaKeys = rsaKeys;
            this.keyRequest = keyRequest;
        }

        @Override
        public Next take(Bytes answer, Bytes salt) {
            if (tls) {
                return verifyClear(verifier, answer);
            }
            if (rsaKeys == null) {
                return ServerPlugin.REFUSED;
            }
            if (!keySent && answer.length() == 1 && answer.at(0) == keyRequest) {
                keySent = true;
                return new Ask(Bytes.of(rsaKeys.publicPem().getBytes(StandardCharsets.US_ASCII)));
            }
            // Anything else is a password in clear or garbage; neither is looked at.
            if (answer.length() != rsaKeys.encryptedBytes()) {
                answer.wipe();
                return ServerPlugin.REFUSED;
            }
            return new Verify(Verification.ofEncrypted(verifier, answer, salt, rsaKeys.privateKey()));
        }
    }
}
