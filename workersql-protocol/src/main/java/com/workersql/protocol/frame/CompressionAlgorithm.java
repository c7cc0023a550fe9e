// SPDX-License-Identifier: Apache-2.0
package com.workersql.protocol.frame;

import com.github.luben.zstd.Zstd;
import com.workersql.protocol.CapabilityFlags;

/** The algorithms by which two sides can agree to compress what they send. Source: dev.mysql.com "Compression". */
public enum CompressionAlgorithm {
    /** zlib, by the JDK: {@link CapabilityFlags#CLIENT_COMPRESS}. */
    ZLIB(CapabilityFlags.CLIENT_COMPRESS, 1, 9, 6),
    /**
     * Zstandard: {@link CapabilityFlags#CLIENT_ZSTD_COMPRESSION_ALGORITHM}. Needs {@code com.github.luben:zstd-jni}, which is an
     * optional dependency: see {@link #isAvailable}.
     */
    ZSTD(CapabilityFlags.CLIENT_ZSTD_COMPRESSION_ALGORITHM, 1, 22, 3);

    private final long capability;
    private final int leastLevel;
    private final int greatestLevel;
    private final int defaultLevel;

    CompressionAlgorithm(long capability, int leastLevel, int greatestLevel, int defaultLevel) {
        this.capability = capability;
        this.leastLevel = leastLevel;
        this.greatestLevel = greatestLevel;
        this.defaultLevel = defaultLevel;
    }

    /** The flag of {@link CapabilityFlags} by which it is offered and agreed on. */
    public long capability() {
        return capability;
    }

    /** The level that MySQL's own clients use: 6 for zlib, 3 for zstd. */
    public int defaultLevel() {
        return defaultLevel;
    }

    /** Whether it can be used here: a side that cannot must not offer it. */
    public boolean isAvailable() {
        return this == ZLIB || ZstdHolder.AVAILABLE;
    }

    /**
     * What two sides agreed on. Where both algorithms are among the flags it is zlib, as in MySQL.
     *
     * @param negotiated what both sides have
     * @return null when nothing is compressed
     */
    public static CompressionAlgorithm of(CapabilityFlags negotiated) {
        if (negotiated.has(CapabilityFlags.CLIENT_COMPRESS)) {
            return ZLIB;
        }
        return negotiated.has(CapabilityFlags.CLIENT_ZSTD_COMPRESSION_ALGORITHM) ? ZSTD : null;
    }

    BlockCompression open(int level) {
        if (level < leastLevel || level > greatestLevel) {
            throw new IllegalArgumentException("the level of " + this + " is " + level + " (expected: " + leastLevel
                    + " to " + greatestLevel + ")");
        }
        if (!isAvailable()) {
            throw new IllegalStateException("com.github.luben:zstd-jni is missing, or does not run on this machine");
        }
        return this == ZLIB ? new ZlibCompression(level) : new ZstdCompression(level);
    }

    /** Asked once, when somebody asks. */
    private static final class ZstdHolder {
        private static final boolean AVAILABLE = isLoaded();

        private static boolean isLoaded() {
            try {
                return Zstd.compressBound(1) > 0;
            } catch (LinkageError e) {
                return false;
            }
        }
    }
}
