// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A policy that takes a key column for another than it is sends no statement anywhere. */
class SchemaCheckIT {
    private static final String POLICY = """
            version: 1
            shards: [shard_0, shard_1, shard_2, shard_3]
            tables: { people: { strategy: hash, key: name, key_type: string, key_collation: utf8mb4_general_ci } }
            """;

    private static SQLException failure(Connection connection, String sql) {
        try {
            ShardFixture.run(connection, sql);
            return null;
        } catch (SQLException e) {
            return e;
        }
    }

    /** Waits until the gateway has looked at the tables again. */
    private static SQLException awaitRefusal(Connection connection, boolean refused) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            var failure = failure(connection, "INSERT INTO people (name) VALUES ('x" + System.nanoTime() + "')");
            if ((failure != null) == refused || System.nanoTime() > end) {
                return failure;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void aDefinitionThatChangesTheKeyShutsTheTableUntilItIsMended() throws Exception {
        try (var fleet = ShardedFleet.start(POLICY);
                var app = fleet.connect(Driver.MARIADB_TEXT)) {
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
}
