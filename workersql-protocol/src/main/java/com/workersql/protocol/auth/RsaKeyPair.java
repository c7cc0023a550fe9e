// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * The RSA keys of a server, for {@code caching_sha2_password} without TLS. Safe for any thread.
 *
 * @param privateKey stays on the server
 * @param publicKey is told to clients that ask
 */
public record RsaKeyPair(PrivateKey privateKey, PublicKey publicKey) {
    private static final int KEY_BITS = 2048;

    public RsaKeyPair {
        requireNonNull(privateKey, "privateKey");
        requireNonNull(publicKey, "publicKey");
    }

    /** New keys of 2048 bits, as MySQL makes them. Takes some hundred milliseconds. */
    public static RsaKeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(KEY_BITS);
            KeyPair pair = generator.generateKeyPair();
            return new RsaKeyPair(pair.getPrivate(), pair.getPublic());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java platform lacks RSA", e);
        }
    }

    /**
     * Keys from PEM texts: PKCS #8 ({@code BEGIN PRIVATE KEY}) and SubjectPublicKeyInfo ({@code BEGIN PUBLIC KEY}).
     *
     * @throws IllegalArgumentException when they are no such texts
     */
    public static RsaKeyPair ofPem(String privatePem, String publicPem) {
        try {
            PrivateKey key = KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(decodePem(privatePem, "PRIVATE KEY")));
            return new RsaKeyPair(key, parsePublicPem(publicPem));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no RSA private key in PKCS #8 form", e);
        }
    }

    /** The public key as a server sends it. */
    public String publicPem() {
        return "-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey.getEncoded())
                + "\n-----END PUBLIC KEY-----\n";
    }

    /** How long what was encrypted by the public key is. */
    public int encryptedBytes() {
        return (((java.security.interfaces.RSAKey) publicKey).getModulus().bitLength() + 7) / 8;
    }

    /**
     * A public key as a server sends it.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static PublicKey parsePublicPem(String pem) {
        try {
            return KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(decodePem(pem, "PUBLIC KEY")));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no RSA public key", e);
        }
    }

    private static byte[] decodePem(String pem, String label) {
        String begin = "-----BEGIN " + label + "-----";
        int start = pem.indexOf(begin);
        int end = pem.indexOf("-----END " + label + "-----");
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("no PEM text with '" + begin + "'");
        }
        return Base64.getMimeDecoder()
                .decode(pem.substring(start + begin.length(), end).getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public String toString() {
        return "RsaKeyPair[]";
    }
}
