// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.StatusFlags;
import com.workersql.protocol.auth.FastVerifierCache;
import com.workersql.protocol.auth.RsaKeyPair;
import java.security.SecureRandom;

/**
 * How a server greets. Immutable but for the cache it refers to; safe for any thread; one value serves all connections.
 *
 * @param serverVersion what the server says it is
 * @param capabilities what the server can do; the bits that a handshake needs are added, CLIENT_SSL comes from {@code tls}
 * @param collationId the server's default collation, 1 to 255
 * @param statusFlags of the greeting
 * @param tls whether TLS is offered
 * @param rsaKeys for a full {@code caching_sha2_password} without TLS; null: such clients are refused (1045)
 * @param fastVerifiers remembers users after a full authentication
 * @param random gives the salts
 * @param maxHandshakeBytes the largest packet, and the most bytes that are held, before a user is authenticated
 * @param timeoutMillis how long a handshake may take as a whole
 */
public record ServerHandshakeConfig(
        String serverVersion,
        CapabilityFlags capabilities,
        int collationId,
        int statusFlags,
        TlsOffer tls,
        RsaKeyPair rsaKeys,
        FastVerifierCache fastVerifiers,
        SecureRandom random,
        int maxHandshakeBytes,
        long timeoutMillis) {

    /** What every handshake here needs. */
    private static final long REQUIRED = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
            | CapabilityFlags.CLIENT_CONNECT_WITH_DB
            | CapabilityFlags.CLIENT_CONNECT_ATTRS;

    public ServerHandshakeConfig {
        requireNonNull(serverVersion, "serverVersion");
        requireNonNull(tls, "tls");
        requireNonNull(fastVerifiers, "fastVerifiers");
        requireNonNull(random, "random");
        capabilities = capabilities.with(REQUIRED);
        capabilities = tls == TlsOffer.OFF
                ? capabilities.without(CapabilityFlags.CLIENT_SSL)
                : capabilities.with(CapabilityFlags.CLIENT_SSL);
        requireRange("collationId", collationId, 1, 255);
        requireRange("maxHandshakeBytes", maxHandshakeBytes, 1024, 1 << 20);
        requireRange("timeoutMillis", timeoutMillis, 1, 3_600_000);
    }

    private static void requireRange(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + least + " to " + most);
        }
    }

    /** A builder with the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects a configuration. Not safe for several threads. */
    public static final class Builder {
        private String serverVersion = "8.0.40-workersql";
        private CapabilityFlags capabilities = new CapabilityFlags(CapabilityFlags.CLIENT_LONG_PASSWORD
                | CapabilityFlags.CLIENT_LONG_FLAG
                | CapabilityFlags.CLIENT_TRANSACTIONS
                | CapabilityFlags.CLIENT_MULTI_RESULTS
                | CapabilityFlags.CLIENT_PS_MULTI_RESULTS
                | CapabilityFlags.CLIENT_DEPRECATE_EOF);
        private int collationId = 45;
        private int statusFlags = StatusFlags.SERVER_STATUS_AUTOCOMMIT;
        private TlsOffer tls = TlsOffer.OFF;
        private RsaKeyPair rsaKeys;
        private FastVerifierCache fastVerifiers = new FastVerifierCache(10_000);
        private SecureRandom random = new SecureRandom();
        private int maxHandshakeBytes = 16 * 1024;
        private long timeoutMillis = 10_000;

        private Builder() {}

        /** Default {@code 8.0.40-workersql}. Clients decide by its number what SQL the server understands. */
        public Builder serverVersion(String serverVersion) {
            this.serverVersion = serverVersion;
            return this;
        }

        /** Default: transactions, several results, and no EOF packets (CLIENT_DEPRECATE_EOF). */
        public Builder capabilities(CapabilityFlags capabilities) {
            this.capabilities = requireNonNull(capabilities, "capabilities");
            return this;
        }

        /** Default 45, utf8mb4_general_ci; 1 to 255. */
        public Builder collationId(int collationId) {
            this.collationId = collationId;
            return this;
        }

        /** Default {@link StatusFlags#SERVER_STATUS_AUTOCOMMIT}. */
        public Builder statusFlags(int statusFlags) {
            this.statusFlags = statusFlags;
            return this;
        }

        /** Default {@link TlsOffer#OFF}. */
        public Builder tls(TlsOffer tls) {
            this.tls = tls;
            return this;
        }

        /** Default null: a full authentication needs TLS. */
        public Builder rsaKeys(RsaKeyPair rsaKeys) {
            this.rsaKeys = rsaKeys;
            return this;
        }

        /** Default: a cache of 10,000 users of this configuration's own. Share one over reloads of the configuration. */
        public Builder fastVerifiers(FastVerifierCache fastVerifiers) {
            this.fastVerifiers = fastVerifiers;
            return this;
        }

        /** Default: the platform's. */
        public Builder random(SecureRandom random) {
            this.random = random;
            return this;
        }

        /** Default 16384; 1024 to 1048576 bytes. */
        public Builder maxHandshakeBytes(int maxHandshakeBytes) {
            this.maxHandshakeBytes = maxHandshakeBytes;
            return this;
        }

        /** Default 10000; 1 to 3600000 milliseconds. */
        public Builder timeoutMillis(long timeoutMillis) {
            this.timeoutMillis = timeoutMillis;
            return this;
        }

        /**
         * The configuration.
         *
         * @throws IllegalArgumentException when a value is out of range
         */
        public ServerHandshakeConfig build() {
            return new ServerHandshakeConfig(
                    serverVersion,
                    capabilities,
                    collationId,
                    statusFlags,
                    tls,
                    rsaKeys,
                    fastVerifiers,
                    random,
                    maxHandshakeBytes,
                    timeoutMillis);
        }
    }
}
