// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.auth;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;

/**
 * Ed25519 with keys made of any bytes. Verification is the platform's; signing is here, because the platform takes seeds of 32
 * bytes only. Source: RFC 8032, section 5.1, whose names the comments use; the addition is that of its section 5.1.4.
 *
 * <p>Big integers do not take the same time for all values. So the steps do not depend on the secret scalar's bits, and a random
 * multiple of the group's order is added to it first: what could be measured belongs to a number that is used once.
 */
final class Ed25519 {
    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger L =
            BigInteger.TWO.pow(252).add(new BigInteger("27742317777372353535851937790883648493"));
    private static final BigInteger D = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(P))
            .mod(P);
    private static final BigInteger TWO_D = D.shiftLeft(1).mod(P);
    private static final Point BASE = Point.affine(
            new BigInteger("15112221349535400772501151409588531511454012693041857206046113283949847762202"),
            new BigInteger("46316835694926478169428394003475163141307993866256225615783033603165251855960"));
    private static final Point NEUTRAL = Point.affine(BigInteger.ZERO, BigInteger.ONE);

    private static final int BLINDING_BITS = 64;
    private static final int SCALAR_BITS = 256 + BLINDING_BITS;
    private static final int KEY_BYTES = 32;
    private static final SecureRandom BLINDING = new SecureRandom();

    /** The SubjectPublicKeyInfo of RFC 8410 up to the key's 32 bytes. */
    private static final byte[] KEY_INFO = {0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00};

    private Ed25519() {}

    static byte[] publicKey(byte[] secret) {
        byte[] hash = Digests.sha512().digest(secret);
        byte[] key = encode(multiplyBase(clampedScalar(hash)));
        Arrays.fill(hash, (byte) 0);
        return key;
    }

    static byte[] sign(byte[] secret, byte[] message) {
        byte[] hash = Digests.sha512().digest(secret);
        BigInteger s = clampedScalar(hash);
        byte[] publicKey = encode(multiplyBase(s));
        MessageDigest sha512 = Digests.sha512();
        sha512.update(hash, KEY_BYTES, KEY_BYTES);
        Arrays.fill(hash, (byte) 0);
        BigInteger r = littleEndian(sha512.digest(message)).mod(L);
        byte[] encodedR = encode(multiplyBase(r));
        sha512.update(encodedR);
        sha512.update(publicKey);
        BigInteger k = littleEndian(sha512.digest(message)).mod(L);
        byte[] signature = Arrays.copyOf(encodedR, 2 * KEY_BYTES);
        writeLittleEndian(r.add(k.multiply(s)).mod(L), signature, KEY_BYTES);
        return signature;
    }

    static boolean verify(byte[] signature, byte[] message, byte[] publicKey) {
        try {
            byte[] info = Arrays.copyOf(KEY_INFO, KEY_INFO.length + publicKey.length);
            System.arraycopy(publicKey, 0, info, KEY_INFO.length, publicKey.length);
            PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(info));
            Signature verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            // No point of the curve, or no signature.
            return false;
        }
    }

    private static BigInteger clampedScalar(byte[] hash) {
        byte[] scalar = Arrays.copyOf(hash, KEY_BYTES);
        scalar[0] &= (byte) 0xF8;
        scalar[KEY_BYTES - 1] &= 0x7F;
        scalar[KEY_BYTES - 1] |= 0x40;
        BigInteger value = littleEndian(scalar);
        Arrays.fill(scalar, (byte) 0);
        return value;
    }

    private static Point multiplyBase(BigInteger scalar) {
        BigInteger blinded = scalar.add(L.multiply(new BigInteger(BLINDING_BITS - 1, BLINDING)));
        Point result = NEUTRAL;
        for (int bit = SCALAR_BITS - 1; bit >= 0; bit--) {
            Point doubled = result.add(result);
            Point added = doubled.add(BASE);
            result = blinded.testBit(bit) ? added : doubled;
        }
        return result;
    }

    private static byte[] encode(Point point) {
        BigInteger inverse = point.z.modInverse(P);
        BigInteger x = point.x.multiply(inverse).mod(P);
        byte[] bytes = new byte[KEY_BYTES];
        writeLittleEndian(point.y.multiply(inverse).mod(P), bytes, 0);
        if (x.testBit(0)) {
            bytes[KEY_BYTES - 1] |= (byte) 0x80;
        }
        return bytes;
    }

    private static BigInteger littleEndian(byte[] bytes) {
        byte[] reversed = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            reversed[i] = bytes[bytes.length - 1 - i];
        }
        return new BigInteger(1, reversed);
    }

    private static void writeLittleEndian(BigInteger value, byte[] target, int offset) {
        byte[] bytes = value.toByteArray();
        for (int i = 0; i < bytes.length && i < KEY_BYTES; i++) {
            target[offset + i] = bytes[bytes.length - 1 - i];
        }
    }

    /** Extended homogeneous coordinates: x = X/Z, y = Y/Z, x * y = T/Z. */
    private record Point(BigInteger x, BigInteger y, BigInteger z, BigInteger t) {
        static Point affine(BigInteger x, BigInteger y) {
            return new Point(x, y, BigInteger.ONE, x.multiply(y).mod(P));
        }

        /** Complete: also for equal points and for the neutral one. */
        Point add(Point other) {
            BigInteger a = y.subtract(x).multiply(other.y.subtract(other.x)).mod(P);
            BigInteger b = y.add(x).multiply(other.y.add(other.x)).mod(P);
            BigInteger c = t.multiply(TWO_D).mod(P).multiply(other.t).mod(P);
            BigInteger d = z.multiply(other.z).shiftLeft(1).mod(P);
            BigInteger e = b.subtract(a);
            BigInteger f = d.subtract(c);
            BigInteger g = d.add(c);
            BigInteger h = b.add(a);
            return new Point(
                    e.multiply(f).mod(P),
                    g.multiply(h).mod(P),
                    f.multiply(g).mod(P),
                    e.multiply(h).mod(P));
        }
    }
}
