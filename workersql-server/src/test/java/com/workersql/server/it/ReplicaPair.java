// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PolicySource;
import com.workersql.server.config.ReplicasConfig;
import com.workersql.server.config.Role;
import com.workersql.server.config.ShardEndpoint;
import com.workersql.server.embedded.EmbeddedShard;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Two embedded servers as one shard: the second is a replica of the first. */
final class ReplicaPair implements AutoCloseable {
    private final Fleet fleet;
    private final String primaryId;
    private final String replicaId;

    private ReplicaPair(Fleet fleet) throws SQLException {
        this.fleet = fleet;
        try (var primary = primary();
                var replica = replica()) {
            primaryId = ShardFixture.text(primary, "SELECT @@server_id");
            replicaId = ShardFixture.text(replica, "SELECT @@server_id");
        }
    }

    static ReplicaPair start(ReplicasConfig replicas) throws Exception {
        return start(config -> config.toBuilder().replicas(replicas).build());
    }

    /** Starts the pair with a configuration of the test's own. */
    static ReplicaPair start(UnaryOperator<GatewayConfig> change) throws Exception {
        var fleet = Fleet.start(config -> change.apply(asPair(config)));
        replicate(fleet);
        return new ReplicaPair(fleet);
    }

    /** A configuration of two shards as one of two servers. */
    static GatewayConfig asPair(GatewayConfig config) {
        var first = config.shards().get(0);
        var second = config.shards().get(1);
        var endpoints = List.of(
                first.primary(),
                new ShardEndpoint(second.primary().host(), second.primary().port(), Role.REPLICA));
        var pair = Fleet.with(first, endpoints, first.maxConnections());
        return config.toBuilder()
                .shards(List.of(pair))
                .policy(PolicySource.byTenant(List.of(first.name()), Map.of()))
                .build();
    }

    /** Has the second server follow the first. */
    static void replicate(Fleet fleet) throws SQLException {
        var primary = fleet.embedded().shards().get(0);
        try (var admin = ShardFixture.admin(fleet.embedded().shards().get(1))) {
            ShardFixture.run(admin, "SET GLOBAL read_only = 1");
            ShardFixture.run(
                    admin,
                    "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = " + primary.port() + ", MASTER_USER = '"
                            + primary.gateway().user() + "', MASTER_PASSWORD = '"
                            + primary.gateway().secret().text()
                            + "', MASTER_SSL = 0, MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos");
            ShardFixture.run(admin, "START SLAVE");
        }
    }

    Fleet fleet() {
        return fleet;
    }

    /** What {@code @@server_id} answers on the primary. */
    String primaryId() {
        return primaryId;
    }

    /** What {@code @@server_id} answers on the replica. */
    String replicaId() {
        return replicaId;
    }

    /** A tenant's connection through the gateway. */
    Connection connect() throws SQLException {
        return fleet.connect(Driver.MARIADB_TEXT, "acme");
    }

    private EmbeddedShard server(int number) {
        return fleet.embedded().shards().get(number);
    }

    /** A connection to the primary that may do everything. */
    Connection primary() throws SQLException {
        return ShardFixture.admin(server(0));
    }

    /** A connection to the replica that may do everything. */
    Connection replica() throws SQLException {
        return ShardFixture.admin(server(1));
    }

    void killReplica() {
        ShardFixture.kill(fleet.embedded(), "shard_1");
    }

    /** Starts the replica again, which goes on following. */
    void restartReplica() throws SQLException {
        ShardFixture.restart(fleet.embedded(), "shard_1");
        try (var admin = replica()) {
            ShardFixture.run(admin, "SET GLOBAL read_only = 1");
            ShardFixture.run(admin, "START SLAVE");
        }
    }

    /** Waits until a statement like this runs on the replica. */
    void awaitRunningOnReplica(String pattern) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        try (var admin = replica()) {
            while (ShardFixture.text(
                            admin,
                            "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '" + pattern + "'")
                    .equals("0")) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("nothing like " + pattern + " runs on the replica");
                }
            }
        }
    }

    @Override
    public void close() {
        fleet.close();
    }
}
