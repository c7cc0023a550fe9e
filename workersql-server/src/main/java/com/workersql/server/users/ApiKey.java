// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.users;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;

/**
 * A key of a program that calls over HTTP. What the client sends is {@code wsk_NAME_SECRET}; kept is the SHA-256 of it alone,
 * which needs no salt nor slowness: the secret has 256 random bits.
 *
 * @param name the key's name, in the middle of what the client sends; also the user that its statements run as
 * @param sha256 the hash in 64 lower-case hexadecimal digits
 * @param tenant the tenant whose data it reaches; null for a gateway without tenants
 * @param permissions what its statements may do
 * @param expires from when on it is worth nothing; null for never
 */
public record ApiKey(String name, String sha256, String tenant, Set<Permission> permissions, Instant expires) {
    /** What every key begins with, so that tools find keys that leaked. */
    public static final String PREFIX = "wsk_";

    private static final int SECRET_BYTES = 32;
    private static final HexFormat HEX = HexFormat.of();

    /** Copies the permissions. */
    public ApiKey {
        permissions = permissions.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(permissions));
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("is no SHA-256 of 64 hexadecimal digits; make-api-key makes one");
        }
    }

    /**
     * The text of a new key.
     *
     * @param name its name
     * @param random makes the secret
     * @return to be shown once
     */
    public static String generate(String name, SecureRandom random) {
        var secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return PREFIX + name + "_" + HEX.formatHex(secret);
    }

    /**
     * The hash of a key's text.
     *
     * @param text as the client sends it
     * @return 64 lower-case hexadecimal digits
     */
    public static String hash(String text) {
        return hash(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The hash of a key in bytes.
     *
     * @param key as it is
     * @return 64 lower-case hexadecimal digits
     */
    public static String hash(byte[] key) {
        try {
            return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(key));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /**
     * Whether a text is this key, in a time that does not depend on where they differ.
     *
     * @param text as the client sent it
     * @param now the time of day
     * @return false also when it has expired
     */
    public boolean matches(String text, Instant now) {
        boolean same = MessageDigest.isEqual(
                hash(text).getBytes(StandardCharsets.US_ASCII), sha256.getBytes(StandardCharsets.US_ASCII));
        return same && (expires == null || now.isBefore(expires));
    }

    /** Does not show the hash. */
    @Override
    public String toString() {
        return "ApiKey[" + name + ", tenant=" + tenant + ", " + permissions + "]";
    }
}
