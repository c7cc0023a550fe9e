// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

/**
 * {@code sha256_password}: the password itself goes to the server, over TLS or encrypted by the server's RSA key.
 *
 * <pre>{@code
 * over TLS: the password and a NUL
 * else:     0x01 asks for the server's RSA key (0x01 and a PEM), and RSA-OAEP((password, NUL) XOR salt*) follows
 * }</pre>
 *
 * <p>The arithmetic is that of a full {@link CachingSha2Password}. Source: dev.mysql.com "SHA-256 authentication".
 */
public final class Sha256Password {
    /** The plugin's name. */
    public static final String PLUGIN = "sha256_password";

    /** Client: what is the server's public key? */
    public static final int REQUEST_PUBLIC_KEY = 0x01;

    private Sha256Password() {}
}
