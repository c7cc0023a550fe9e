// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import com.workersql.protocol.ProtocolException;
import com.workersql.protocol.wire.Bytes;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.util.Arrays;
import javax.crypto.Cipher;

/**
 * {@code caching_sha2_password}.
 *
 * <pre>{@code
 * fast: response := SHA256(password) XOR SHA256(SHA256(SHA256(password)), salt)
 *       the server answers 0x01 0x03 and OK when it has SHA256(SHA256(password)) in memory, else 0x01 0x04
 * full: over TLS the client sends the password and a NUL;
 *       else 0x02 asks for the server's RSA key (0x01 and a PEM), and RSA-OAEP((password, NUL) XOR salt*) follows
 * }</pre>
 *
 * <p>Source: dev.mysql.com "Caching_sha2_password information", "SHA-256 authentication".
 */
public final class CachingSha2Password {
    /** The plugin's name. */
    public static final String PLUGIN = "caching_sha2_password";

    /** How long a response of the fast exchange is. */
    public static final int RESPONSE_BYTES = 32;

    /** Client: what is the server's public key? */
    public static final int REQUEST_PUBLIC_KEY = 0x02;

    /** Server: the fast exchange succeeded, OK follows. */
    public static final int FAST_AUTH_SUCCESS = 0x03;

    /** Server: the password itself is needed. */
    public static final int PERFORM_FULL_AUTHENTICATION = 0x04;

    private static final String OAEP = "RSA/ECB/OAEPWithSHA-1AndMGF1Padding";

    private CachingSha2Password() {}

    /**
     * The client's response of the fast exchange.
     *
     * @param password stays the caller's
     * @param salt 20 bytes without the NUL
     * @return empty for an empty password
     */
    public static Bytes response(byte[] password, Bytes salt) {
        if (password.length == 0) {
            return Bytes.EMPTY;
        }
        MessageDigest sha256 = Digests.sha256();
        byte[] stage1 = sha256.digest(password);
        byte[] stage2 = sha256.digest(stage1);
        sha256.update(stage2);
        return Bytes.of(Digests.xor(stage1, sha256.digest(salt.toArray())));
    }

    /** What makes the fast exchange possible: SHA256(SHA256(password)). */
    public static Bytes fastVerifier(byte[] password) {
        return Bytes.of(Digests.twice(Digests.sha256(), password));
    }

    /** True when {@code response} was made with the password behind {@code fastVerifier}. Same time for any response. */
    public static boolean verifyFast(Bytes response, Bytes salt, Bytes fastVerifier) {
        if (response.length() != RESPONSE_BYTES || fastVerifier.length() != RESPONSE_BYTES) {
            return false;
        }
        MessageDigest sha256 = Digests.sha256();
        sha256.update(fastVerifier.toArray());
        byte[] stage1 = Digests.xor(sha256.digest(salt.toArray()), response.toArray());
        boolean isProof = MessageDigest.isEqual(sha256.digest(stage1), fastVerifier.toArray());
        Arrays.fill(stage1, (byte) 0);
        return isProof;
    }

    /**
     * The client's full answer without TLS.
     *
     * @throws ProtocolException when the password is too long for the key (1043)
     */
    public static Bytes encrypt(byte[] password, Bytes salt, PublicKey key) {
        byte[] padded = Digests.xor(Arrays.copyOf(password, password.length + 1), salt.toArray());
        try {
            Cipher cipher = Cipher.getInstance(OAEP);
            cipher.init(Cipher.ENCRYPT_MODE, key);
            return Bytes.of(cipher.doFinal(padded));
        } catch (GeneralSecurityException e) {
            throw ProtocolException.badHandshake(
                    "the password cannot be encrypted by the server's RSA key: " + e.getMessage());
        } finally {
            Arrays.fill(padded, (byte) 0);
        }
    }

    /**
     * The server's reading of the client's full answer without TLS.
     *
     * @return the password, which the caller wipes; null when it is no such answer
     */
    public static byte[] decrypt(Bytes encrypted, Bytes salt, PrivateKey key) {
        try {
            Cipher cipher = Cipher.getInstance(OAEP);
            cipher.init(Cipher.DECRYPT_MODE, key);
            byte[] padded = Digests.xor(cipher.doFinal(encrypted.toArray()), salt.toArray());
            return withoutNul(padded);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    /**
     * Takes the NUL behind a password away, and wipes the given bytes.
     *
     * @return the password, which the caller wipes; null when there is no NUL at the end
     */
    public static byte[] withoutNul(byte[] terminated) {
        int length = terminated.length - 1;
        byte[] password = length >= 0 && terminated[length] == 0 ? Arrays.copyOf(terminated, length) : null;
        Arrays.fill(terminated, (byte) 0);
        return password;
    }
}
