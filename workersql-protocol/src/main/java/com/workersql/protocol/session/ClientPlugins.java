// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.ClearPassword;
import com.workersql.protocol.auth.Ed25519Password;
import com.workersql.protocol.auth.NativePassword;
import com.workersql.protocol.auth.ParsecPassword;
import com.workersql.protocol.auth.RsaKeyPair;
import com.workersql.protocol.auth.Sha256Password;
import com.workersql.protocol.wire.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Function;

/** The plugins that a client knows. The grammar of each exchange is at its class in the package {@code auth}. */
final class ClientPlugins {
    private ClientPlugins() {}

    /** Computes by a copy of the password, which is wiped. */
    private static Bytes compute(ClientPlugin plugin, Function<byte[], Bytes> computation) {
        byte[] password = plugin.password();
        try {
            return computation.apply(password);
        } finally {
            Arrays.fill(password, (byte) 0);
        }
    }

    static final class NativePlugin extends ClientPlugin {
        NativePlugin(ClientHandshakeConfig config, Bytes password) {
            super(NativePassword.PLUGIN, config, password);
        }

        @Override
        Bytes first(Bytes salt) {
            return compute(this, password -> NativePassword.response(password, requireSalt(salt)));
        }
    }

    /** Password over TLS, or by RSA: what {@code caching_sha2_password} in full and {@code sha256_password} have in common. */
    private abstract static class PasswordPlugin extends ClientPlugin {
        private final boolean tls;
        private final int keyRequest;
        private boolean keyRequested;
        private Bytes salt;

        PasswordPlugin(String name, ClientHandshakeConfig config, Bytes password, boolean tls, int keyRequest) {
            super(name, config, password);
            this.tls = tls;
            this.keyRequest = keyRequest;
        }

        final void useSalt(Bytes used) {
            salt = used;
        }

        final Bytes sendPassword() {
            if (tls) {
                return terminatedPassword();
            }
            if (config.serverPublicKey() != null) {
                return encrypted(config.serverPublicKey());
            }
            if (!config.allowPublicKeyRetrieval()) {
                throw ProtocolException.badHandshake("the server needs the password of '" + config.user()
                        + "', which is sent over TLS or by a known RSA key only; TLS is off, no key is configured,"
                        + " and allowPublicKeyRetrieval is false");
            }
            keyRequested = true;
            return Bytes.of(new byte[] {(byte) keyRequest});
        }

        final boolean isKeyDue() {
            return keyRequested;
        }

        final Bytes answerKey(Bytes pem) {
            keyRequested = false;
            try {
                return encrypted(RsaKeyPair.parsePublicPem(new String(pem.toArray(), StandardCharsets.US_ASCII)));
            } catch (IllegalArgumentException e) {
                throw ProtocolException.badHandshake("the server's answer to the request for its RSA key is no key");
            }
        }

        private Bytes encrypted(PublicKey key) {
            return compute(this, password -> CachingSha2Password.encrypt(password, salt, key));
        }
    }

    static final class CachingSha2Plugin extends PasswordPlugin {
        CachingSha2Plugin(ClientHandshakeConfig config, Bytes password, boolean tls) {
            super(CachingSha2Password.PLUGIN, config, password, tls, CachingSha2Password.REQUEST_PUBLIC_KEY);
        }

        @Override
        Bytes first(Bytes salt) {
            useSalt(requireSalt(salt));
            return compute(this, password -> CachingSha2Password.response(password, salt));
        }

        @Override
        Bytes next(Bytes data) {
            if (isKeyDue()) {
                return answerKey(data);
            }
            if (data.length() != 1) {
                throw unknownData();
            }
            return switch (data.at(0)) {
                case CachingSha2Password.FAST_AUTH_SUCCESS -> null;
                case CachingSha2Password.PERFORM_FULL_AUTHENTICATION -> sendPassword();
                default -> throw unknownData();
            };
        }
    }

    static final class Sha256Plugin extends PasswordPlugin {
        Sha256Plugin(ClientHandshakeConfig config, Bytes password, boolean tls) {
            super(Sha256Password.PLUGIN, config, password, tls, Sha256Password.REQUEST_PUBLIC_KEY);
        }

        @Override
        Bytes first(Bytes salt) {
            useSalt(requireSalt(salt));
            byte[] password = password();
            boolean empty = password.length == 0;
            Arrays.fill(password, (byte) 0);
            return empty ? Bytes.of(new byte[1]) : sendPassword();
        }

        @Override
        Bytes next(Bytes data) {
            if (!isKeyDue()) {
                throw unknownData();
            }
            return answerKey(data);
        }
    }

    static final class ClearPlugin extends ClientPlugin {
        ClearPlugin(ClientHandshakeConfig config, Bytes password) {
            super(ClearPassword.PLUGIN, config, password);
        }

        @Override
        Bytes first(Bytes salt) {
            return terminatedPassword();
        }
    }

    static final class Ed25519Plugin extends ClientPlugin {
        Ed25519Plugin(ClientHandshakeConfig config, Bytes password) {
            super(Ed25519Password.PLUGIN, config, password);
        }

        @Override
        Bytes first(Bytes salt) {
            requireSalt(salt, Ed25519Password.SALT_BYTES);
            return compute(this, password -> Ed25519Password.response(password, salt));
        }
    }

    static final class ParsecPlugin extends ClientPlugin {
        private static final SecureRandom RANDOM = new SecureRandom();

        private Bytes scramble;

        ParsecPlugin(ClientHandshakeConfig config, Bytes password) {
            super(ParsecPassword.PLUGIN, config, password);
        }

        @Override
        Bytes first(Bytes salt) {
            scramble = requireSalt(salt, ParsecPassword.SCRAMBLE_BYTES);
            return Bytes.EMPTY;
        }

        @Override
        Bytes next(Bytes data) {
            if (scramble == null) {
                throw unknownData();
            }
            Bytes used = scramble;
            scramble = null;
            return compute(this, password -> ParsecPassword.response(password, used, data, RANDOM));
        }
    }
}
