// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.GatewayStartException;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A policy that takes a key column for another than it is, or a table for a sequence, sends no statement anywhere by it. */
class SchemaCheckIT {
    private static final String POLICY = """
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            tables: { people: { strategy: hash, key: name, key_type: string, key_collation: utf8mb4_general_ci } }
            """;

    private static final String DRAWING = """
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            tables:
              parcels: { strategy: hash, key: id, key_type: int, sequence: parcel_ids }
              parcel_ids: { strategy: single, shard: shard_1 }
            """;

    private static ShardedFleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = ShardedFleet.start(POLICY);
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static SQLException failure(Connection connection, String sql) {
        try {
            ShardFixture.run(connection, sql);
            return null;
        } catch (SQLException e) {
            return e;
        }
    }

    private static SQLException awaitRefusal(Connection connection, boolean refused) throws InterruptedException {
        return await(connection, "INSERT INTO people (name) VALUES ('x%d')", failure -> (failure != null) == refused);
    }

    /** Waits until the gateway has looked at the tables again. */
    private static SQLException await(Connection connection, String sql, Predicate<SQLException> expected)
            throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            var failure = failure(connection, String.format(Locale.ROOT, sql, System.nanoTime()));
            if (expected.test(failure) || System.nanoTime() > end) {
                return failure;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void aDefinitionThatChangesTheKeyShutsTheTableUntilItIsMended() throws Exception {
        fleet.policy(POLICY);
        try (var app = fleet.connect(Driver.MARIADB_TEXT)) {
            ShardFixture.run(app, "CREATE TABLE people (name VARCHAR(60) COLLATE utf8mb4_general_ci PRIMARY KEY)");
            assertThat((Throwable) awaitRefusal(app, false)).isNull();

            ShardFixture.run(app, "ALTER TABLE people MODIFY name VARCHAR(60) COLLATE utf8mb4_unicode_ci");
            assertThat((Throwable) awaitRefusal(app, true))
                    .hasMessageContaining("in collation utf8mb4_unicode_ci")
                    .satisfies(
                            e -> assertThat(((SQLException) e).getErrorCode()).isEqualTo(1235));
            // The same policy does not come into force again either.
            assertThatThrownBy(() -> fleet.policy(POLICY + "# again\n"))
                    .hasMessageContaining("not for the shards' tables");
            // One that says what is there does.
            fleet.policy(POLICY.replace("general_ci", "unicode_ci"));
            assertThat((Throwable) awaitRefusal(app, false)).isNull();
        }
    }

    private static void notUsed(String policy, String reason) {
        assertThatThrownBy(() -> fleet.policy(policy)).hasMessageContaining(reason);
        assertThatThrownBy(() -> fleet.anotherGateway(policy).close())
                .isInstanceOf(GatewayStartException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void aSequenceThatCannotGiveKeysIsToldBeforeThePolicyIsUsed() throws Exception {
        // Neither is there yet: both are made through the gateway.
        fleet.policy(DRAWING);
        try (var app = fleet.connect(Driver.MARIADB_TEXT)) {
            ShardFixture.run(app, "CREATE TABLE parcels (id BIGINT PRIMARY KEY, note VARCHAR(20))");
            notUsed(
                    DRAWING,
                    "on shard shard_1, app.parcel_ids does not exist, from which rows of parcels get their keys");

            ShardFixture.run(app, "CREATE TABLE parcel_ids (next_id INT NOT NULL)");
            notUsed(DRAWING, "on shard shard_1, app.parcel_ids.next_id is int(11), and has to be BIGINT");

            ShardFixture.run(app, "ALTER TABLE parcel_ids CHANGE next_id number BIGINT NOT NULL");
            notUsed(DRAWING, "on shard shard_1, app.parcel_ids has no column next_id");

            ShardFixture.run(app, "ALTER TABLE parcel_ids CHANGE number next_id BIGINT NOT NULL");
            fleet.policy(DRAWING);
            try (var other = fleet.anotherGateway(DRAWING)) {
                assertThat(other.mysqlAddress()).isNotNull();
            }
        }
    }

    @Test
    void aDefinitionThatSpoilsASequenceHasNoRowsGetTheirKeysFromItUntilItIsMended() throws Exception {
        fleet.policy(DRAWING.replace("parcel", "letter"));
        try (var app = fleet.connect(Driver.MARIADB_TEXT)) {
            ShardFixture.run(app, "CREATE TABLE letters (id BIGINT PRIMARY KEY, note VARCHAR(20))");
            ShardFixture.run(app, "CREATE TABLE letter_ids (next_id INT NOT NULL)");
            String drawing = "INSERT INTO letters (note) VALUES ('x')";
            assertThat((Throwable)
                            await(app, drawing, failure -> failure.getMessage().contains("gives none")))
                    .hasMessageContaining("a key from the sequence letter_ids, which gives none")
                    .hasMessageContaining("app.letter_ids.next_id is int(11), and has to be BIGINT")
                    .satisfies(
                            e -> assertThat(((SQLException) e).getErrorCode()).isEqualTo(1235));
            // What does not need it is run, and so is what it needs.
            ShardFixture.run(app, "INSERT INTO letters (id, note) VALUES (1000000, 'given')");
            ShardFixture.run(app, "INSERT INTO letter_ids VALUES (1)");
            ShardFixture.run(app, "ALTER TABLE letter_ids MODIFY next_id BIGINT NOT NULL");
            assertThat((Throwable) await(app, drawing, failure -> failure == null))
                    .isNull();
        }
    }
}
