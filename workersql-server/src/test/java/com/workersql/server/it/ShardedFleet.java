// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.server.Gateway;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ListenAddress;
import com.workersql.server.config.PolicySource;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.config.ShardConfig;
import com.workersql.server.embedded.EmbeddedShard;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardFixture;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.Permission;
import com.workersql.server.users.UserStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Four embedded shards behind a gateway for one user without tenant, and one more server that can hold all of their data. */
public final class ShardedFleet implements AutoCloseable {
    /** The user of the fleet's own gateway, and the database on every server. */
    public static final String APP = "app";

    private static final String PASSWORD = "app-password";
    private static final int SHARDS = 4;

    private final EmbeddedShards embedded;
    private final String app;
    private final GatewayConfig config;
    private final Gateway gateway;
    private final boolean ownsServers;

    private ShardedFleet(EmbeddedShards embedded, String app, String policy, boolean ownsServers) throws SQLException {
        makeDatabases(embedded, app);
        this.embedded = embedded;
        this.app = app;
        this.ownsServers = ownsServers;
        this.config = config(embedded, app, policy);
        this.gateway = Gateway.start(config);
    }

    /** Starts the servers and the gateway. */
    public static ShardedFleet start(String policy) throws Exception {
        var parent = Files.createDirectories(Path.of("target", "fleets").toAbsolutePath());
        var embedded = ShardFixture.start(ShardFixture.config(Files.createTempDirectory(parent, "sharded"))
                .withShards(SHARDS + 1)
                .withTenants(List.of()));
        try {
            return new ShardedFleet(embedded, APP, policy, true);
        } catch (SQLException | RuntimeException e) {
            embedded.close();
            throw e;
        }
    }

    /**
     * Another gateway before the same servers, for another user.
     *
     * @param name the user, and a database of its own on every server
     * @param policy its policy
     * @return closed before this one is
     */
    public ShardedFleet beside(String name, String policy) throws SQLException {
        return new ShardedFleet(embedded, name, policy, false);
    }

    private static void makeDatabases(EmbeddedShards embedded, String app) throws SQLException {
        for (var shard : embedded.shards()) {
            try (var admin = ShardFixture.admin(shard)) {
                ShardFixture.run(admin, "CREATE DATABASE " + app + " CHARACTER SET utf8mb4");
                ShardFixture.run(admin, "CREATE USER '" + app + "'@'%' IDENTIFIED BY '" + PASSWORD + "'");
                ShardFixture.run(admin, "GRANT ALL PRIVILEGES ON `" + app + "`.* TO '" + app + "'@'%'");
            }
        }
    }

    private static GatewayConfig config(EmbeddedShards embedded, String app, String policy) {
        var verifier = PasswordVerifier.parse(PasswordVerifier.hashNative(PASSWORD.getBytes(StandardCharsets.UTF_8)));
        var user = new GatewayUser(app, verifier, null, Set.of(Permission.READ, Permission.WRITE, Permission.DDL), 100);
        var free = new ListenAddress("127.0.0.1", 0);
        return GatewayConfig.builder()
                .mysql(free)
                .http(free)
                .shards(embedded.shards().subList(0, SHARDS).stream()
                        .map(shard -> ShardConfig.of(
                                shard.name(),
                                shard.host(),
                                shard.port(),
                                new ShardAccount(app, Secret.of(PASSWORD), app)))
                        .toList())
                .users(UserStore.of(List.of(user)))
                .policy(new PolicySource("test", policy))
                .build();
    }

    /** Has the servers write to their disks when it suits them: for tests that no crash is part of. */
    public void writeLazily() throws SQLException {
        for (var shard : embedded.shards()) {
            try (var admin = ShardFixture.admin(shard)) {
                ShardFixture.run(admin, "SET GLOBAL innodb_flush_log_at_trx_commit = 0, GLOBAL sync_binlog = 0");
            }
        }
    }

    /** Puts another policy in force. */
    public void policy(String text) {
        gateway.reload(config.toBuilder().policy(new PolicySource("test", text)).build());
    }

    /** Another gateway for the same shards; closed by whoever asks for it. */
    Gateway anotherGateway(String policy) {
        return Gateway.start(
                config.toBuilder().policy(new PolicySource("test", policy)).build());
    }

    /** Another gateway for the same shards, with a configuration of the test's own; closed by whoever asks for it. */
    Gateway anotherGateway(UnaryOperator<GatewayConfig> change) {
        return Gateway.start(change.apply(config));
    }

    /** A connection through another gateway. */
    static Connection connect(Gateway gateway) throws SQLException {
        return Driver.MARIADB_TEXT.connect(gateway.mysqlAddress().getPort(), APP, PASSWORD, APP);
    }

    /** The gateway. */
    public Gateway gateway() {
        return gateway;
    }

    /** The password of the user. */
    public String password() {
        return PASSWORD;
    }

    /** A connection through the gateway. */
    Connection connect(Driver driver) throws SQLException {
        return driver.connect(gateway.mysqlAddress().getPort(), app, PASSWORD, app);
    }

    /** A connection through the gateway, with statements that it prepares or with texts. */
    public Connection connect(boolean prepared) throws SQLException {
        return connect(prepared ? Driver.MARIADB_PREPARED : Driver.MARIADB_TEXT);
    }

    /** A connection to one shard, by its number. */
    public Connection shard(int number) throws SQLException {
        return direct(embedded.shards().get(number));
    }

    /** A connection to the server that holds all data. */
    public Connection oracle() throws SQLException {
        return direct(embedded.shards().get(SHARDS));
    }

    private Connection direct(EmbeddedShard shard) throws SQLException {
        return Driver.MARIADB_TEXT.connect(shard.port(), app, PASSWORD, app);
    }

    /** The servers, for the tests that hurt them. */
    EmbeddedShards embedded() {
        return embedded;
    }

    @Override
    public void close() {
        try {
            gateway.close();
        } finally {
            if (ownsServers) {
                ShardFixture.end(embedded);
            }
        }
    }
}
