// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.testing.RawClient;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What clients get when a shard or the way to it is sick, how soon the gateway notices, and what clients of the other shard feel. */
@Tag("alone")
class ShardFaultsIT extends SickShard {
    @Test
    void aShardWhosePortIsClosedIsNoticedAtOnceAndWhenItIsBack() throws Exception {
        var other = bystander();
        proxy.closePort();
        long before = System.nanoTime();
        var error = errorOf("INSERT INTO written VALUES (1000)");
        assertThat(error.getErrorCode()).isEqualTo(1429);
        assertThat(error.getMessage()).contains("[GW-NOT-EXECUTED]");
        noticed("port closed", before, 100, 3_000);
        proxy.openPort();
        long back = System.nanoTime();
        awaitAnswer();
        noticed("port open again", back, 500, 5_000);
        other.end("port closed");
    }

    @Test
    void aServerThatGreetsByGarbageIsRefused() throws Exception {
        var other = bystander();
        proxy.mode(FaultProxy.Mode.GARBAGE);
        var error = errorOf("INSERT INTO written VALUES (1001)");
        assertThat(error.getErrorCode()).isEqualTo(1429);
        proxy.mode(FaultProxy.Mode.PASS);
        long back = System.nanoTime();
        awaitAnswer();
        noticed("greeting again", back, 500, 5_000);
        other.end("garbage greeting");
    }

    @Test
    void aShardThatIsCutOffSilentlyIsNoticedByItsPings() throws Exception {
        var other = bystander();
        // MySQL's driver asks whether the session is read-only before it writes, and would wait for that.
        acme.close();
        acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
        awaitAnswer();
        proxy.mode(FaultProxy.Mode.BLACKHOLE);
        long before = System.nanoTime();
        var writing = InThread.inThread(() -> errorOf("INSERT INTO written VALUES (1002)"));
        awaitRefusal();
        try {
            noticed("blackhole", before, 1_500, 8_000);
            var error = writing.get(30, TimeUnit.SECONDS);
            assertThat(error.getMessage()).contains("[GW-OUTCOME-UNKNOWN]");
        } finally {
            proxy.mode(FaultProxy.Mode.PASS);
        }
        long back = System.nanoTime();
        awaitAnswer();
        noticed("after the blackhole", back, 500, 8_000);
        other.end("blackhole");
    }

    @Test
    void aFrozenServerIsNoticedByItsPingsAndSoIsItsReturn() throws Exception {
        var other = bystander();
        ShardFixture.freeze(fleet.embedded(), "shard_0");
        long before = System.nanoTime();
        try {
            awaitRefusal();
            noticed("frozen", before, 1_500, 8_000);
        } finally {
            ShardFixture.thaw(fleet.embedded(), "shard_0");
        }
        long back = System.nanoTime();
        awaitAnswer();
        noticed("thawed", back, 500, 5_000);
        other.end("frozen");
    }

    @Test
    void aKilledServerIsNoticedAtOnceAndSoIsItsReturn() throws Exception {
        var other = bystander();
        ShardFixture.kill(fleet.embedded(), "shard_0");
        long before = System.nanoTime();
        try {
            var error = errorOf("INSERT INTO written VALUES (1003)");
            assertThat(error.getMessage()).contains("[GW-");
            noticed("killed", before, 100, 3_000);
        } finally {
            ShardFixture.restart(fleet.embedded(), "shard_0");
        }
        long back = System.nanoTime();
        awaitAnswer();
        noticed("restarted", back, 500, 5_000);
        other.end("killed");
    }

    @Test
    void aShardThatComesBackInAnotherVersionIsTakenForWhatItIs() throws Exception {
        var other = bystander();
        try (var prepared = fleet.connect(Driver.MARIADB_PREPARED, "acme");
                var statement = prepared.prepareStatement("SELECT 40 + ?")) {
            assertThat(answer(statement)).isEqualTo(42);
            String own = version();
            assertThat(own).startsWith("11.4.5");
            restartAs("11.4.5", "11.4.4");
            try {
                awaitVersion("11.4.4");
                awaitAnswer(statement);
            } finally {
                restartAs(null, null);
            }
            awaitVersion("11.4.5");
            awaitAnswer(statement);
        }
        other.end("another version");
    }

    private static int answer(java.sql.PreparedStatement statement) throws SQLException {
        statement.setInt(1, 2);
        try (var rows = statement.executeQuery()) {
            return rows.next() ? rows.getInt(1) : -1;
        }
    }

    private static void awaitAnswer(java.sql.PreparedStatement statement) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                assertThat(answer(statement)).isEqualTo(42);
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    private static String version() throws SQLException {
        try (var connection = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            return ShardFixture.text(connection, "SELECT VERSION()");
        }
    }

    private static void awaitVersion(String begin) throws SQLException {
        long start = System.nanoTime();
        while (!version().startsWith(begin)) {
            assertThat(System.nanoTime() - start).as("not seen as %s", begin).isLessThan(TimeUnit.SECONDS.toNanos(30));
        }
        noticed("version " + begin, start, 1_500, 30_000);
    }

    @Test
    void statementsOfTheOtherShardAreNotQueuedBehindThoseOfASickOne() throws Exception {
        int clients = 2 * Math.max(4, Runtime.getRuntime().availableProcessors());
        var hung = new ArrayList<CompletableFuture<SQLException>>();
        var sick = new ArrayList<Connection>();
        var well = new ArrayList<Connection>();
        try {
            for (int i = 0; i < clients; i++) {
                sick.add(fleet.connect(Driver.MARIADB_TEXT, "acme"));
                ShardFixture.text(sick.get(i), "SELECT 1");
                well.add(fleet.connect(Driver.MARIADB_TEXT, "globex"));
                ShardFixture.text(well.get(i), "SELECT 1");
            }
            proxy.mode(FaultProxy.Mode.BLACKHOLE);
            for (var connection : sick) {
                hung.add(InThread.inThread(() -> {
                    try {
                        run(connection, "UPDATE written SET id = id WHERE id = -1");
                        return null;
                    } catch (SQLException e) {
                        return e;
                    }
                }));
            }
            // As many as there are event loops and more: every loop has clients of both shards.
            for (int round = 0; round < 10; round++) {
                for (var connection : well) {
                    assertThat(one(connection, "SELECT 7")).isEqualTo(7);
                }
            }
            assertThat(hung).as("the sick shard's statements still wait").anyMatch(each -> !each.isDone());
        } finally {
            proxy.mode(FaultProxy.Mode.PASS);
            for (var each : hung) {
                each.get(30, TimeUnit.SECONDS);
            }
            for (var connection : sick) {
                connection.close();
            }
            for (var connection : well) {
                connection.close();
            }
        }
        awaitAnswer();
    }

    @Test
    void aSlowShardIsSlowAndNotSick() throws SQLException {
        proxy.delay(30);
        proxy.rate(50_000);
        try {
            for (int i = 0; i < 10; i++) {
                assertThat(one("SELECT " + i)).isEqualTo(i);
            }
        } finally {
            proxy.delay(0);
            proxy.rate(Integer.MAX_VALUE);
        }
    }

    @Test
    void whereAServerHasNoPlaceLeftEstablishedConnectionsWorkOn() throws Exception {
        var shard = fleet.embedded().shards().get(0);
        var occupants = new ArrayList<Connection>();
        try (var admin = ShardFixture.admin(shard);
                var admin2 = ShardFixture.admin(shard)) {
            awaitAnswer();
            ShardFixture.run(admin, "SET GLOBAL max_connections = 10");
            try {
                for (int i = 0; i < 20; i++) {
                    occupants.add(fleet.direct(Driver.MYSQL_TEXT, "acme"));
                }
            } catch (SQLException e) {
                // Full, as it is meant to be.
            }
            for (int i = 1; i <= 20; i++) {
                assertThat(one("SELECT " + i)).isEqualTo(i);
            }
            ShardFixture.run(admin2, "SET GLOBAL max_connections = 151");
        } finally {
            for (var occupant : occupants) {
                occupant.close();
            }
        }
        awaitAnswer();
    }

    @Test
    void aServerThatBlocksTheGatewaysHostGetsNoNewConnectionsAndServesTheEstablishedOnes() throws Exception {
        int port = fleet.gateway().mysqlAddress().getPort();
        var clients = new ArrayList<RawClient>();
        try {
            var established = RawClient.connect(port, "acme", fleet.password("acme"), "acme", RAW);
            clients.add(established);
            established.query("BEGIN");
            assertThat(established.query("SELECT 1").value()).isEqualTo("1");
            proxy.mode(FaultProxy.Mode.BLOCKED);
            try {
                int errno = 0;
                // Each keeps a connection if it gets one, of those that are open already; then a new one is needed.
                for (int i = 0; errno == 0 && i < 100; i++) {
                    var client = RawClient.connect(port, "acme", fleet.password("acme"), "acme", RAW);
                    clients.add(client);
                    client.query("BEGIN");
                    errno = client.query("SELECT 2").errno();
                }
                assertThat(errno).isEqualTo(1429);
                assertThat(established.query("SELECT 3").value()).isEqualTo("3");
            } finally {
                proxy.mode(FaultProxy.Mode.PASS);
            }
        } finally {
            for (var client : clients) {
                client.close();
            }
        }
        awaitAnswer();
    }

    @Test
    void aServerThatBecameReadOnlySaysSoInItsOwnWords() throws Exception {
        try (var admin = ShardFixture.admin(fleet.embedded().shards().get(0))) {
            ShardFixture.run(admin, "SET GLOBAL read_only = 1");
            var error = errorOf("INSERT INTO written VALUES (1004)");
            assertThat(error.getErrorCode()).isEqualTo(1290);
            assertThat(one("SELECT 11")).isEqualTo(11);
            ShardFixture.run(admin, "SET GLOBAL read_only = 0");
        }
        run(acme, "INSERT INTO written VALUES (1004)");
    }
}
