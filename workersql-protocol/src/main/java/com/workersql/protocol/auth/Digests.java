// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The digests, which every Java platform has. */
final class Digests {
    private Digests() {}

    static MessageDigest sha1() {
        return digest("SHA-1");
    }

    static MessageDigest sha256() {
        return digest("SHA-256");
    }

    static MessageDigest sha512() {
        return digest("SHA-512");
    }

    /** {@code target ^= mask}, for as many bytes as the target has; the mask is repeated. */
    static byte[] xor(byte[] target, byte[] mask) {
        for (int i = 0; i < target.length; i++) {
            target[i] ^= mask[i % mask.length];
        }
        return target;
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java platform lacks " + name, e);
        }
    }
}
