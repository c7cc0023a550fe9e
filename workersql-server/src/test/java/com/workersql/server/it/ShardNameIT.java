// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardFixture;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A shard by a name that leads to another server from some moment on, as names do whose primary has failed over. The gateway is a
 * process whose names stand in a file of the test's.
 */
class ShardNameIT {
    private static final String NAME = "primary.shard.test";

    private EmbeddedShards shards;
    private GatewayProcess gateway;
    private FaultProxy second;
    private Path names;
    private String firstId;
    private String secondId;

    @BeforeEach
    void start() throws Exception {
        assumeFalse(Fleet.isMySql(), "servers that exist beside the build are not to be hurt");
        var home = Files.createTempDirectory(
                Files.createDirectories(Path.of("target", "fleets").toAbsolutePath()), "names");
        names = home.resolve("hosts");
        shards = ShardFixture.start(ShardFixture.config(home.resolve("data")));
        int port = shards.shards().get(0).port();
        // The second server at the first one's port, by another address.
        second = new FaultProxy(
                shards.shards().get(1).port(), InetAddress.getByAddress(new byte[] {127, 0, 0, 2}), port);
        leadsTo("127.0.0.1");
        ReplicaPair.replicate(shards);
        try (var one = admin(0);
                var two = admin(1)) {
            firstId = ShardFixture.text(one, "SELECT @@server_id");
            secondId = ShardFixture.text(two, "SELECT @@server_id");
        }
        assertThat(firstId).isNotEqualTo(secondId);
        gateway = GatewayProcess.of(
                shards,
                home,
                20,
                100,
                null,
                List.of("-Xmx128m", "-XX:TieredStopAtLevel=1", "-Djdk.net.hosts.file=" + names));
        var config = home.resolve("gateway.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("host: 127.0.0.1, port: " + port + " ", "host: " + NAME + ", port: " + port + " "));
        gateway.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (gateway != null) {
            gateway.close();
        }
        if (second != null) {
            second.close();
        }
        if (shards != null) {
            ShardFixture.end(shards);
        }
    }

    private void leadsTo(String address) throws Exception {
        var next = names.resolveSibling("hosts.next");
        Files.writeString(next, "127.0.0.1 localhost\n" + address + " " + NAME + "\n");
        Files.move(
                next,
                names,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING,
                java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }

    private Connection admin(int number) throws SQLException {
        return ShardFixture.admin(shards.shards().get(number));
    }

    /** Writes until that succeeds; gives the server that has the row. */
    private static String awaitWriteOn(Connection acme, String serverId) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                ShardFixture.run(acme, "INSERT INTO named VALUES (@@server_id)");
                String id = ShardFixture.text(acme, "SELECT @@server_id");
                if (id.equals(serverId) || System.nanoTime() > end) {
                    return id;
                }
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                assertThat(e.getErrorCode()).as("%s", e).isIn(1290, 1429);
            }
        }
    }

    @Test
    void aNameThatLeadsToAnotherServerIsFollowedByThoseWhoAreConnectedToo() throws Exception {
        try (var acme = gateway.connect("acme");
                var one = admin(0);
                var two = admin(1)) {
            ShardFixture.run(acme, "CREATE TABLE named (server_id INT)");
            assertThat(awaitWriteOn(acme, firstId)).isEqualTo(firstId);
            awaitReplicated(two);

            // A switch in good order: the former primary goes on, read-only, and its connections are in good health.
            ShardFixture.run(one, "SET GLOBAL read_only = 1");
            ShardFixture.run(two, "STOP SLAVE");
            ShardFixture.run(two, "SET GLOBAL read_only = 0");
            leadsTo("127.0.0.2");
            long moved = System.nanoTime();
            assertThat(awaitWriteOn(acme, secondId)).isEqualTo(secondId);
            noticed("switch", moved);
            assertThat(ShardFixture.text(one, "SELECT COUNT(*) FROM acme.named WHERE server_id = " + secondId))
                    .isEqualTo("0");

            // And one without: the server is gone, and its name leads back to the first.
            second.closePort();
            assertThat(errorOf(acme)).contains("[GW-");
            ShardFixture.run(one, "SET GLOBAL read_only = 0");
            leadsTo("127.0.0.1");
            moved = System.nanoTime();
            assertThat(awaitWriteOn(acme, firstId)).isEqualTo(firstId);
            noticed("failover", moved);
        }
    }

    private static void noticed(String what, long sinceNanos) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
        System.out.println("noticed: name after a " + what + " after " + millis + " ms");
        assertThat(millis).as(what).isLessThan(30_000);
    }

    private static void awaitReplicated(Connection replica) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                if (!"0".equals(ShardFixture.text(replica, "SELECT COUNT(*) FROM acme.named"))) {
                    return;
                }
            } catch (SQLException e) {
                // The table is not there yet.
            }
            assertThat(System.nanoTime()).as("replication is stuck").isLessThan(end);
        }
    }

    private static String errorOf(Connection acme) {
        try {
            ShardFixture.run(acme, "INSERT INTO named VALUES (0)");
        } catch (SQLException e) {
            return e.getMessage();
        }
        throw new AssertionError("written where there is no server");
    }
}
