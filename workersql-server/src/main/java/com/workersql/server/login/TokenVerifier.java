// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.login;

import com.workersql.server.config.AuthConfig;
import com.workersql.server.config.Names;
import com.workersql.server.users.Permission;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.lang.JoseException;

/**
 * Verifies JSON Web Tokens (RFC 7519) against given keys, and reads from them whom they speak for. Safe for all threads; does no
 * I/O.
 */
final class TokenVerifier {
    private static final int MAX_CHARS = 8_192;
    private static final int MAX_HEADER_CHARS = 1_024;
    private static final int MAX_USER_CHARS = 128;
    /** A token for longer than this is a mistake, or a number that no clock reaches. */
    private static final long MAX_EXPIRY_SECONDS = 100L * 366 * 86_400;

    private final AuthConfig.Jwt config;
    private final InstantSource clock;

    /**
     * Whom a token speaks for.
     *
     * @param expiresAtMillis since 1970
     * @param key the hash of the key that signed it
     */
    record Verified(String user, String tenant, Set<Permission> permissions, long expiresAtMillis, String key) {}

    /** Why a token is not taken. */
    static final class Rejected extends Exception {
        private static final long serialVersionUID = 1L;

        private final boolean unknownKey;

        Rejected(String message, boolean unknownKey) {
            super(message);
            this.unknownKey = unknownKey;
        }

        /** Whether newer keys may change this. */
        boolean isForUnknownKey() {
            return unknownKey;
        }
    }

    TokenVerifier(AuthConfig.Jwt config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    /**
     * Verifies a token.
     *
     * @throws Rejected saying why it is not taken
     */
    Verified verify(String token, SigningKeys keys) throws Rejected {
        int headerEnd = token.indexOf('.');
        int payloadEnd = token.indexOf('.', headerEnd + 1);
        // Five parts are an encrypted token, whose header may ask for any amount of work.
        boolean signed = headerEnd > 0 && payloadEnd > 0 && token.indexOf('.', payloadEnd + 1) < 0;
        if (!signed || token.length() > MAX_CHARS || headerEnd > MAX_HEADER_CHARS) {
            throw new Rejected("it is no signed token of up to " + MAX_CHARS + " characters", false);
        }
        var key = key(token, keys);
        return verified(checked(token, key), key.hash());
    }

    private static SigningKeys.Entry key(String token, SigningKeys keys) throws Rejected {
        try {
            var unverified = new JsonWebSignature();
            unverified.setCompactSerialization(token);
            var entry = keys.find(unverified.getKeyIdHeaderValue());
            if (entry == null) {
                throw new Rejected("its key is not known", true);
            }
            if (!entry.algorithm().equals(unverified.getAlgorithmHeaderValue())) {
                throw new Rejected("its algorithm is not that of the key", false);
            }
            return entry;
        } catch (JoseException | RuntimeException e) {
            throw new Rejected("it is malformed", false);
        }
    }

    private JwtClaims checked(String token, SigningKeys.Entry entry) throws Rejected {
        var consumer = new JwtConsumerBuilder()
                .setVerificationKey(entry.key())
                .setJwsAlgorithmConstraints(AlgorithmConstraints.ConstraintType.PERMIT, entry.algorithm())
                .setRequireExpirationTime()
                .setExpectedIssuer(config.issuer())
                .setExpectedAudience(config.audience())
                .setAllowedClockSkewInSeconds(config.leewaySeconds())
                .setEvaluationTime(NumericDate.fromMilliseconds(clock.millis()))
                .build();
        try {
            return consumer.processToClaims(token);
        } catch (InvalidJwtException e) {
            throw new Rejected(
                    e.getErrorDetails().isEmpty()
                            ? "it is malformed"
                            : e.getErrorDetails().get(0).getErrorMessage(),
                    false);
        }
    }

    private Verified verified(JwtClaims claims, String key) throws Rejected {
        long issuedSeconds;
        long expirySeconds;
        try {
            expirySeconds = claims.getExpirationTime().getValue();
            issuedSeconds =
                    claims.getIssuedAt() == null ? 0 : claims.getIssuedAt().getValue();
        } catch (MalformedClaimException e) {
            throw new Rejected("a time in it is no number", false);
        }
        long nowSeconds = clock.millis() / 1_000;
        if (issuedSeconds > nowSeconds + config.leewaySeconds()) {
            throw new Rejected("it was issued in the future", false);
        }
        if (expirySeconds > nowSeconds + MAX_EXPIRY_SECONDS) {
            throw new Rejected("its end lies beyond all measure", false);
        }
        var tenant = either(claims, "tenant_id", "tid");
        if (tenant == null || Names.fault(tenant, Names.MAX_TENANT) != null) {
            throw new Rejected("tenant_id is missing, or no name of a tenant", false);
        }
        var user = either(claims, "sub", "user_id");
        if (user == null || user.isBlank() || user.length() > MAX_USER_CHARS || hasControls(user)) {
            throw new Rejected("sub is missing, or no name of up to " + MAX_USER_CHARS + " characters", false);
        }
        long expiryMillis = (expirySeconds + config.leewaySeconds()) * 1_000;
        return new Verified(user, tenant, permissions(claims), expiryMillis, key);
    }

    private static boolean hasControls(String text) {
        return text.chars().anyMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c));
    }

    /** A claim under one of two names; under both only when they say the same. */
    private static String either(JwtClaims claims, String name, String other) throws Rejected {
        var one = text(claims, name);
        var two = text(claims, other);
        if (one != null && two != null && !one.equals(two) && !name.equals("sub")) {
            throw new Rejected(name + " and " + other + " are not the same", false);
        }
        return one != null ? one : two;
    }

    private static String text(JwtClaims claims, String name) throws Rejected {
        var value = claims.getClaimValue(name);
        if (value != null && !(value instanceof String)) {
            throw new Rejected(name + " is no text", false);
        }
        return (String) value;
    }

    private static Set<Permission> permissions(JwtClaims claims) throws Rejected {
        var granted = EnumSet.noneOf(Permission.class);
        for (var name : List.of("permissions", "roles")) {
            var value = claims.getClaimValue(name);
            Collection<?> words = value instanceof String text
                    ? List.of(text.split(" ", -1))
                    : value instanceof Collection<?> list ? list : value == null ? List.of() : null;
            if (words == null) {
                throw new Rejected(name + " is neither a list nor a text", false);
            }
            for (var permission : Permission.values()) {
                if (words.contains(permission.name().toLowerCase(Locale.ROOT))) {
                    granted.add(permission);
                }
            }
        }
        return granted;
    }
}
