// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.Ed25519Password;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.ParsecPassword;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.auth.Sha256Password;
import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;

/** The plugins that a server knows. The grammar of each exchange is at its class in the package {@code auth}. */
final class ServerPlugins {
    private ServerPlugins() {}

    static final class NativePlugin extends ServerPlugin {
        private final PasswordVerifier.Native verifier;

        NativePlugin(PasswordVerifier.Native verifier) {
            this.verifier = verifier;
        }

        @Override
        boolean takesAnswerToGreeting() {
            return true;
        }

        @Override
        Next first(Bytes answer, Bytes salt) {
            return !isEmpty(answer) && NativePassword.verify(answer, salt, verifier.hash()) ? MATCHED : REFUSED;
        }
    }

    /** Password over TLS, or by RSA: what {@code caching_sha2_password} in full and {@code sha256_password} have in common. */
    private abstract static class PasswordPlugin extends ServerPlugin {
        final PasswordVerifier verifier;
        final boolean tls;
        private final RsaKeyPair rsaKeys;
        private final int keyRequest;
        private boolean keySent;

        PasswordPlugin(PasswordVerifier verifier, boolean tls, RsaKeyPair rsaKeys, int keyRequest) {
            this.verifier = verifier;
            this.tls = tls;
            this.rsaKeys = rsaKeys;
            this.keyRequest = keyRequest;
        }

        final Next password(Bytes answer, Bytes salt) {
            if (tls) {
                return verifyClear(verifier, answer);
            }
            if (rsaKeys == null) {
                return REFUSED;
            }
            if (!keySent && answer.length() == 1 && answer.at(0) == keyRequest) {
                keySent = true;
                return new Ask(Bytes.of(rsaKeys.publicPem().getBytes(StandardCharsets.US_ASCII)));
            }
            // Anything else is a password in clear or garbage; neither is looked at.
            if (answer.length() != rsaKeys.encryptedBytes()) {
                answer.wipe();
                return REFUSED;
            }
            return new Verify(Verification.ofEncrypted(verifier, answer, salt, rsaKeys.privateKey()));
        }
    }

    static final class CachingSha2Plugin extends PasswordPlugin {
        private final ServerHandshakeConfig config;
        private final boolean userKnown;

        CachingSha2Plugin(PasswordVerifier verifier, ServerHandshakeConfig config, boolean userKnown, boolean tls) {
            super(verifier, tls, config.rsaKeys(), CachingSha2Password.REQUEST_PUBLIC_KEY);
            this.config = config;
            this.userKnown = userKnown;
        }

        @Override
        boolean takesAnswerToGreeting() {
            return true;
        }

        @Override
        Next first(Bytes answer, Bytes salt) {
            boolean empty = isEmpty(answer);
            if (empty || verifier.isEmptyPassword()) {
                return empty && verifier.isEmptyPassword() ? MATCHED : REFUSED;
            }
            if (answer.length() != CachingSha2Password.RESPONSE_BYTES) {
                return REFUSED;
            }
            Bytes fastVerifier = config.fastVerifiers().find(verifier);
            if (fastVerifier != null && userKnown && CachingSha2Password.verifyFast(answer, salt, fastVerifier)) {
                return new Matched(code(CachingSha2Password.FAST_AUTH_SUCCESS));
            }
            return new Ask(code(CachingSha2Password.PERFORM_FULL_AUTHENTICATION));
        }

        @Override
        Next next(Bytes answer, Bytes salt) {
            return password(answer, salt);
        }

        private static Bytes code(int code) {
            return Bytes.of(new byte[] {(byte) code});
        }
    }

    static final class Sha256Plugin extends PasswordPlugin {
        Sha256Plugin(PasswordVerifier verifier, ServerHandshakeConfig config, boolean tls) {
            super(verifier, tls, config.rsaKeys(), Sha256Password.REQUEST_PUBLIC_KEY);
        }

        @Override
        Next first(Bytes answer, Bytes salt) {
            return isEmpty(answer) ? REFUSED : password(answer, salt);
        }

        @Override
        Next next(Bytes answer, Bytes salt) {
            return password(answer, salt);
        }
    }

    static final class ClearPlugin extends ServerPlugin {
        private final PasswordVerifier verifier;

        ClearPlugin(PasswordVerifier verifier) {
            this.verifier = verifier;
        }

        @Override
        boolean requiresTls() {
            return true;
        }

        /** Nothing: nothing is mixed with a password in clear. */
        @Override
        int saltBytes() {
            return 0;
        }

        @Override
        Next first(Bytes answer, Bytes salt) {
            return isEmpty(answer) ? REFUSED : verifyClear(verifier, answer);
        }
    }

    static final class Ed25519Plugin extends ServerPlugin {
        private final PasswordVerifier.Ed25519 verifier;

        Ed25519Plugin(PasswordVerifier.Ed25519 verifier) {
            this.verifier = verifier;
        }

        @Override
        int saltBytes() {
            return Ed25519Password.SALT_BYTES;
        }

        @Override
        Next first(Bytes answer, Bytes salt) {
            if (isEmpty(answer) || answer.length() != Ed25519Password.RESPONSE_BYTES) {
                return REFUSED;
            }
            return new Verify(Verification.ofProof(() -> Ed25519Password.verify(answer, salt, verifier.publicKey())));
        }
    }

    static final class ParsecPlugin extends ServerPlugin {
        private final PasswordVerifier.Parsec verifier;

        ParsecPlugin(PasswordVerifier.Parsec verifier) {
            this.verifier = verifier;
        }

        @Override
        int saltBytes() {
            return ParsecPassword.SCRAMBLE_BYTES;
        }

        /** The client asks for the salt by an empty packet. */
        @Override
        Next first(Bytes answer, Bytes salt) {
            return answer.isEmpty()
                    ? new Ask(ParsecPassword.extendedSalt(verifier.factor(), verifier.salt()))
                    : REFUSED;
        }

        @Override
        Next next(Bytes answer, Bytes salt) {
            return new Verify(Verification.ofProof(() -> ParsecPassword.verify(answer, salt, verifier.publicKey())));
        }
    }
}
