// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.Gateway;
import com.workersql.server.config.ReplicasConfig;
import com.workersql.server.embedded.ShardFixture;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A session finds what it has written, wherever its reads run, by the GTIDs of its writes: on a pair of MariaDB servers, and on one of
 * MySQL servers where there are some.
 */
class ReadYourWritesIT {
    private static final int ROUNDS = Integer.getInteger("workersql.replicas.rounds", 60);
    private static final long PATIENT_MILLIS = 20_000;
    private static final long IMPATIENT_MILLIS = 200;
    private static final String FUNCTION = Fleet.isMySql() ? "WAIT_FOR_EXECUTED_GTID_SET" : "MASTER_GTID_WAIT";

    private static ReplicaPair pair;

    private Connection acme;

    @BeforeAll
    static void start() throws Exception {
        pair = ReplicaPair.start(replicas(PATIENT_MILLIS));
    }

    private static ReplicasConfig replicas(long waitMillis) {
        return ReplicasConfig.of(
                true, Map.of(ReplicasConfig.MAX_LAG_MILLIS, 3_600_000L, ReplicasConfig.GTID_WAIT_MILLIS, waitMillis));
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
        awaitPrimary();
        ShardFixture.run(acme, "CREATE TABLE IF NOT EXISTS seen (id INT PRIMARY KEY, v INT)");
        awaitReplica(acme);
    }

    /** Of two servers that took writes a moment ago, the gateway finds out which is the primary. */
    private void awaitPrimary() throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                ShardFixture.run(acme, "DO 1");
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    private static void awaitReplica(Connection connection) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!ShardFixture.text(connection, "SELECT @@server_id").equals(pair.replicaId())) {
            assertThat(System.nanoTime()).as("no read on the replica").isLessThan(end);
        }
    }

    @Test
    void aSessionAlwaysFindsWhatItHasWritten() throws SQLException {
        var places = ReplicaPair.readBehindWrites(acme, 1, ROUNDS);
        System.out.println("read your writes by waiting: " + ROUNDS + " writes, reads by server " + places);
        assertThat(places).as("reads behind a write wait on the replica").containsKey(pair.replicaId());
    }

    @Test
    void aReadWaitsOnTheReplicaUntilTheWriteIsThere() throws Exception {
        pair.follow(false);
        try {
            ShardFixture.run(acme, "REPLACE INTO seen VALUES (2, 5)");
            var reading = InThread.inThread(
                    () -> ShardFixture.text(acme, "SELECT CONCAT(v, ' ', @@server_id) FROM seen WHERE id = 2"));
            pair.awaitRunningOnReplica("SELECT " + FUNCTION + "(%");
            assertThat(reading).isNotDone();
            pair.follow(true);
            assertThat(reading.get(30, TimeUnit.SECONDS)).isEqualTo("5 " + pair.replicaId());
        } finally {
            pair.follow(true);
        }
    }

    /** That it had no effect is what only the primary knows. */
    @Test
    void aWriteThatIsAskedForOnceMoreIsAnsweredAsBeforeWhateverTheReplicaHas() throws Exception {
        var http = new Http(pair.fleet(), "acme");
        var write = http.request("/v1/query")
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", "once")
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"REPLACE INTO seen VALUES (5, 5)\"}"))
                .build();
        pair.follow(false);
        try {
            assertThat(http.send(write, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);

            var again = http.send(write, HttpResponse.BodyHandlers.ofString());

            assertThat(again.statusCode()).as(again.body()).isEqualTo(200);
            assertThat(again.headers().firstValue("idempotency-replayed")).hasValue("true");
        } finally {
            pair.follow(true);
        }
    }

    @Test
    void aWriteOfWhichOnlyTheTimeIsKnownIsFoundByThat() throws Exception {
        String read = "SELECT CONCAT(v, ' ', @@server_id) FROM seen WHERE id = 4";
        ShardFixture.run(acme, "REPLACE INTO seen VALUES (4, 0)");
        try (var other = pair.connect()) {
            pair.follow(false);
            try {
                ShardFixture.run(acme, "REPLACE INTO seen VALUES (4, 7)");
                // It changes nothing, so that no transaction has a GTID: the session is known to have written until
                // now.
                ShardFixture.run(acme, "UPDATE seen SET v = 1 WHERE id = -1");
                for (int i = 0; i < 20; i++) {
                    assertThat(ShardFixture.text(acme, read)).isEqualTo("7 " + pair.primaryId());
                }
                assertThat(ShardFixture.text(other, "SELECT @@server_id"))
                        .as("where somebody reads who has not written")
                        .isEqualTo(pair.replicaId());
            } finally {
                pair.follow(true);
            }
        }
        awaitReplica(acme);
        assertThat(ShardFixture.text(acme, read)).isEqualTo("7 " + pair.replicaId());
    }

    @Test
    void aReadThatHasWaitedLongEnoughGoesToThePrimary() throws Exception {
        var config = pair.fleet().config().toBuilder()
                .replicas(replicas(IMPATIENT_MILLIS))
                .build();
        try (var gateway = Gateway.start(config);
                var client = pair.fleet()
                        .connect(Fleet.isMySql() ? Driver.MYSQL_TEXT : Driver.MARIADB_TEXT, "acme", gateway)) {
            awaitReplica(client);
            pair.follow(false);
            try {
                ShardFixture.run(client, "REPLACE INTO seen VALUES (3, 6)");
                long before = System.nanoTime();
                assertThat(ShardFixture.text(client, "SELECT CONCAT(v, ' ', @@server_id) FROM seen WHERE id = 3"))
                        .isEqualTo("6 " + pair.primaryId());
                assertThat(System.nanoTime() - before)
                        .as("it has waited")
                        .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(IMPATIENT_MILLIS));
            } finally {
                pair.follow(true);
            }
        }
    }
}
