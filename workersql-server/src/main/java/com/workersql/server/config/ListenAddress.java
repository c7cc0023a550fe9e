// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/**
 * Where a door listens.
 *
 * @param host a name or an address
 * @param port 0 to 65535; 0 lets the system choose a free one
 */
public record ListenAddress(String host, int port) {
    /** The default of the MySQL door: beside 3306, so that it can run where a database already does. */
    public static final ListenAddress DEFAULT_MYSQL = new ListenAddress("127.0.0.1", 3307);

    /** The default of the HTTP and WebSocket door. */
    public static final ListenAddress DEFAULT_HTTP = new ListenAddress("127.0.0.1", 8080);

    /** {@code listen.any.wait_millis}: default 50. */
    public static final Setting ONE_PORT_WAIT_MILLIS = new Setting("wait_millis", 50, 1, 10_000);

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException when the port lies outside 0 to 65535 or the host is blank
     */
    public ListenAddress {
        if (host.isBlank()) {
            throw new IllegalArgumentException("host is empty; give a name or an address");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port is " + port + "; allowed are 0 to 65535");
        }
    }

    /** The same host with another port. */
    public ListenAddress withPort(int port) {
        return new ListenAddress(host, port);
    }

    /** Whether only this machine can reach it. A name that does not resolve counts as reachable from elsewhere. */
    public boolean isLoopback() {
        return isLoopback(host);
    }

    /** The address to bind; looks the name up, which may block. */
    public InetSocketAddress resolve() {
        return new InetSocketAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }

    static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
