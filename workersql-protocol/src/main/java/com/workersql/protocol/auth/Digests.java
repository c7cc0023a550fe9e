// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

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

    /** The digest of a password's digest. The inner one is as good as the password, and is wiped. */
    static byte[] twice(MessageDigest digest, byte[] password) {
        byte[] inner = digest.digest(password);
        byte[] outer = digest.digest(inner);
        Arrays.fill(inner, (byte) 0);
        return outer;
    }

    private static MessageDigest digest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java platform lacks " + name, e);
        }
    }
}
