// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.protocol.frame.CompressionAlgorithm;
import com.workersql.server.config.yaml.Section;
import com.workersql.server.config.yaml.Setting;
import java.util.List;

/**
 * What is offered to clients that want their connections compressed. One that asks for both algorithms gets zlib, which is what the
 * protocol says of it; to have zstd alone, offer zstd alone.
 *
 * @param algorithms what is offered; none: connections are never compressed
 * @param zlibLevel how much time zlib may take for fewer bytes
 * @param zstdLevel how much time zstd may take for fewer bytes
 */
public record Compression(List<CompressionAlgorithm> algorithms, int zlibLevel, int zstdLevel) {
    /** {@code zlib_level}: default 6, as MySQL's. */
    public static final Setting ZLIB_LEVEL = new Setting("zlib_level", 6, 1, 9);

    /** {@code zstd_level}: default 3, as MySQL's. */
    public static final Setting ZSTD_LEVEL = new Setting("zstd_level", 3, 1, 22);

    /** Both algorithms, at MySQL's levels. */
    public static final Compression DEFAULT = new Compression(
            List.of(CompressionAlgorithm.ZLIB, CompressionAlgorithm.ZSTD), (int) ZLIB_LEVEL.byDefault(), (int)
                    ZSTD_LEVEL.byDefault());

    /**
     * Checks each value against its setting.
     *
     * @throws IllegalArgumentException naming the setting, the value and the range
     */
    public Compression {
        algorithms = List.copyOf(algorithms);
        ZLIB_LEVEL.check(zlibLevel);
        ZSTD_LEVEL.check(zstdLevel);
    }

    /** The level of an algorithm. */
    public int level(CompressionAlgorithm algorithm) {
        return algorithm == CompressionAlgorithm.ZLIB ? zlibLevel : zstdLevel;
    }

    static Compression read(Section section) {
        var compression = new Compression(
                section.choices("algorithms", CompressionAlgorithm.class, DEFAULT.algorithms()),
                (int) section.number(ZLIB_LEVEL),
                (int) section.number(ZSTD_LEVEL));
        section.end();
        return compression;
    }
}
