// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.users;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes the verifier of a password. */
public final class PasswordHash {
    private PasswordHash() {}

    /** The verifier of a password, one line of text. */
    public static String of(byte[] password, SecureRandom random) {
        try {
            var digest = MessageDigest.getInstance("SHA-1");
            return "*" + HexFormat.of().withUpperCase().formatHex(digest.digest(digest.digest(password)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
