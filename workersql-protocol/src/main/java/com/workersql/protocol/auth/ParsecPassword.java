// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * {@code parsec} of MariaDB 11.6 and later: a signature of both sides' random bytes, by a key that is derived slowly.
 *
 * <pre>{@code
 * server: switch with a scramble (32 bytes)
 * client: nothing
 * server: 'P', factor (1 byte), salt (rest)
 * client: scramble (32 bytes), Ed25519 signature of (server's scramble, client's scramble) (64 bytes)
 * seed   := PBKDF2-HMAC-SHA512(password, salt, 1024 << factor, 32 bytes)
 * }</pre>
 *
 * <p>Source: mariadb.com "Authentication Plugin - PARSEC".
 */
public final class ParsecPassword {
    /** The plugin's name. */
    public static final String PLUGIN = "parsec";

    /** How long either side's scramble is. */
    public static final int SCRAMBLE_BYTES = 32;

    /** How long the client's second packet is. */
    public static final int RESPONSE_BYTES = SCRAMBLE_BYTES + Ed25519Password.RESPONSE_BYTES;

    /** How long the salt of a new verifier is, as in the server. */
    public static final int SALT_BYTES = 18;

    /**
     * The largest factor that is computed: 16384 rounds, some ten milliseconds. The server names it before it has proven anything,
     * so it must not be able to keep a client busy.
     */
    public static final int MAX_FACTOR = 4;

    private static final int DERIVATION = 'P';
    private static final int LEAST_ROUNDS = 1024;
    private static final int SEED_BYTES = 32;

    private ParsecPassword() {}

    /**
     * The client's second packet. Takes milliseconds.
     *
     * @param password stays the caller's
     * @param serverScramble 32 bytes
     * @param extendedSalt what the server sent behind the client's first packet
     * @param random gives the client's scramble
     * @throws ProtocolException when the server's bytes are not what this class knows, or its factor is too large (1043)
     */
    public static Bytes response(byte[] password, Bytes serverScramble, Bytes extendedSalt, SecureRandom random) {
        if (extendedSalt.length() < 3 || extendedSalt.at(0) != DERIVATION) {
            throw ProtocolException.badHandshake("the server sent a salt that parsec does not know");
        }
        int factor = extendedSalt.at(1);
        if (factor > MAX_FACTOR) {
            throw ProtocolException.badHandshake(
                    "the server asks for the parsec factor " + factor + ", allowed are 0 to " + MAX_FACTOR);
        }
        byte[] clientScramble = new byte[SCRAMBLE_BYTES];
        random.nextBytes(clientScramble);
        byte[] salt = Arrays.copyOfRange(extendedSalt.toArray(), 2, extendedSalt.length());
        byte[] seed = seed(password, salt, factor);
        byte[] signature = Ed25519.sign(seed, join(serverScramble.toArray(), clientScramble));
        Arrays.fill(seed, (byte) 0);
        return Bytes.of(join(clientScramble, signature));
    }

    /** What the server sends behind the client's first packet. */
    public static Bytes extendedSalt(int factor, Bytes salt) {
        return Bytes.of(join(new byte[] {DERIVATION, (byte) factor}, salt.toArray()));
    }

    /** What the server keeps beside factor and salt. Takes milliseconds. */
    public static Bytes publicKey(byte[] password, Bytes salt, int factor) {
        byte[] seed = seed(password, salt.toArray(), factor);
        byte[] key = Ed25519.publicKey(seed);
        Arrays.fill(seed, (byte) 0);
        return Bytes.of(key);
    }

    /** True when {@code response} was made with the password behind {@code publicKey}. */
    public static boolean verify(Bytes response, Bytes serverScramble, Bytes publicKey) {
        if (response.length() != RESPONSE_BYTES || publicKey.length() != Ed25519Password.PUBLIC_KEY_BYTES) {
            return false;
        }
        byte[] bytes = response.toArray();
        byte[] message = join(serverScramble.toArray(), Arrays.copyOf(bytes, SCRAMBLE_BYTES));
        byte[] signature = Arrays.copyOfRange(bytes, SCRAMBLE_BYTES, RESPONSE_BYTES);
        return Ed25519.verify(signature, message, publicKey.toArray());
    }

    /** PBKDF2 as in RFC 8018, section 5.2, for one block: the platform's own takes characters, a password here is bytes. */
    private static byte[] seed(byte[] password, byte[] salt, int factor) {
        try {
            Mac mac = Mac.getInstance("HmacSHA512");
            // An empty key is not allowed there; HMAC fills keys up with zeros, so one zero is the same key.
            mac.init(new SecretKeySpec(password.length == 0 ? new byte[1] : password, "HmacSHA512"));
            mac.update(salt);
            byte[] u = mac.doFinal(ByteBuffer.allocate(4).putInt(1).array());
            byte[] block = u.clone();
            for (int round = 1; round < LEAST_ROUNDS << factor; round++) {
                u = mac.doFinal(u);
                Digests.xor(block, u);
            }
            byte[] seed = Arrays.copyOf(block, SEED_BYTES);
            Arrays.fill(block, (byte) 0);
            Arrays.fill(u, (byte) 0);
            return seed;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java platform lacks HmacSHA512", e);
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }
}
