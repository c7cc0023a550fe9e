// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.protocol.proxy.PeerNetworks;
import com.workersql.server.config.yaml.Setting;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Where a door listens.
 *
 * @param host a name or an address
 * @param port 0 to 65535; 0 lets the system choose a free one
 * @param proxyFrom the proxies that tell by a PROXY header who their client is, as addresses or networks such as {@code 10.0.0.0/8};
 *     whoever connects from there has to send one, and nobody else is believed
 */
public record ListenAddress(String host, int port, List<String> proxyFrom) {
    /** The default of the MySQL door: beside 3306, so that it can run where a database already does. */
    public static final ListenAddress DEFAULT_MYSQL = new ListenAddress("127.0.0.1", 3307);

    /** The default of the HTTP and WebSocket door. */
    public static final ListenAddress DEFAULT_HTTP = new ListenAddress("127.0.0.1", 8080);

    /** {@code listen.any.wait_millis}: default 50. */
    public static final Setting ONE_PORT_WAIT_MILLIS = new Setting("wait_millis", 50, 1, 10_000);

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException when the port lies outside 0 to 65535, the host is blank, or a network is none
     */
    public ListenAddress {
        proxyFrom = List.copyOf(proxyFrom);
        PeerNetworks.parse(proxyFrom);
        if (host.isBlank()) {
            throw new IllegalArgumentException("host is empty; give a name or an address");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port is " + port + "; allowed are 0 to 65535");
        }
    }

    /** An address where no proxies are expected. */
    public ListenAddress(String host, int port) {
        this(host, port, List.of());
    }

    /** The same host with another port. */
    public ListenAddress withPort(int port) {
        return new ListenAddress(host, port, proxyFrom);
    }

    /** The same address with these proxies before it. */
    public ListenAddress withProxyFrom(List<String> networks) {
        return new ListenAddress(host, port, networks);
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
