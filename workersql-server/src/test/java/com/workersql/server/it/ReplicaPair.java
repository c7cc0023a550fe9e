// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PolicySource;
import com.workersql.server.config.ReplicasConfig;
import com.workersql.server.config.Role;
import com.workersql.server.config.ShardEndpoint;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * Two servers as one shard: the second is a replica of the first. They are embedded MariaDB servers, or the MySQL servers that exist
 * beside the build, where these have GTIDs; they are separated at the end.
 */
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
        try {
            replicate(fleet);
            return new ReplicaPair(fleet);
        } catch (SQLException | RuntimeException e) {
            end(fleet);
            throw e;
        }
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
        if (Fleet.isMySql()) {
            replicateOnMySql(fleet);
            return;
        }
        replicate(fleet.embedded());
    }

    /** Has the second embedded server follow the first. */
    static void replicate(EmbeddedShards shards) throws SQLException {
        replicate(shards, "");
    }

    /** The same by a connection with a name of MariaDB's, in quotes. */
    static void replicate(EmbeddedShards shards, String name) throws SQLException {
        var primary = shards.shards().get(0);
        try (var admin = ShardFixture.admin(shards.shards().get(1))) {
            ShardFixture.run(admin, "SET GLOBAL read_only = 1");
            ShardFixture.run(
                    admin,
                    "CHANGE MASTER " + name + " TO MASTER_HOST = '127.0.0.1', MASTER_PORT = " + primary.port()
                            + ", MASTER_USER = '"
                            + primary.gateway().user() + "', MASTER_PASSWORD = '"
                            + primary.gateway().secret().text()
                            + "', MASTER_SSL = 0, MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos");
            ShardFixture.run(admin, "START SLAVE " + name);
        }
    }

    private static void replicateOnMySql(Fleet fleet) throws SQLException {
        for (int i = 0; i < 2; i++) {
            try (var admin = admin(fleet, i)) {
                assumeTrue(ShardFixture.text(admin, "SELECT @@gtid_mode").equals("ON"), "gtid_mode is not ON there");
                ShardFixture.run(admin, "SET GLOBAL server_id = " + (i + 1));
                // The tenants' databases are there on both: what is to follow are the changes from here on.
                ShardFixture.run(admin, "RESET BINARY LOGS AND GTIDS");
            }
        }
        try (var replica = admin(fleet, 1)) {
            ShardFixture.run(replica, "SET GLOBAL read_only = 1");
            ShardFixture.run(
                    replica,
                    "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = " + fleet.port(0)
                            + ", SOURCE_USER = 'root', SOURCE_PASSWORD = '', SOURCE_AUTO_POSITION = 1,"
                            + " SOURCE_CONNECT_RETRY = 1, GET_SOURCE_PUBLIC_KEY = 1");
            ShardFixture.run(replica, "START REPLICA");
        }
    }

    /** Leaves the MySQL servers as they were. */
    private static void separate(Fleet fleet) throws SQLException {
        try (var replica = admin(fleet, 1)) {
            ShardFixture.run(replica, "STOP REPLICA");
            ShardFixture.run(replica, "RESET REPLICA ALL");
            ShardFixture.run(replica, "SET GLOBAL read_only = 0");
            ShardFixture.run(replica, "SET GLOBAL server_id = 1");
        }
    }

    private static Connection admin(Fleet fleet, int number) throws SQLException {
        return Fleet.isMySql()
                ? Driver.MYSQL_TEXT.connect(fleet.port(number), "root", "", "mysql")
                : ShardFixture.admin(fleet.embedded().shards().get(number));
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
        return fleet.connect(Fleet.isMySql() ? Driver.MYSQL_TEXT : Driver.MARIADB_TEXT, "acme");
    }

    /** The same, by a driver that asks for cursors. */
    Connection connectForCursors() throws SQLException {
        return CursorTwin.jdbc(fleet.gateway(), "acme", fleet.password("acme"), "acme");
    }

    /** A connection to the primary that may do everything. */
    Connection primary() throws SQLException {
        return admin(fleet, 0);
    }

    /** A connection to the replica that may do everything. */
    Connection replica() throws SQLException {
        return admin(fleet, 1);
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
                            "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '" + pattern
                                    + "' AND id <> CONNECTION_ID()")
                    .equals("0")) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("nothing like " + pattern + " runs on the replica");
                }
            }
        }
    }

    /**
     * Writes a row of {@code seen (id, v)} again and again, each third time in a transaction, and finds each time what was written.
     *
     * @return how many reads each server has answered, by its id
     */
    static Map<String, Integer> readBehindWrites(Connection client, int id, int rounds) throws SQLException {
        ShardFixture.run(client, "REPLACE INTO seen VALUES (" + id + ", 0)");
        var places = new TreeMap<String, Integer>();
        for (int i = 1; i <= rounds; i++) {
            String write = "UPDATE seen SET v = " + i + " WHERE id = " + id;
            if (i % 3 == 0) {
                ShardFixture.run(client, "BEGIN");
                ShardFixture.run(client, write);
                ShardFixture.run(client, "COMMIT");
            } else {
                ShardFixture.run(client, write);
            }
            for (int read = 0; read < 3; read++) {
                String[] found = ShardFixture.text(
                                client, "SELECT CONCAT(v, ' ', @@server_id) FROM seen WHERE id = " + id)
                        .split(" ", -1);
                assertThat(found[0])
                        .as("read behind write %d on server %s", i, found[1])
                        .isEqualTo("" + i);
                places.merge(found[1], 1, Integer::sum);
            }
        }
        return places;
    }

    /** Has the replica stop doing, and do again, what the primary has done. */
    void follow(boolean follows) throws SQLException {
        try (var admin = replica()) {
            ShardFixture.run(
                    admin, (follows ? "START " : "STOP ") + (Fleet.isMySql() ? "REPLICA" : "SLAVE") + " SQL_THREAD");
        }
    }

    @Override
    public void close() {
        end(fleet);
    }

    private static void end(Fleet fleet) {
        fleet.close();
        if (Fleet.isMySql()) {
            try {
                separate(fleet);
            } catch (SQLException e) {
                throw new IllegalStateException("the servers could not be separated", e);
            }
        }
    }
}
