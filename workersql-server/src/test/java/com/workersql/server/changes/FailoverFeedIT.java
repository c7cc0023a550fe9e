// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.embedded.ShardFixture;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shard's primary dies and its replica takes over: the feed goes on there by GTID. */
class FailoverFeedIT {
    @TempDir
    private Path dir;

    @Test
    void goesOnAtTheServerThatTakesOver() throws Exception {
        try (var fixture = new FeedFixture(dir);
                var changes = fixture.changes(Map.of())) {
            replicate(fixture);
            var hearer = new Hearer(fixture, changes, "t", null, 1_000).begun();
            fixture.insert(0, 1, 20);
            assertThat(hearer.next(20)).isEqualTo(FeedFixture.inserts(1, 20));
            var position = hearer.position();
            fixture.insert(0, 21, 25);
            FeedFixture.await("the replica has all", () -> count(fixture) == 25);

            ShardFixture.kill(fixture.shards(), "shard_0");
            try (var admin = fixture.admin(1)) {
                ShardFixture.run(admin, "STOP SLAVE");
            }
            fixture.primary(1);
            fixture.insert(1, 26, 30);
            assertThat(hearer.next(10)).isEqualTo(FeedFixture.inserts(21, 30));
            assertThat(hearer.rest()).isEmpty();

            var resumed = new Hearer(fixture, changes, "t", position, 1_000).begun();
            assertThat(resumed.next(10)).isEqualTo(FeedFixture.inserts(21, 30));
        }
    }

    @Test
    void tellsWhenTheReplicaTookOverWithoutTheLastTransactions() throws Exception {
        try (var fixture = new FeedFixture(dir);
                var changes = fixture.changes(Map.of())) {
            replicate(fixture);
            var hearer = new Hearer(fixture, changes, "t", null, 1_000).begun();
            fixture.insert(0, 1, 5);
            FeedFixture.await("the replica has all", () -> count(fixture) == 5);
            try (var admin = fixture.admin(1)) {
                ShardFixture.run(admin, "STOP SLAVE");
            }
            fixture.insert(0, 6, 8);
            assertThat(hearer.next(8)).isEqualTo(FeedFixture.inserts(1, 8));
            var position = hearer.position();
            ShardFixture.kill(fixture.shards(), "shard_0");
            fixture.primary(1);
            // As many as the other had, and more, so that their numbers alone would not tell.
            fixture.insert(1, 101, 110);

            assertThat(hearer.next()).isEqualTo("lost DIVERGED");
            assertThat(hearer.position()).isNull();
            var resumed = new Hearer(fixture, changes, "t", position, 1_000).begun();
            assertThat(resumed.next()).isEqualTo("lost DIVERGED");
        }
    }

    @Test
    void tellsThatAServerWhichNeverFollowedTheOtherDoesNotKnowItsPositions() throws Exception {
        try (var fixture = new FeedFixture(dir);
                var changes = fixture.changes(Map.of())) {
            create(fixture, 0);
            create(fixture, 1);
            var hearer = new Hearer(fixture, changes, "t", null, 1_000).begun();
            fixture.insert(0, 1, 3);
            assertThat(hearer.next(3)).isEqualTo(FeedFixture.inserts(1, 3));
            var inTheSameDomain = hearer.position();
            try (var admin = fixture.admin(0)) {
                ShardFixture.run(admin, "SET SESSION gtid_domain_id = 7");
                ShardFixture.run(admin, "INSERT INTO acme.t VALUES (4)");
            }
            assertThat(hearer.next()).isEqualTo("INSERT 4");
            hearer.close();
            // It has more transactions than the other, and none in the second domain.
            fixture.insert(1, 101, 120);
            fixture.primary(1);

            for (var position : List.of(hearer.position(), inTheSameDomain)) {
                try (var after = fixture.changes(Map.of())) {
                    var resumed = new Hearer(fixture, after, "t", position, 1_000).begun();
                    assertThat(resumed.next()).isEqualTo("lost DIVERGED");
                    assertThat(resumed.position()).isNull();
                    assertThat(resumed.rest()).isEmpty();
                }
            }
        }
    }

    private static void create(FeedFixture fixture, int number) throws SQLException {
        try (var admin = fixture.admin(number)) {
            ShardFixture.run(admin, "CREATE TABLE acme.t (id INT PRIMARY KEY)");
        }
    }

    private static void replicate(FeedFixture fixture) throws SQLException {
        var one = fixture.shard(0);
        try (var first = fixture.admin(0);
                var second = fixture.admin(1)) {
            ShardFixture.run(
                    second,
                    "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = " + one.port() + ", MASTER_USER = '"
                            + one.gateway().user() + "', MASTER_PASSWORD = '"
                            + one.gateway().secret().text()
                            + "', MASTER_SSL = 0, MASTER_CONNECT_RETRY = 1, MASTER_USE_GTID = slave_pos");
            ShardFixture.run(second, "START SLAVE");
            ShardFixture.run(first, "CREATE TABLE acme.t (id INT PRIMARY KEY)");
        }
    }

    private static int count(FeedFixture fixture) {
        try (var admin = fixture.admin(1)) {
            return Integer.parseInt(ShardFixture.text(admin, "SELECT COUNT(*) FROM acme.t"));
        } catch (SQLException e) {
            return -1;
        }
    }
}
