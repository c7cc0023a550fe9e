// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.Gateway;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ListenAddress;
import com.workersql.server.config.PolicySource;
import com.workersql.server.config.PoolConfig;
import com.workersql.server.config.Role;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.config.ShardConfig;
import com.workersql.server.config.ShardEndpoint;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardFixture;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.UserStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Two shards, two tenants and a gateway before them. The shards are embedded MariaDB servers, or existing MySQL servers when the
 * system property {@code workersql.mysql.ports} names two ports of servers on loopback with a root account without password.
 */
final class Fleet implements AutoCloseable {
    static final List<String> TENANTS = List.of("acme", "globex");
    /** What a client of the protocol itself offers where a test asks for nothing special. */
    static final long RAW_CAPABILITIES = CapabilityFlags.CLIENT_LONG_PASSWORD
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_DEPRECATE_EOF;

    private static final String MYSQL_PORTS = "workersql.mysql.ports";

    private final EmbeddedShards embedded;
    private final Map<String, ShardAccount> accounts;
    private final Map<String, String> passwords;
    private final List<Integer> ports;
    private final GatewayConfig config;
    private final Gateway gateway;

    private Fleet(
            EmbeddedShards embedded,
            Map<String, ShardAccount> accounts,
            Map<String, String> passwords,
            List<Integer> ports,
            GatewayConfig config) {
        this.embedded = embedded;
        this.accounts = accounts;
        this.passwords = passwords;
        this.ports = ports;
        this.config = config;
        this.gateway = Gateway.start(config);
    }

    /** The port of a shard, in the order of the tenants whose home they are. */
    int port(int shard) {
        return ports.get(shard);
    }

    /** Whether the shards are MySQL servers that exist beside the build. */
    static boolean isMySql() {
        return System.getProperty(MYSQL_PORTS) != null;
    }

    /** The configuration with so many connections to each endpoint. */
    static GatewayConfig withConnections(GatewayConfig config, int connections) {
        var shards = config.shards().stream()
                .map(shard -> with(shard, shard.endpoints(), connections))
                .toList();
        return config.toBuilder().shards(shards).build();
    }

    /** The configuration with so many connections to each endpoint, all of which the sessions of one tenant may keep. */
    static GatewayConfig withConnectionsToKeep(GatewayConfig config, int connections) {
        return withConnections(config, connections).toBuilder()
                .pool(PoolConfig.of(Map.of(PoolConfig.PINNED_PERCENT_PER_TENANT, 100L)))
                .build();
    }

    /** The configuration with its first shard at another port. */
    static GatewayConfig firstAt(GatewayConfig config, int port) {
        var shards = new ArrayList<>(config.shards());
        var endpoint = new ShardEndpoint("127.0.0.1", port, Role.PRIMARY);
        shards.set(0, with(shards.get(0), List.of(endpoint), shards.get(0).maxConnections()));
        return config.toBuilder().shards(shards).build();
    }

    /** The shard elsewhere, with so many connections to each endpoint. */
    static ShardConfig with(ShardConfig shard, List<ShardEndpoint> endpoints, int connections) {
        return new ShardConfig(
                shard.name(),
                endpoints,
                shard.account(),
                shard.tls(),
                connections,
                shard.allowPublicKeyRetrieval(),
                shard.weight(),
                shard.admin(),
                shard.wire());
    }

    static Fleet start() throws Exception {
        return start(config -> config);
    }

    /** Starts the fleet with a configuration of the test's own. */
    static Fleet start(UnaryOperator<GatewayConfig> change) throws Exception {
        return start(List.of(), change);
    }

    /** Starts the fleet behind statements that an administrator runs on each of its shards. */
    static Fleet start(List<String> onShards, UnaryOperator<GatewayConfig> change) throws Exception {
        var free = new ListenAddress("127.0.0.1", 0);
        if (isMySql()) {
            var ports = new ArrayList<Integer>();
            for (String port : System.getProperty(MYSQL_PORTS).split(",", -1)) {
                ports.add(Integer.parseInt(port.strip()));
            }
            return onMySql(ports, change);
        }
        var embedded = ShardFixture.start(ShardFixture.config(Files.createTempDirectory(target(), "fleet")));
        try {
            for (var shard : embedded.shards()) {
                try (var admin = ShardFixture.admin(shard)) {
                    for (String sql : onShards) {
                        ShardFixture.run(admin, sql);
                    }
                }
            }
            var accounts = new LinkedHashMap<String, ShardAccount>();
            var passwords = new LinkedHashMap<String, String>();
            for (var tenant : embedded.tenants()) {
                accounts.put(tenant.name(), tenant.account());
                passwords.put(tenant.name(), tenant.password().text());
            }
            var config = embedded.applyTo(GatewayConfig.defaults());
            var ports = embedded.shards().stream().map(shard -> shard.port()).toList();
            var changed = change.apply(config.toBuilder().mysql(free).http(free).build());
            return new Fleet(embedded, accounts, passwords, ports, changed);
        } catch (SQLException | RuntimeException e) {
            embedded.close();
            throw e;
        }
    }

    private static Path target() throws IOException {
        return Files.createDirectories(Path.of("target", "fleets").toAbsolutePath());
    }

    private static Fleet onMySql(List<Integer> ports, UnaryOperator<GatewayConfig> change) throws Exception {
        var accounts = new LinkedHashMap<String, ShardAccount>();
        var passwords = new LinkedHashMap<String, String>();
        var homes = new LinkedHashMap<String, String>();
        var users = new ArrayList<GatewayUser>();
        var shards = new ArrayList<ShardConfig>();
        for (int i = 0; i < TENANTS.size(); i++) {
            String tenant = TENANTS.get(i);
            String password = "shard-password-of-" + tenant;
            for (int port : ports) {
                createTenant(port, tenant, password);
            }
            accounts.put(tenant, new ShardAccount(tenant, Secret.of(password), tenant));
            passwords.put(tenant, "gateway-password-of-" + tenant);
            homes.put(tenant, "shard_" + i);
            var hash = PasswordVerifier.hashCachingSha2(
                    passwords.get(tenant).getBytes(StandardCharsets.UTF_8), new SecureRandom());
            users.add(GatewayUser.of(tenant, hash, tenant));
            shards.add(ShardConfig.of(
                    "shard_" + i, "127.0.0.1", ports.get(i), new ShardAccount("root", Secret.of(""), null)));
        }
        var free = new ListenAddress("127.0.0.1", 0);
        var config = GatewayConfig.builder()
                .mysql(free)
                .http(free)
                .shards(shards)
                .tenants(accounts)
                .users(UserStore.of(users))
                .policy(PolicySource.byTenant(
                        shards.stream().map(ShardConfig::name).toList(), homes));
        return new Fleet(null, accounts, passwords, ports, change.apply(config.build()));
    }

    private static void createTenant(int port, String tenant, String password) throws SQLException {
        try (var root = Driver.MYSQL_TEXT.connect(port, "root", "", "mysql");
                var statement = root.createStatement()) {
            statement.execute("DROP DATABASE IF EXISTS " + tenant);
            statement.execute("CREATE DATABASE " + tenant + " CHARACTER SET utf8mb4");
            statement.execute("DROP USER IF EXISTS '" + tenant + "'@'%'");
            statement.execute("CREATE USER '" + tenant + "'@'%' IDENTIFIED BY '" + password + "'");
            statement.execute("GRANT ALL PRIVILEGES ON `" + tenant + "`.* TO '" + tenant + "'@'%'");
        }
    }

    /** What the gateway was started with. */
    GatewayConfig config() {
        return config;
    }

    Gateway gateway() {
        return gateway;
    }

    /** One more gateway before the same shards; the caller closes it. */
    Gateway startAnotherGateway() {
        return Gateway.start(config);
    }

    /** The embedded shards, for the tests that hurt them; null when the shards exist beside the build. */
    EmbeddedShards embedded() {
        return embedded;
    }

    /** A tenant's account on its shard. */
    ShardAccount account(String tenant) {
        return accounts.get(tenant);
    }

    String password(String tenant) {
        return passwords.get(tenant);
    }

    /** A tenant's connection through the gateway. */
    Connection connect(Driver driver, String tenant) throws SQLException {
        return connect(driver, tenant, gateway);
    }

    /** So many connections of a tenant through the gateway. */
    Clients connect(Driver driver, String tenant, int count) throws SQLException {
        var connections = new ArrayList<Connection>();
        for (int i = 0; i < count; i++) {
            connections.add(connect(driver, tenant));
        }
        return new Clients(connections);
    }

    /** Connections that are closed together. */
    record Clients(List<Connection> connections) implements AutoCloseable {
        Connection get(int client) {
            return connections.get(client);
        }

        @Override
        public void close() throws SQLException {
            for (var connection : connections) {
                connection.close();
            }
        }
    }

    /** A tenant's connection through another gateway. */
    Connection connect(Driver driver, String tenant, Gateway through) throws SQLException {
        return driver.connect(through.mysqlAddress().getPort(), tenant, passwords.get(tenant), tenant);
    }

    /** A tenant's client of the protocol itself, through the gateway. */
    RawClient raw(String tenant) throws IOException {
        return raw(tenant, RAW_CAPABILITIES);
    }

    /** A tenant's client that offers something of its own. */
    RawClient raw(String tenant, long capabilities) throws IOException {
        return raw(tenant, capabilities, gateway);
    }

    /** A tenant's client through another gateway. */
    RawClient raw(String tenant, long capabilities, Gateway through) throws IOException {
        return RawClient.connect(through.mysqlAddress().getPort(), tenant, passwords.get(tenant), tenant, capabilities);
    }

    /** A connection with the same account straight to the tenant's shard. */
    Connection direct(Driver driver, String tenant) throws SQLException {
        var account = accounts.get(tenant);
        return driver.connect(
                ports.get(TENANTS.indexOf(tenant)),
                account.user(),
                account.secret().text(),
                account.database());
    }

    @Override
    public void close() {
        try {
            gateway.close();
        } finally {
            if (embedded != null) {
                ShardFixture.end(embedded);
            }
        }
    }
}
