// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.users;

import java.security.SecureRandom;

/** Passwords that are made, not chosen: letters and digits that are not taken for one another, about 115 bits of chance. */
public final class RandomPassword {
    private static final String ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private static final int CHARS = 20;

    private RandomPassword() {}

    /** A new password; it needs no quoting in SQL, YAML or a shell. */
    public static String next(SecureRandom random) {
        var password = new StringBuilder(CHARS);
        for (int i = 0; i < CHARS; i++) {
            password.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return password.toString();
    }
}
