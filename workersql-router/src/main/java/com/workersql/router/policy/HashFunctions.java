// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;
import java.util.Optional;

/** The hash functions that every policy knows by name. */
public enum HashFunctions implements HashFunction {
    /** XXH64 with seed 0. */
    XXH64 {
        @Override
        public int slot(byte[] key, int offset, int length) {
            return (int) (xxh64(key, offset, length, 0) >>> SLOT_SHIFT);
        }
    },
    /** DES-ECB with a null key over the big-endian integer, which is Vitess's {@code hash} vindex; integer keys only. */
    VITESS_HASH {
        @Override
        public int slot(byte[] key, int offset, int length) {
            if (length != Long.BYTES) {
                throw new IllegalArgumentException("vitess_hash takes 8 bytes, got " + length);
            }
            return (int) (NullKeyDes.encrypt((long) LONG_BIG.get(key, offset)) >>> SLOT_SHIFT);
        }

        @Override
        public boolean accepts(KeyType type) {
            return type == KeyType.INT || type == KeyType.UINT;
        }
    },
    /** CRC-16/XMODEM modulo the number of slots, which is Redis Cluster's function. */
    CRC16 {
        @Override
        public int slot(byte[] key, int offset, int length) {
            return crc16(key, offset, length) % SlotTable.SLOTS;
        }
    },
    /** The first 64 bits of MurmurHash3 x64 128 with seed 0. */
    MURMUR3 {
        @Override
        public int slot(byte[] key, int offset, int length) {
            return (int) (murmur3(key, offset, length) >>> SLOT_SHIFT);
        }
    },
    /** The first 8 bytes of SHA-256, big-endian. */
    SHA256 {
        @Override
        public int slot(byte[] key, int offset, int length) {
            return (int) ((long) LONG_BIG.get(sha256(key, offset, length), 0) >>> SLOT_SHIFT);
        }
    };

    private static final int SLOT_SHIFT = 50;

    private static final VarHandle LONG_LITTLE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_LITTLE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_BIG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;

    private static final long MURMUR_1 = 0x87c37b91114253d5L;
    private static final long MURMUR_2 = 0x4cf5ad432745937fL;

    /**
     * {@return the function of a name}
     *
     * @param name the name as policies write it
     */
    public static Optional<HashFunctions> named(String name) {
        for (HashFunctions function : values()) {
            if (function.policyName().equals(name)) {
                return Optional.of(function);
            }
        }
        return Optional.empty();
    }

    @Override
    public String policyName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * {@return the 64-bit xxHash, as specified in github.com/Cyan4973/xxHash, doc/xxhash_spec.md}
     *
     * @param data holds the input
     * @param offset where it begins
     * @param length how long it is
     * @param seed the seed
     */
    public static long xxh64(byte[] data, int offset, int length, long seed) {
        int at = offset;
        int end = offset + length;
        long hash;
        if (length >= 32) {
            long v1 = seed + PRIME_1 + PRIME_2;
            long v2 = seed + PRIME_2;
            long v3 = seed;
            long v4 = seed - PRIME_1;
            for (int limit = end - 32; at <= limit; at += 32) {
                v1 = round(v1, (long) LONG_LITTLE.get(data, at));
                v2 = round(v2, (long) LONG_LITTLE.get(data, at + 8));
                v3 = round(v3, (long) LONG_LITTLE.get(data, at + 16));
                v4 = round(v4, (long) LONG_LITTLE.get(data, at + 24));
            }
            hash = Long.rotateLeft(v1, 1) + Long.rotateLeft(v2, 7) + Long.rotateLeft(v3, 12) + Long.rotateLeft(v4, 18);
            hash = mergeRound(mergeRound(mergeRound(mergeRound(hash, v1), v2), v3), v4);
        } else {
            hash = seed + PRIME_5;
        }
        hash += length;
        for (; at + 8 <= end; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, (long) LONG_LITTLE.get(data, at)), 27) * PRIME_1 + PRIME_4;
        }
        if (at + 4 <= end) {
            hash = Long.rotateLeft(hash ^ (((int) INT_LITTLE.get(data, at)) & 0xFFFFFFFFL) * PRIME_1, 23) * PRIME_2
                    + PRIME_3;
            at += 4;
        }
        for (; at < end; at++) {
            hash = Long.rotateLeft(hash ^ (data[at] & 0xFF) * PRIME_5, 11) * PRIME_1;
        }
        hash = (hash ^ (hash >>> 33)) * PRIME_2;
        hash = (hash ^ (hash >>> 29)) * PRIME_3;
        return hash ^ (hash >>> 32);
    }

    private static long round(long accumulator, long lane) {
        return Long.rotateLeft(accumulator + lane * PRIME_2, 31) * PRIME_1;
    }

    private static long mergeRound(long hash, long accumulator) {
        return (hash ^ round(0, accumulator)) * PRIME_1 + PRIME_4;
    }

    static int crc16(byte[] data, int offset, int length) {
        int crc = 0;
        for (int i = offset; i < offset + length; i++) {
            crc ^= (data[i] & 0xFF) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
            }
            crc &= 0xFFFF;
        }
        return crc;
    }

    static long murmur3(byte[] data, int offset, int length) {
        long h1 = 0;
        long h2 = 0;
        int blocks = length >>> 4;
        for (int i = 0; i < blocks; i++) {
            long k1 = (long) LONG_LITTLE.get(data, offset + i * 16);
            long k2 = (long) LONG_LITTLE.get(data, offset + i * 16 + 8);
            h1 ^= Long.rotateLeft(k1 * MURMUR_1, 31) * MURMUR_2;
            h1 = (Long.rotateLeft(h1, 27) + h2) * 5 + 0x52dce729;
            h2 ^= Long.rotateLeft(k2 * MURMUR_2, 33) * MURMUR_1;
            h2 = (Long.rotateLeft(h2, 31) + h1) * 5 + 0x38495ab5;
        }
        long k1 = 0;
        long k2 = 0;
        int tail = offset + blocks * 16;
        for (int i = (length & 15) - 1; i >= 0; i--) {
            long value = data[tail + i] & 0xFF;
            if (i >= 8) {
                k2 |= value << ((i - 8) * 8);
            } else {
                k1 |= value << (i * 8);
            }
        }
        h2 ^= Long.rotateLeft(k2 * MURMUR_2, 33) * MURMUR_1;
        h1 ^= Long.rotateLeft(k1 * MURMUR_1, 31) * MURMUR_2;
        h1 ^= length;
        h2 ^= length;
        h1 += h2;
        h2 += h1;
        return finish(h1) + finish(h2);
    }

    private static long finish(long value) {
        long k = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        k = (k ^ (k >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return k ^ (k >>> 33);
    }

    static byte[] sha256(byte[] data, int offset, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(data, offset, length);
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
