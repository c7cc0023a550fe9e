// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

/**
 * One server of a shard.
 *
 * @param host a name or an address
 * @param port 1 to 65535; default 3306
 * @param role default {@link Role#PRIMARY}
 */
public record ShardEndpoint(String host, int port, Role role) {
    /** MySQL's port. */
    public static final int DEFAULT_PORT = 3306;

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException when the port lies outside 1 to 65535
     */
    public ShardEndpoint {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("port is " + port + "; allowed are 1 to 65535");
        }
    }

    /** Whether the server is on this machine, so that nobody can stand between. */
    public boolean isLoopback() {
        return ListenAddress.isLoopback(host);
    }
}
