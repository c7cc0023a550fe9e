// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;

/**
 * Shards that the gateway starts by itself.
 *
 * @param shards how many; they are called {@code shard_0}, {@code shard_1} and so on
 * @param dataDir where programs, data and credentials are kept over restarts
 * @param tenants the tenants that get a database, an account on every shard and a user of their own name; the n-th tenant's home
 *     is the n-th shard, round and round
 * @param server the database's jar or an installed server program; null: the jar beside the gateway's, then {@code mariadbd} or
 *     {@code mysqld} on the PATH
 * @param firstPort the port of the first shard, the others follow; 0: free ones
 */
public record EmbeddedConfig(int shards, Path dataDir, List<String> tenants, Path server, int firstPort) {
    /** {@code shards}: default 2. Each takes about 0.1 GB of memory and 0.1 GB of disk. */
    public static final Setting SHARDS = new Setting("shards", 2, 1, 64);

    /** {@code first_port}: default 0, which takes free ports. */
    public static final Setting FIRST_PORT = new Setting("first_port", 0, 0, 65_000);

    /** The default of {@code tenants}. */
    public static final List<String> DEFAULT_TENANTS = List.of("acme", "globex");

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException when a number is out of its range, or a tenant's name is none, the servers' own or
     *     there twice
     */
    public EmbeddedConfig {
        SHARDS.check(shards);
        dataDir = dataDir.toAbsolutePath().normalize();
        tenants = List.copyOf(tenants);
        FIRST_PORT.check(firstPort);
        var seen = new HashSet<String>();
        for (var tenant : tenants) {
            var fault = seen.add(tenant) ? Names.tenantFault(tenant) : "stands twice among the tenants";
            if (fault != null) {
                throw new IllegalArgumentException("tenant '" + tenant + "' " + fault);
            }
        }
    }

    /** Two shards and two tenants under {@code .workersql} in the user's home. */
    public static EmbeddedConfig defaults() {
        return new EmbeddedConfig(
                (int) SHARDS.byDefault(), defaultDataDir(), DEFAULT_TENANTS, null, (int) FIRST_PORT.byDefault());
    }

    /** {@code .workersql} in the user's home. */
    public static Path defaultDataDir() {
        return Path.of(System.getProperty("user.home"), ".workersql");
    }

    /** The name of the n-th shard, counted from 0. */
    public static String shardName(int number) {
        return "shard_" + number;
    }

    /** The same with another number of shards. */
    public EmbeddedConfig withShards(int shards) {
        return new EmbeddedConfig(shards, dataDir, tenants, server, firstPort);
    }

    /** The same with other tenants. */
    public EmbeddedConfig withTenants(List<String> tenants) {
        return new EmbeddedConfig(shards, dataDir, tenants, server, firstPort);
    }

    /** The same with this jar or server program. */
    public EmbeddedConfig withServer(Path server) {
        return new EmbeddedConfig(shards, dataDir, tenants, server, firstPort);
    }

    /** The same in another directory. */
    public EmbeddedConfig withDataDir(Path dataDir) {
        return new EmbeddedConfig(shards, dataDir, tenants, server, firstPort);
    }
}
