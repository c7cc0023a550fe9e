// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import com.workersql.protocol.wire.Bytes;

/**
 * {@code client_ed25519} of MariaDB: the client signs the server's salt, the server keeps the public key.
 *
 * <pre>{@code
 * key      := SHA512(password), where Ed25519 itself has SHA512(seed of 32 bytes)
 * response := Ed25519 signature of the salt (64 bytes)
 * }</pre>
 *
 * <p>Signatures are those of RFC 8032, so the platform verifies them; only the key is made of a password of any length, which
 * the platform does not allow. Source: mariadb.com "Authentication Plugin - ed25519".
 */
public final class Ed25519Password {
    /** The plugin's name on the wire; the server's own name for it is {@code ed25519}. */
    public static final String PLUGIN = "client_ed25519";

    /** How long the salt of the switch is. It comes without a NUL. */
    public static final int SALT_BYTES = 32;

    /** How long a response is. */
    public static final int RESPONSE_BYTES = 64;

    /** How long a public key is. */
    public static final int PUBLIC_KEY_BYTES = 32;

    private Ed25519Password() {}

    /**
     * The client's response. Takes milliseconds.
     *
     * @param password stays the caller's
     * @param salt 32 bytes
     * @return empty for an empty password
     */
    public static Bytes response(byte[] password, Bytes salt) {
        return password.length == 0 ? Bytes.EMPTY : Bytes.of(Ed25519.sign(password, salt.toArray()));
    }

    /** What the server keeps. Takes milliseconds. */
    public static Bytes publicKey(byte[] password) {
        return Bytes.of(Ed25519.publicKey(password));
    }

    /** True when {@code response} is the signature of {@code salt} by the password behind {@code publicKey}. */
    public static boolean verify(Bytes response, Bytes salt, Bytes publicKey) {
        return response.length() == RESPONSE_BYTES
                && publicKey.length() == PUBLIC_KEY_BYTES
                && Ed25519.verify(response.toArray(), salt.toArray(), publicKey.toArray());
    }
}
