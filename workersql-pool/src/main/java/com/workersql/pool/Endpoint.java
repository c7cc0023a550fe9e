// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static java.util.Objects.requireNonNull;

/**
 * The address of one database server. The connection limit, the waiting queue and the statistics are per endpoint.
 *
 * @param host name or literal address, not empty
 * @param port TCP port, 1 to 65535
 */
public record Endpoint(String host, int port) {
    /** Checks host and port. */
    public Endpoint {
        requireNonNull(host, "host");
        if (host.isEmpty()) {
            throw new IllegalArgumentException("host is empty");
        }
        if (port < 1 || port > 65535) {
            throw new IllegalArgumentException("port is " + port + ", allowed are 1 to 65535");
        }
    }

    @Override
    public String toString() {
        return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
    }
}
