// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config;

import com.workersql.server.config.yaml.Setting;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * One shard: where it lives and how it is reached.
 *
 * @param name the name by which the routing policy knows it
 * @param endpoints its servers; exactly one is the primary
 * @param account the account of users whose tenant has none of its own, and of the gateway's own checks
 * @param tls TLS towards all endpoints
 * @param maxConnections the most connections to one endpoint, all tenants together; {@link #AUTO}: a part of what the server allows
 * @param allowPublicKeyRetrieval whether an endpoint without TLS may be asked for its RSA key, which somebody in between could
 *     replace; null: only an endpoint on this machine
 * @param weight how many percent of the server's own {@code max_connections} this gateway takes when {@code maxConnections} is
 *     {@link #AUTO}
 * @param admin the account that makes and drops tenants' databases and accounts; null: {@code account} does
 * @param wire what the connections are like below the MySQL protocol
 */
public record ShardConfig(
        String name,
        List<ShardEndpoint> endpoints,
        ShardAccount account,
        ShardTls tls,
        int maxConnections,
        Boolean allowPublicKeyRetrieval,
        int weight,
        ShardAccount admin,
        ShardWire wire) {

    /** {@code max_connections: auto}: the number follows the server's own setting and the weight. */
    public static final int AUTO = 0;

    /** {@code max_connections}: default 100, below the 151 that a MySQL server allows by default. */
    public static final Setting MAX_CONNECTIONS = new Setting("max_connections", 100, 1, 100_000);

    /** {@code weight}: default 80; several gateways before one shard share what is there. */
    public static final Setting WEIGHT = new Setting("weight", 80, 1, 100);

    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException when the number of connections is out of its range, not exactly one endpoint is a primary, or one stands
     *     there twice
     */
    public ShardConfig {
        endpoints = List.copyOf(endpoints);
        if (maxConnections != AUTO) {
            MAX_CONNECTIONS.check(maxConnections);
        }
        WEIGHT.check(weight);
        long primaries =
                endpoints.stream().filter(e -> e.role() == Role.PRIMARY).count();
        if (primaries != 1) {
            throw new IllegalArgumentException(
                    "shard " + name + " has " + primaries + " primary endpoints; allowed is exactly 1");
        }
        var addresses = new HashSet<String>();
        for (var endpoint : endpoints) {
            if (!addresses.add(endpoint.host().toLowerCase(Locale.ROOT) + ":" + endpoint.port())) {
                throw new IllegalArgumentException("shard " + name + " has " + endpoint.host() + ":" + endpoint.port()
                        + " twice among its endpoints");
            }
        }
    }

    /** A shard whose connections are plain. */
    public ShardConfig(
            String name,
            List<ShardEndpoint> endpoints,
            ShardAccount account,
            ShardTls tls,
            int maxConnections,
            Boolean allowPublicKeyRetrieval,
            int weight,
            ShardAccount admin) {
        this(name, endpoints, account, tls, maxConnections, allowPublicKeyRetrieval, weight, admin, ShardWire.PLAIN);
    }

    /** A shard whose weight is the default, without an account for tenants. */
    public ShardConfig(
            String name,
            List<ShardEndpoint> endpoints,
            ShardAccount account,
            ShardTls tls,
            int maxConnections,
            Boolean allowPublicKeyRetrieval) {
        this(name, endpoints, account, tls, maxConnections, allowPublicKeyRetrieval, (int) WEIGHT.byDefault(), null);
    }

    /** The same shard with other connections. */
    public ShardConfig withWire(ShardWire other) {
        return new ShardConfig(
                name, endpoints, account, tls, maxConnections, allowPublicKeyRetrieval, weight, admin, other);
    }

    /** A shard of one server on one account, with defaults for the rest. */
    public static ShardConfig of(String name, String host, int port, ShardAccount account) {
        return new ShardConfig(
                name,
                List.of(new ShardEndpoint(host, port, Role.PRIMARY)),
                account,
                ShardTls.NONE,
                (int) MAX_CONNECTIONS.byDefault(),
                null);
    }

    /** The same shard with an account that makes and drops tenants' databases and accounts. */
    public ShardConfig withAdmin(ShardAccount account) {
        return new ShardConfig(
                name, endpoints, this.account, tls, maxConnections, allowPublicKeyRetrieval, weight, account, wire);
    }

    /**
     * The most connections to an endpoint.
     *
     * @param allowedByServer the server's own {@code max_connections}; 0 when it is not known
     * @return at least 1
     */
    public int connectionsOf(int allowedByServer) {
        if (maxConnections != AUTO) {
            return maxConnections;
        }
        return allowedByServer == 0
                ? (int) MAX_CONNECTIONS.byDefault()
                : (int) Math.min(MAX_CONNECTIONS.max(), Math.max(1, (long) allowedByServer * weight / 100));
    }

    /** The endpoint that takes writes. */
    public ShardEndpoint primary() {
        return endpoints.stream()
                .filter(endpoint -> endpoint.role() == Role.PRIMARY)
                .findFirst()
                .orElseThrow();
    }

    /** Whether this endpoint may be asked for its RSA key over a plain connection. */
    public boolean allowsPublicKeyRetrieval(ShardEndpoint endpoint) {
        return allowPublicKeyRetrieval == null ? endpoint.isLoopback() : allowPublicKeyRetrieval;
    }
}
