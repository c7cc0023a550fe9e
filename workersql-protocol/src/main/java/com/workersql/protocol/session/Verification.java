// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.wire.Bytes;
import java.security.PrivateKey;
import java.util.Arrays;

/**
 * The slow part of a full authentication: RSA and some thousand rounds of SHA-256. Run it once, on any thread, then hand it back
 * by {@link ServerHandshake#verified}; whoever passes it between threads orders the two.
 */
public final class Verification implements Runnable {
    private final PasswordVerifier verifier;
    private final Bytes encrypted;
    private final Bytes salt;
    private final PrivateKey key;
    private byte[] password;

    boolean matches;
    Bytes fastVerifier;

    Verification(PasswordVerifier verifier, byte[] password) {
        this.verifier = verifier;
        this.password = password;
        this.encrypted = null;
        this.salt = null;
        this.key = null;
    }

    Verification(PasswordVerifier verifier, Bytes encrypted, Bytes salt, PrivateKey key) {
        this.verifier = verifier;
        this.encrypted = encrypted;
        this.salt = salt;
        this.key = key;
    }

    @Override
    public void run() {
        if (encrypted != null) {
            password = CachingSha2Password.decrypt(encrypted, salt, key);
        }
        if (password == null) {
            // The hash is computed all the same: how long it takes must not tell what was wrong.
            verifier.matches(new byte[] {0});
            return;
        }
        matches = verifier.matches(password);
        if (matches) {
            fastVerifier = CachingSha2Password.fastVerifier(password);
        }
        Arrays.fill(password, (byte) 0);
        password = null;
    }
}
