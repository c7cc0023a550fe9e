// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * SHA-256 crypt with a salt of any length, as MySQL uses it. Source: akkadia.org/drepper/SHA-crypt.txt, whose steps the comments
 * number.
 */
final class Sha256Crypt {
    private static final String ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static final int BYTES = 32;

    private Sha256Crypt() {}

    /** 43 characters. */
    static String hash(byte[] password, byte[] salt, int rounds) {
        MessageDigest sha256 = Digests.sha256();
        // 4 to 8
        sha256.update(password);
        sha256.update(salt);
        byte[] b = sha256.digest(password);
        // 1 to 3, 9 to 12
        sha256.update(password);
        sha256.update(salt);
        updateRepeated(sha256, b, password.length);
        for (int bits = password.length; bits > 0; bits >>>= 1) {
            sha256.update((bits & 1) != 0 ? b : password);
        }
        byte[] a = sha256.digest();
        // 13 to 16
        for (int i = 0; i < password.length; i++) {
            sha256.update(password);
        }
        byte[] p = repeatAndWipe(sha256.digest(), password.length);
        // 17 to 20
        int times = 16 + (a[0] & 0xFF);
        for (int i = 0; i < times; i++) {
            sha256.update(salt);
        }
        byte[] s = repeatAndWipe(sha256.digest(), salt.length);
        // 21
        for (int i = 0; i < rounds; i++) {
            boolean odd = (i & 1) != 0;
            sha256.update(odd ? p : a);
            if (i % 3 != 0) {
                sha256.update(s);
            }
            if (i % 7 != 0) {
                sha256.update(p);
            }
            sha256.update(odd ? a : p);
            digestInto(sha256, a);
        }
        // 22
        StringBuilder text = new StringBuilder(43);
        for (int i = 0; i < 10; i++) {
            int x = i % 3 == 0 ? i : i % 3 == 1 ? i + 20 : i + 10;
            int y = i % 3 == 0 ? i + 10 : i % 3 == 1 ? i : i + 20;
            int z = i % 3 == 0 ? i + 20 : i % 3 == 1 ? i + 10 : i;
            append(text, a[x], a[y], a[z], 4);
        }
        append(text, (byte) 0, a[31], a[30], 3);
        // Each of them tells a guessed password from others without the rounds.
        Arrays.fill(b, (byte) 0);
        Arrays.fill(p, (byte) 0);
        return text.toString();
    }

    private static void append(StringBuilder text, byte high, byte middle, byte low, int characters) {
        int bits = (high & 0xFF) << 16 | (middle & 0xFF) << 8 | (low & 0xFF);
        for (int i = 0; i < characters; i++) {
            text.append(ALPHABET.charAt(bits & 0x3F));
            bits >>>= 6;
        }
    }

    private static void updateRepeated(MessageDigest digest, byte[] block, int length) {
        for (int left = length; left > 0; left -= BYTES) {
            digest.update(block, 0, Math.min(BYTES, left));
        }
    }

    private static byte[] repeatAndWipe(byte[] block, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = block[i % BYTES];
        }
        Arrays.fill(block, (byte) 0);
        return bytes;
    }

    private static void digestInto(MessageDigest digest, byte[] target) {
        try {
            digest.digest(target, 0, BYTES);
        } catch (DigestException e) {
            throw new IllegalStateException("A SHA-256 digest has 32 bytes", e);
        }
    }
}
