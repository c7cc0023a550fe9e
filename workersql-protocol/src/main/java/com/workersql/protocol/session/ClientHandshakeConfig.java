// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import static java.util.Objects.requireNonNull;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.GssapiLogin;
import com.workersql.protocol.wire.Bytes;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How a client logs in. Immutable; safe for any thread; one value serves many connections.
 *
 * @param user the account
 * @param password empty when there is none
 * @param schema null for none
 * @param capabilities what the client can do; the bits that a handshake needs are added, CLIENT_SSL comes from {@code tls}
 * @param collationId 1 to 65535; for those above 255, which a server's family must have, see {@link ServerSession#setNames}
 * @param maxPacketBytes the largest packet that the client takes
 * @param attributes connection attributes
 * @param tls what is wanted of TLS
 * @param allowPublicKeyRetrieval whether the server may be asked for its RSA key when there is no TLS; who sits in between can
 *     answer with a key of its own and so learn the password
 * @param serverPublicKey the server's RSA key when it is known; nullable
 * @param enableClearPassword whether the password may be sent by {@code mysql_clear_password}, over TLS; then the server is told
 *     it as it is, so the TLS mode should verify the server
 * @param gssapi how a ticket is shown by {@code auth_gssapi_client}; null: it is not
 * @param furtherPasswords those of the second and the third factor, at most two; MULTI_FACTOR_AUTHENTICATION comes with them
 * @param timeoutMillis how long a handshake may take as a whole
 */
public record ClientHandshakeConfig(
        String user,
        Bytes password,
        String schema,
        CapabilityFlags capabilities,
        int collationId,
        int maxPacketBytes,
        Map<String, String> attributes,
        TlsMode tls,
        boolean allowPublicKeyRetrieval,
        PublicKey serverPublicKey,
        boolean enableClearPassword,
        GssapiLogin gssapi,
        List<Bytes> furtherPasswords,
        long timeoutMillis) {

    private static final long REQUIRED = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
            | CapabilityFlags.CLIENT_CONNECT_ATTRS;

    public ClientHandshakeConfig {
        requireNonNull(user, "user");
        requireNonNull(password, "password");
        requireNonNull(tls, "tls");
        capabilities = capabilities.with(REQUIRED);
        capabilities = schema == null
                ? capabilities.without(CapabilityFlags.CLIENT_CONNECT_WITH_DB)
                : capabilities.with(CapabilityFlags.CLIENT_CONNECT_WITH_DB);
        capabilities = tls == TlsMode.DISABLED
                ? capabilities.without(CapabilityFlags.CLIENT_SSL)
                : capabilities.with(CapabilityFlags.CLIENT_SSL);
        furtherPasswords = List.copyOf(furtherPasswords);
        requireRange("furtherPasswords", furtherPasswords.size(), 0, 2);
        if (!furtherPasswords.isEmpty()) {
            capabilities = capabilities.with(CapabilityFlags.MULTI_FACTOR_AUTHENTICATION);
        }
        attributes = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
        requireRange("collationId", collationId, 1, 65_535);
        requireRange("timeoutMillis", timeoutMillis, 1, 3_600_000);
    }

    private static void requireRange(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + value + ", allowed are " + least + " to " + most);
        }
    }

    /** A builder with the defaults. */
    public static Builder builder(String user) {
        return new Builder(user);
    }

    /** Collects a configuration. Not safe for several threads. */
    public static final class Builder {
        private final String user;
        private Bytes password = Bytes.EMPTY;
        private String schema;
        private CapabilityFlags capabilities = new CapabilityFlags(CapabilityFlags.CLIENT_LONG_PASSWORD
                | CapabilityFlags.CLIENT_LONG_FLAG
                | CapabilityFlags.CLIENT_TRANSACTIONS
                | CapabilityFlags.CLIENT_MULTI_RESULTS
                | CapabilityFlags.CLIENT_PS_MULTI_RESULTS
                | CapabilityFlags.CLIENT_SESSION_TRACK
                | CapabilityFlags.CLIENT_DEPRECATE_EOF);
        private int collationId = 45;
        private int maxPacketBytes = 0x40000000;
        private Map<String, String> attributes = Map.of();
        private TlsMode tls = TlsMode.PREFERRED;
        private boolean allowPublicKeyRetrieval;
        private PublicKey serverPublicKey;
        private boolean enableClearPassword;
        private GssapiLogin gssapi;
        private final List<Bytes> furtherPasswords = new ArrayList<>();
        private long timeoutMillis = 10_000;

        private Builder(String user) {
            this.user = user;
        }

        /** Default: none. The bytes are copied. */
        public Builder password(byte[] password) {
            this.password = Bytes.of(password);
            return this;
        }

        /** Default null. */
        public Builder schema(String schema) {
            this.schema = schema;
            return this;
        }

        /** Default: transactions, several results, session tracking, no EOF packets. */
        public Builder capabilities(CapabilityFlags capabilities) {
            this.capabilities = requireNonNull(capabilities, "capabilities");
            return this;
        }

        /** Default 45, utf8mb4_general_ci; 1 to 65535, see {@link ServerSession#setNames} for those above 255. */
        public Builder collationId(int collationId) {
            this.collationId = collationId;
            return this;
        }

        /** Default 1 GiB. */
        public Builder maxPacketBytes(int maxPacketBytes) {
            this.maxPacketBytes = maxPacketBytes;
            return this;
        }

        /** Default: none. */
        public Builder attributes(Map<String, String> attributes) {
            this.attributes = attributes;
            return this;
        }

        /** Default {@link TlsMode#PREFERRED}. */
        public Builder tls(TlsMode tls) {
            this.tls = tls;
            return this;
        }

        /** Default false. */
        public Builder allowPublicKeyRetrieval(boolean allow) {
            this.allowPublicKeyRetrieval = allow;
            return this;
        }

        /** Default null. */
        public Builder serverPublicKey(PublicKey key) {
            this.serverPublicKey = key;
            return this;
        }

        /** Default false. */
        public Builder enableClearPassword(boolean enable) {
            this.enableClearPassword = enable;
            return this;
        }

        /** Default null: no ticket is shown. */
        public Builder gssapi(GssapiLogin gssapi) {
            this.gssapi = gssapi;
            return this;
        }

        /** Adds the password of one more factor; default: none, at most two. The bytes are copied. */
        public Builder furtherPassword(byte[] password) {
            this.furtherPasswords.add(Bytes.of(password));
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
        public ClientHandshakeConfig build() {
            return new ClientHandshakeConfig(
                    user,
                    password,
                    schema,
                    capabilities,
                    collationId,
                    maxPacketBytes,
                    attributes,
                    tls,
                    allowPublicKeyRetrieval,
                    serverPublicKey,
                    enableClearPassword,
                    gssapi,
                    furtherPasswords,
                    timeoutMillis);
        }
    }
}
