// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Keys that the gateway generates from a sequence: no two rows get the same, and clients learn them as they learn a server's. */
class GeneratedKeysIT {
    private static final String POLICY = """
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            tables:
              orders: { strategy: hash, key: id, key_type: int, sequence: ids }
              parcels: { strategy: range, key: id, key_type: int, sequence: ids, ranges: [ { below: 1000000, shard: shard_3 }, { shard: shard_0 } ] }
              lost: { strategy: hash, key: id, key_type: int, sequence: missing }
              bare: { strategy: hash, key: id, key_type: int, sequence: empty }
              ids: { strategy: single, shard: shard_1 }
              missing: { strategy: single, shard: shard_1 }
              empty: { strategy: single, shard: shard_1 }
            """;

    /** A gateway does not start where a sequence is not there. */
    private static final String WITHOUT_LOST = POLICY.replaceAll("(?m)^ *(lost|missing):.*\n", "");

    /** More rows than the keys that a gateway takes at once. */
    private static final int ABOVE_ONE_RANGE = 1_200;

    private static ShardedFleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = ShardedFleet.start(POLICY);
        try (var connection = fleet.connect(false)) {
            for (String table : List.of("orders", "parcels", "lost", "bare")) {
                ShardFixture.run(
                        connection,
                        "CREATE TABLE " + table + " (id BIGINT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(20))");
            }
            ShardFixture.run(connection, "CREATE TABLE ids (next_id BIGINT NOT NULL)");
            ShardFixture.run(connection, "INSERT INTO ids VALUES (1)");
            ShardFixture.run(connection, "CREATE TABLE empty (next_id BIGINT NOT NULL)");
        }
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static long insert(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql, Statement.RETURN_GENERATED_KEYS);
            try (var keys = statement.getGeneratedKeys()) {
                assertThat(keys.next()).isTrue();
                return keys.getLong(1);
            }
        }
    }

    private static List<Long> numbers(Connection connection, String sql) throws SQLException {
        List<Long> numbers = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                numbers.add(rows.getLong(1));
            }
        }
        return numbers;
    }

    @Test
    void aClientLearnsTheKeyFromTheReplyAndFromLastInsertId() throws SQLException {
        try (var connection = fleet.connect(false)) {
            for (int row = 0; row < 8; row++) {
                long key = insert(connection, "INSERT INTO orders (note) VALUES ('told')");
                assertThat(numbers(connection, "SELECT LAST_INSERT_ID()")).containsExactly(key);
                assertThat(numbers(connection, "SELECT id FROM orders WHERE id = " + key))
                        .containsExactly(key);
                assertThat(numbers(connection, "SELECT id FROM orders WHERE id = LAST_INSERT_ID() AND id = " + key))
                        .containsExactly(key);
            }
        }
    }

    @Test
    void rowsOfOneStatementGetKeysInARowHoweverManyTheyAre() throws SQLException {
        int rows = ABOVE_ONE_RANGE;
        try (var connection = fleet.connect(false)) {
            String values = String.join(", ", Collections.nCopies(rows, "('many')"));
            long first = insert(connection, "INSERT INTO parcels (note) VALUES " + values);
            assertThat(numbers(
                            connection,
                            "SELECT COUNT(*) FROM parcels WHERE note = 'many' AND id BETWEEN " + first + " AND "
                                    + (first + rows - 1)))
                    .containsExactly((long) rows);
            assertThat(numbers(connection, "SELECT LAST_INSERT_ID()")).containsExactly(first);
        }
    }

    @Test
    void noTwoRowsGetTheSameKeyThroughTwoGateways() throws Exception {
        int threads = 4;
        int each = 60;
        var all = Collections.synchronizedList(new ArrayList<Long>());
        var pool = Executors.newFixedThreadPool(threads);
        try (var other = fleet.anotherGateway(WITHOUT_LOST)) {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int thread = 0; thread < threads; thread++) {
                boolean throughOther = thread % 2 == 1;
                tasks.add(() -> {
                    try (var connection = throughOther ? ShardedFleet.connect(other) : fleet.connect(false)) {
                        for (int row = 0; row < each; row++) {
                            all.add(insert(connection, "INSERT INTO orders SET note = 'together'"));
                        }
                    }
                    return null;
                });
            }
            for (var done : pool.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(new HashSet<>(all)).hasSize(threads * each);
        try (var connection = fleet.connect(false)) {
            assertThat(numbers(connection, "SELECT id FROM orders WHERE note = 'together'"))
                    .containsExactlyInAnyOrderElementsOf(all);
        }
    }

    @Test
    void aKeyOfARolledBackRowIsNotGivenAgain() throws SQLException {
        try (var connection = fleet.connect(false)) {
            connection.setAutoCommit(false);
            long before = insert(connection, "INSERT INTO parcels (note) VALUES ('gone')");
            connection.rollback();
            long after = insert(connection, "INSERT INTO parcels (note) VALUES ('stays')");
            connection.commit();
            connection.setAutoCommit(true);
            assertThat(after).isGreaterThan(before);
            assertThat(numbers(connection, "SELECT id FROM parcels WHERE note IN ('gone', 'stays')"))
                    .containsExactly(after);
        }
    }

    @Test
    void aSequenceThatIsNotThereOrHasNoRowIsNamed() throws SQLException {
        try (var connection = fleet.connect(false)) {
            assertThatThrownBy(() -> insert(connection, "INSERT INTO lost (note) VALUES ('x')"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1146))
                    .hasMessageContaining("The sequence `app`.`missing`");
            assertThatThrownBy(() -> insert(connection, "INSERT INTO bare (note) VALUES ('x')"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1235))
                    .hasMessageContaining("it has 0 rows, and has to have one");
        }
    }

    @Test
    void aPreparedInsertGetsAnotherKeyWithEachExecution() throws SQLException {
        var keys = new HashSet<Long>();
        try (var connection = fleet.connect(Driver.MYSQL_PREPARED);
                var insert = connection.prepareStatement(
                        "INSERT INTO orders (note) VALUES (?)", Statement.RETURN_GENERATED_KEYS)) {
            for (int row = 0; row < 5; row++) {
                insert.setString(1, "prepared " + row);
                assertThat(insert.executeUpdate()).isEqualTo(1);
                try (var key = insert.getGeneratedKeys()) {
                    assertThat(key.next()).isTrue();
                    keys.add(key.getLong(1));
                }
            }
            assertThat(numbers(connection, "SELECT id FROM orders WHERE note LIKE 'prepared %'"))
                    .hasSize(5)
                    .containsExactlyInAnyOrderElementsOf(keys);
        }
    }
}
