// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.server.config.ReplicasConfig;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard of a primary and a replica: which reads go to the replica, and that none is older than it may be. */
class ReplicaReadsIT {
    private static final int LAG_LIMIT_MILLIS = 3_000;
    private static final String WHERE = "SELECT @@server_id";
    private static final int ROUNDS = Integer.getInteger("workersql.replicas.rounds", 400);
    private static ReplicaPair pair;

    private Connection acme;

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(Fleet.isMySql(), "servers that exist beside the build are not to be hurt");
        pair = ReplicaPair.start(
                ReplicasConfig.of(true, Map.of(ReplicasConfig.MAX_LAG_MILLIS, (long) LAG_LIMIT_MILLIS)));
    }

    @AfterAll
    static void stop() {
        if (pair != null) {
            pair.close();
        }
    }

    @BeforeEach
    void connect() throws SQLException {
        acme = pair.connect();
        ShardFixture.run(acme, "CREATE TABLE IF NOT EXISTS seen (id INT PRIMARY KEY, v INT)");
        awaitReplica();
    }

    @Test
    void plainReadsGoToTheReplicaAndEverythingElseToThePrimary() throws SQLException {
        for (int i = 0; i < 10; i++) {
            assertThat(place(WHERE)).isEqualTo(pair.replicaId());
        }
        assertThat(place("SELECT /*+ weak */ @@server_id")).isEqualTo(pair.replicaId());
        assertThat(place("SELECT /*+ bounded=2500 */ @@server_id")).isEqualTo(pair.replicaId());
        assertThat(place("SELECT /*+ strong */ @@server_id")).isEqualTo(pair.primaryId());
        assertThat(place("SELECT /*+ bounded=0 */ @@server_id"))
                .as("nobody is that fresh")
                .isEqualTo(pair.primaryId());
        assertThat(place("SELECT @@server_id FROM (SELECT 1) AS one FOR UPDATE"))
                .isEqualTo(pair.primaryId());
        ShardFixture.run(acme, "BEGIN");
        assertThat(place("SELECT /*+ weak */ @@server_id")).isEqualTo(pair.primaryId());
        ShardFixture.run(acme, "COMMIT");
        ShardFixture.run(acme, "SET autocommit = 0");
        assertThat(place("SELECT /*+ weak */ @@server_id")).isEqualTo(pair.primaryId());
        ShardFixture.run(acme, "COMMIT");
        ShardFixture.run(acme, "SET autocommit = 1");
    }

    /** A cursor would bind the session to a replica: the rows come with the execution instead. */
    @Test
    void aReplicaAnswersAReadThatAsksForACursor() throws SQLException {
        String sql = "SELECT @@server_id UNION ALL SELECT @@server_id UNION ALL SELECT @@server_id";
        try (var asking = pair.connectForCursors();
                var read = asking.prepareStatement(sql)) {
            awaitPlace(asking, WHERE, pair.replicaId());
            for (int i = 0; i < 3; i++) {
                var places = new ArrayList<String>();
                try (var rows = read.executeQuery()) {
                    while (rows.next()) {
                        places.add(rows.getString(1));
                    }
                }
                assertThat(places).hasSize(3).containsOnly(pair.replicaId());
            }
        }
    }

    @Test
    void aSessionThatIsBoundToItsConnectionReadsThere() throws SQLException {
        ShardFixture.run(acme, "CREATE TEMPORARY TABLE mine (id INT)");
        for (int i = 0; i < 5; i++) {
            assertThat(place(WHERE)).isEqualTo(pair.primaryId());
        }
        ShardFixture.run(acme, "DROP TEMPORARY TABLE mine");
        awaitReplica();
    }

    @Test
    void whatASessionHasSetIsSetOnTheReplicaToo() throws SQLException {
        ShardFixture.run(acme, "SET sql_mode = 'ANSI_QUOTES', @mine = 'x', time_zone = '+03:00'");
        awaitReplica();
        assertThat(place("SELECT CONCAT(@@sql_mode, ' ', @@time_zone, ' ', @@server_id)"))
                .isEqualTo("ANSI_QUOTES +03:00 " + pair.replicaId());
    }

    @Test
    void warningsOfAReplicaAreReadThereAndTheNextWriteGoesToThePrimary() throws SQLException {
        assertThat(place("SELECT CONCAT(CAST('7x' AS INT), ' ', @@server_id)")).isEqualTo("7 " + pair.replicaId());
        assertThat(ShardFixture.text(acme, "SHOW WARNINGS")).contains("Truncated");
        ShardFixture.run(acme, "REPLACE INTO seen VALUES (1, 1)");

        awaitReplica();
        assertThat(place("SELECT CONCAT(CAST('8x' AS INT), ' ', @@server_id)")).isEqualTo("8 " + pair.replicaId());
        ShardFixture.run(acme, "REPLACE INTO seen VALUES (1, 2)");
        assertThat(place("SELECT v FROM seen WHERE id = 1")).isEqualTo("2");
    }

    @Test
    void aSessionAlwaysFindsWhatItHasWritten() throws SQLException {
        var places = ReplicaPair.readBehindWrites(acme, 2, ROUNDS);
        System.out.println("read your writes: " + ROUNDS + " writes, reads by server " + places);
    }

    @Test
    void aReplicaThatStandsStillIsNotReadFromOnceItIsTooFarBehind() throws SQLException {
        try (var replica = pair.replica()) {
            ShardFixture.run(replica, "STOP SLAVE SQL_THREAD");
            try {
                ShardFixture.run(acme, "REPLACE INTO seen VALUES (3, 1)");
                assertThat(place("SELECT v FROM seen WHERE id = 3")).isEqualTo("1");
                try (var other = pair.connect()) {
                    awaitPlace(other, "SELECT @@server_id", pair.primaryId());
                    assertThat(ShardFixture.text(other, "SELECT v FROM seen WHERE id = 3"))
                            .as("older than the limit is never read")
                            .isEqualTo("1");
                }
            } finally {
                ShardFixture.run(replica, "START SLAVE SQL_THREAD");
            }
        }
        awaitReplica();
        assertThat(place("SELECT v FROM seen WHERE id = 3")).isEqualTo("1");
    }

    @Test
    void readsOfAReplicaThatIsKilledAreAnsweredByThePrimary() throws SQLException {
        pair.killReplica();
        try {
            for (int i = 0; i < 20; i++) {
                assertThat(place(WHERE)).isEqualTo(pair.primaryId());
            }
            ShardFixture.run(acme, "REPLACE INTO seen VALUES (4, 4)");
        } finally {
            pair.restartReplica();
        }
        awaitReplica();
    }

    @Test
    void aReadThatRunsOnAReplicaWhenThatIsKilledIsRepeatedOnThePrimary() throws Exception {
        var reading = InThread.inThread(() -> ShardFixture.text(acme, "SELECT CONCAT(SLEEP(1.5), ' ', @@server_id)"));
        pair.awaitRunningOnReplica("SELECT CONCAT(SLEEP%");
        pair.killReplica();
        try {
            assertThat(reading.get(20, TimeUnit.SECONDS)).isEqualTo("0 " + pair.primaryId());
        } finally {
            pair.restartReplica();
        }
    }

    // ---- what they need

    private String place(String sql) throws SQLException {
        return ShardFixture.text(acme, sql);
    }

    private void awaitReplica() throws SQLException {
        awaitPlace(acme, WHERE, pair.replicaId());
    }

    private static void awaitPlace(Connection connection, String sql, String expected) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        String found = ShardFixture.text(connection, sql);
        while (!found.equals(expected) && System.nanoTime() < end) {
            found = ShardFixture.text(connection, sql);
        }
        assertThat(found).as("the server that %s ran on", sql).isEqualTo(expected);
    }
}
