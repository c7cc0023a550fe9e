// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.gateways;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Proves that a request comes from a gateway with the same key: {@code from.millis.nonce.signature}. The signature (HMAC-SHA256) covers
 * all of that, the gateway that it is for and the body. A seal is good once, and for {@value #WINDOW_MILLIS} ms, by which the gateways'
 * clocks may differ. Safe for all threads.
 */
public final class PeerSeal {
    /** The header of a request that holds its seal. */
    public static final String HEADER = "workersql-peer";

    /** How old a seal may be, or how far ahead. */
    static final long WINDOW_MILLIS = 30_000;

    private static final String ALGORITHM = "HmacSHA256";
    private static final String PURPOSE = "workersql peer";
    private static final int NONCE_BYTES = 16;
    private static final int MAX_CHARS = 256;
    private static final int MAX_REMEMBERED = 100_000;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final SecretKeySpec key;
    private final int self;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Set<String> used = new HashSet<>();
    private final Queue<Used> oldest = new ArrayDeque<>();

    private record Used(String nonce, long forgottenMillis) {}

    /**
     * Seals of a gateway.
     *
     * @param key the key that all gateways share; copied
     * @param self the number of this gateway
     * @param clock the time of day, which is to be about the same on all gateways
     * @param random makes seals differ
     */
    public PeerSeal(byte[] key, int self, InstantSource clock, SecureRandom random) {
        this.key = new SecretKeySpec(key, ALGORITHM);
        this.self = self;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Seals a request.
     *
     * @param to the gateway that it is for
     * @param body its body
     * @return the value of {@link #HEADER}
     */
    public String seal(int to, byte[] body) {
        var nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        var text = self + "." + clock.millis() + "." + BASE64.encodeToString(nonce);
        return text + "." + BASE64.encodeToString(sign(text, to, body));
    }

    /**
     * Looks whether a request comes from another gateway; one seal is accepted once.
     *
     * @param seal the value of {@link #HEADER}; null when there is none
     * @param body the request's body
     * @return null when it does, else what is wrong, for the log and for whoever has the key
     */
    public String fault(String seal, byte[] body) {
        int signatureStart = seal == null ? -1 : seal.lastIndexOf('.');
        if (signatureStart < 0 || seal.length() > MAX_CHARS) {
            return "there is no seal of a gateway";
        }
        var text = seal.substring(0, signatureStart);
        var right = BASE64.encode(sign(text, self, body));
        if (!MessageDigest.isEqual(right, seal.substring(signatureStart + 1).getBytes(StandardCharsets.ISO_8859_1))) {
            return "the seal was made by another key, or for another gateway or request";
        }
        // Signed by a gateway: it has its three parts, and the second is a number.
        var parts = text.split("\\.", -1);
        long madeMillis = Long.parseLong(parts[1]);
        long now = clock.millis();
        if (Math.abs(now - madeMillis) > WINDOW_MILLIS) {
            return "the clocks of gateways " + parts[0] + " and " + self + " differ by " + Math.abs(now - madeMillis)
                    + " ms, or the seal is old; allowed are " + WINDOW_MILLIS;
        }
        return use(parts[2], madeMillis + WINDOW_MILLIS, now);
    }

    private synchronized String use(String nonce, long forgottenMillis, long now) {
        while (!oldest.isEmpty() && oldest.element().forgottenMillis() < now) {
            used.remove(oldest.remove().nonce());
        }
        if (used.size() >= MAX_REMEMBERED) {
            return "more than " + MAX_REMEMBERED + " requests of gateways came in " + WINDOW_MILLIS + " ms";
        }
        if (!used.add(nonce)) {
            return "the seal was used before";
        }
        oldest.add(new Used(nonce, forgottenMillis));
        return null;
    }

    private byte[] sign(String text, int to, byte[] body) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((PURPOSE + "\0" + text + "\0" + to + "\0").getBytes(StandardCharsets.UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
        }
    }
}
