// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.nio.file.Path;
import java.util.List;

/**
 * Shards that the gateway starts by itself.
 *
 * @param shards how many; they are called {@code shard_0}, {@code shard_1} and so on
 * @param dataDir where programs, data and credentials are kept over restarts
 * @param tenants the tenants that get a database, an account on every shard and a user of their own name; the n-th tenant's home
 *     is the n-th shard, round and round
 */
public record EmbeddedConfig(int shards, Path dataDir, List<String> tenants) {
    /** {@code shards}: default 2. Each takes about 0.1 GB of memory and 0.1 GB of disk. */
    public static final Setting SHARDS = new Setting("shards", 2, 1, 64);

    /** The default of {@code tenants}. */
    public static final List<String> DEFAULT_TENANTS = List.of("acme", "globex");

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException when the number of shards is out of its range, or a tenant's name is not one
     */
    public EmbeddedConfig {
        SHARDS.check(shards);
        dataDir = dataDir.toAbsolutePath().normalize();
        tenants = List.copyOf(tenants);
        tenants.forEach(tenant -> Names.check("tenant", tenant, Names.MAX_TENANT));
    }

    /** Two shards and two tenants under {@code .workersql} in the user's home. */
    public static EmbeddedConfig defaults() {
        return new EmbeddedConfig((int) SHARDS.byDefault(), defaultDataDir(), DEFAULT_TENANTS);
    }

    /** {@code .workersql} in the user's home. */
    public static Path defaultDataDir() {
        return Path.of(System.getProperty("user.home"), ".workersql");
    }

    /** The same with another number of shards. */
    public EmbeddedConfig withShards(int shards) {
        return new EmbeddedConfig(shards, dataDir, tenants);
    }

    /** The same in another directory. */
    public EmbeddedConfig withDataDir(Path dataDir) {
        return new EmbeddedConfig(shards, dataDir, tenants);
    }
}
