// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.value;
import static com.workersql.server.it.InThread.inThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.Gateway;
import com.workersql.server.config.StatementsConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statements that run on one shard after the other have one time for all of it, and KILL QUERY ends whichever part runs. */
class SeveralShardsEndIT {
    private static final String WRITE = "INSERT INTO countries VALUES (1)";
    private static final String READ = "SELECT customer, SLEEP(pause) FROM slept";

    private static ShardedFleet fleet;
    private static ListeningProxy proxy;
    /** Reaches the first shard through the proxy. */
    private static Gateway gateway;
    /** The same with a limit. */
    private static Gateway limited;

    private Connection app;
    private Connection killer;
    private String id;

    @BeforeAll
    static void start() throws Exception {
        fleet = ShardedFleet.start("""
                version: 1
                shards: [shard_0, shard_1, shard_2, shard_3]
                tables:
                  slept: { strategy: hash, key: customer, key_type: int }
                  countries: { strategy: reference }
                """);
        proxy = new ListeningProxy(fleet.embedded().shards().get(0).port());
        gateway = fleet.anotherGateway(config -> Fleet.firstAt(config, proxy.port()));
        limited = fleet.anotherGateway(config -> config.toBuilder()
                .statements(StatementsConfig.of(Map.of(StatementsConfig.TIMEOUT_MILLIS, 1_000L)))
                .build());
    }

    @AfterAll
    static void stop() throws Exception {
        if (proxy != null) {
            proxy.close();
        }
        for (var each : new Gateway[] {gateway, limited}) {
            if (each != null) {
                each.close();
            }
        }
        if (fleet != null) {
            fleet.close();
        }
    }

    /** One row on each shard. */
    @BeforeEach
    void connect() throws Exception {
        for (int number = 0; number < 4; number++) {
            try (var shard = fleet.shard(number)) {
                run(shard, "DROP TABLE IF EXISTS slept, countries");
                run(shard, "CREATE TABLE slept (customer INT PRIMARY KEY, pause DOUBLE)");
                run(shard, "CREATE TABLE countries (id INT PRIMARY KEY)");
                run(shard, "INSERT INTO slept VALUES (" + number + ", 0)");
            }
        }
        app = ShardedFleet.connect(gateway);
        killer = ShardedFleet.connect(gateway);
        id = value(app, "SELECT CONNECTION_ID()");
    }

    @AfterEach
    void close() throws SQLException {
        proxy.letGo();
        app.close();
        killer.close();
    }

    @Test
    void thePartsOfAReadHaveOneTimeLimitTogether() throws Exception {
        for (int number = 0; number < 4; number++) {
            pause(number, 0.4);
        }
        try (var late = ShardedFleet.connect(limited)) {
            assertThatThrownBy(() -> read(late)).isInstanceOfSatisfying(SQLException.class, e -> {
                assertThat(e.getErrorCode()).isEqualTo(3024);
                assertThat(e.getMessage()).contains("the limit is 1000 ms");
            });
            pause(1, 0);
            pause(2, 0);
            pause(3, 0);
            assertThat(read(late)).isEqualTo(4);
        }
    }

    @Test
    void thePartsOfAWriteHaveOneTimeLimitTogether() throws Exception {
        try (var late = ShardedFleet.connect(limited);
                var blocking = block(1)) {
            assertThatThrownBy(() -> run(late, WRITE)).isInstanceOfSatisfying(SQLException.class, e -> {
                assertThat(e.getErrorCode()).isEqualTo(3024);
                assertThat(e.getMessage())
                        .contains("the limit is 1000 ms", "on shard shard_1; done on [shard_0], not on [shard_1,");
            });
            run(blocking, "ROLLBACK");
            assertThat(found()).isEqualTo("1 0 0 0");
            assertThat(read(late)).as("the session goes on").isEqualTo(4);
        }
    }

    @Test
    void killQueryEndsTheReadOnWhicheverShardItIs() throws Exception {
        pause(2, 60);
        var reading = inThread(() -> read(app));
        awaitRunning(2, READ);

        run(killer, "KILL QUERY " + id);

        assertKilled(reading);
        pause(2, 0);
        assertThat(read(app)).isEqualTo(4);
    }

    @Test
    void killQueryEndsTheWriteOnWhicheverShardItIs() throws Exception {
        try (var blocking = block(2)) {
            var writing = write();
            awaitRunning(2, WRITE);

            run(killer, "KILL QUERY " + id);

            assertThat(assertKilled(writing)).contains("done on [shard_0, shard_1], not on [shard_2, shard_3]");
            run(blocking, "ROLLBACK");
            assertThat(found()).isEqualTo("1 1 0 0");
        }
    }

    @Test
    void killQueryThatComesTooLateForOneShardKeepsTheReadFromTheNext() throws Exception {
        try (var locking = fleet.shard(0)) {
            run(locking, "LOCK TABLES slept WRITE");
            proxy.keepBack("KILL QUERY");
            var reading = inThread(() -> read(app));
            awaitRunning(0, READ);
            run(killer, "KILL QUERY " + id);
            proxy.awaitKept();
            run(locking, "UNLOCK TABLES");

            assertKilled(reading);
        }
        proxy.letGo();
        assertThat(read(app)).isEqualTo(4);
    }

    @Test
    void killQueryThatComesTooLateForOneShardKeepsTheWriteFromTheNext() throws Exception {
        try (var blocking = block(0)) {
            proxy.keepBack("KILL QUERY");
            var writing = write();
            awaitRunning(0, WRITE);
            run(killer, "KILL QUERY " + id);
            proxy.awaitKept();
            run(blocking, "ROLLBACK");

            assertThat(assertKilled(writing)).contains("done on [shard_0], not on [shard_1, shard_2, shard_3]");
        }
        proxy.letGo();
        assertThat(found()).isEqualTo("1 0 0 0");
    }

    private Future<Void> write() {
        return inThread(() -> {
            run(app, WRITE);
            return null;
        });
    }

    private static int read(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(READ)) {
            int count = 0;
            while (rows.next()) {
                count++;
            }
            return count;
        }
    }

    private static void pause(int number, double seconds) throws SQLException {
        try (var shard = fleet.shard(number)) {
            run(shard, "UPDATE slept SET pause = " + seconds);
        }
    }

    /** Has the write wait on a shard for somebody who writes the same there. */
    private static Connection block(int number) throws SQLException {
        var blocking = fleet.shard(number);
        run(blocking, "BEGIN");
        run(blocking, WRITE);
        return blocking;
    }

    /** How many rows each shard has of what was written. */
    private static String found() throws SQLException {
        var found = new StringBuilder();
        for (int number = 0; number < 4; number++) {
            try (var shard = fleet.shard(number)) {
                found.append(number == 0 ? "" : " ").append(value(shard, "SELECT COUNT(*) FROM countries"));
            }
        }
        return found.toString();
    }

    private static void awaitRunning(int number, String sql) throws SQLException {
        try (var shard = fleet.shard(number)) {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (value(shard, "SELECT 1 FROM information_schema.processlist WHERE info = '" + sql + "'") == null) {
                assertThat(System.nanoTime()).as("waiting for %s", sql).isLessThan(end);
                LockSupport.parkNanos(1_000_000);
            }
        }
    }

    private static String assertKilled(Future<?> statement) {
        var message = new String[1];
        assertThatThrownBy(() -> statement.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(SQLException.class, e -> {
                    assertThat(e.getErrorCode()).isEqualTo(1317);
                    message[0] = e.getMessage();
                });
        return message[0];
    }
}
