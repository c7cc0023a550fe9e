// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import com.workersql.protocol.wire.Bytes;
import java.security.SecureRandom;

/** The random bytes that make each authentication different. */
public final class Salt {
    /** How long a salt is. */
    public static final int BYTES = 20;

    private static final int DOLLAR = '$';

    private Salt() {}

    /**
     * A new salt: 20 bytes from 1 to 127 without {@code $}. A NUL would end it early in clients that treat it as a string, and
     * {@code $} is the separator of MySQL's verifiers.
     */
    public static Bytes next(SecureRandom random) {
        return next(random, BYTES);
    }

    /** A new salt of another length, of the same bytes. */
    public static Bytes next(SecureRandom random, int bytes) {
        byte[] salt = new byte[bytes];
        for (int i = 0; i < salt.length; i++) {
            // 126 values are left of 1 to 127.
            int value = 1 + random.nextInt(126);
            salt[i] = (byte) (value >= DOLLAR ? value + 1 : value);
        }
        return Bytes.of(salt);
    }
}
