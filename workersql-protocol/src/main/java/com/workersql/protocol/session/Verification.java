// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.session;

import com.workersql.protocol.auth.CachingSha2Password;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.session.ServerPlugin.Next;
import com.workersql.protocol.wire.Bytes;
import java.security.PrivateKey;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The slow part of an authentication: RSA, signatures, some thousand rounds of SHA-256, a ticket, or what a directory answers. Run it once,
 * on any thread, then hand it back by {@link ServerHandshake#verified}; whoever passes it between threads orders the two.
 */
public final class Verification implements Runnable {
    private final PasswordVerifier verifier;
    private final Supplier<byte[]> password;
    private final Supplier<Next> answer;

    Next outcome = ServerPlugin.REFUSED;
    Bytes fastVerifier;

    private Verification(PasswordVerifier verifier, Supplier<byte[]> password, Supplier<Next> answer) {
        this.verifier = verifier;
        this.password = password;
        this.answer = answer;
    }

    /** Checks what was proven without a password. */
    static Verification ofProof(BooleanSupplier proof) {
        return ofAnswer(() -> proof.getAsBoolean() ? ServerPlugin.MATCHED : ServerPlugin.REFUSED);
    }

    /** Makes what follows of the client's answer. */
    static Verification ofAnswer(Supplier<Next> answer) {
        return new Verification(null, null, answer);
    }

    /**
     * Checks a password.
     *
     * @param password wiped afterwards; null when the client's bytes held none
     */
    static Verification ofPassword(PasswordVerifier verifier, byte[] password) {
        return new Verification(verifier, () -> password, null);
    }

    /** Checks a password that was encrypted by our public key. */
    static Verification ofEncrypted(PasswordVerifier verifier, Bytes encrypted, Bytes salt, PrivateKey key) {
        return new Verification(verifier, () -> CachingSha2Password.decrypt(encrypted, salt, key), null);
    }

    @Override
    public void run() {
        if (answer != null) {
            outcome = answer.get();
        } else if (check(password.get())) {
            outcome = ServerPlugin.MATCHED;
        }
    }

    private boolean check(byte[] given) {
        if (given == null) {
            if (!(verifier instanceof PasswordVerifier.External)) {
                // The hash is computed all the same: how long it takes must not tell what was wrong.
                verifier.matches(new byte[] {0});
            }
            return false;
        }
        try {
            boolean found = verifier.matches(given);
            if (found && verifier instanceof PasswordVerifier.CachingSha2) {
                fastVerifier = CachingSha2Password.fastVerifier(given);
            }
            return found;
        } finally {
            Arrays.fill(given, (byte) 0);
        }
    }
}
