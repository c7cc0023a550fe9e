// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.changes;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.router.policy.RoutingPolicy;
import com.workersql.server.config.ChangesConfig;
import com.workersql.server.config.Secret;
import com.workersql.server.config.ShardAccount;
import com.workersql.server.embedded.ShardFixture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The feed before shards that die, forget and are replaced, and before subscribers that are slow. */
class FollowingShardsIT {
    private static final String SLOW_TABLE = "big";

    @TempDir
    private static Path dir;

    private static FeedFixture fixture;
    private GatewayChanges changes;

    @BeforeAll
    static void start() {
        fixture = new FeedFixture(dir);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @BeforeEach
    void follow() throws SQLException {
        changes = fixture.changes(Map.of());
        try (var admin = fixture.admin(0)) {
            ShardFixture.run(admin, "CREATE OR REPLACE TABLE acme.t (id INT PRIMARY KEY)");
            ShardFixture.run(
                    admin, "CREATE OR REPLACE TABLE acme." + SLOW_TABLE + " (id INT PRIMARY KEY, v MEDIUMTEXT)");
        }
    }

    @AfterEach
    void forget() {
        changes.close();
    }

    private Hearer hear(String table, String from) throws InterruptedException {
        return new Hearer(fixture, changes, table, from, 1_000_000).begun();
    }

    @Test
    void oneReaderFeedsAllSubscribersAndStopsSomeTimeAfterTheLast() throws Exception {
        changes.close();
        changes = fixture.changes(Map.of(ChangesConfig.IDLE_MILLIS, 50L));
        assertThat(changes.readers()).isZero();
        var hearers = new ArrayList<Hearer>();
        for (int i = 0; i < 20; i++) {
            hearers.add(hear("t", null));
        }
        fixture.insert(0, 1, 3);
        for (var hearer : hearers) {
            assertThat(hearer.next(3)).isEqualTo(FeedFixture.inserts(1, 3));
        }
        assertThat(changes.readers()).isEqualTo(1);
        assertThat(changes.subscriptions()).isEqualTo(20);
        hearers.forEach(Hearer::close);
        FeedFixture.await("the reader stops", () -> changes.readers() == 0 && changes.subscriptions() == 0);
        assertThat(changes.waitingBytes()).isZero();
    }

    @Test
    void goesOnBehindAShardThatIsKilledAndStartedAgain() throws Exception {
        var hearer = hear("t", null);
        fixture.insert(0, 1, 10);
        assertThat(hearer.next(10)).isEqualTo(FeedFixture.inserts(1, 10));
        ShardFixture.kill(fixture.shards(), "shard_0");
        ShardFixture.restart(fixture.shards(), "shard_0");
        fixture.insert(0, 11, 20);
        assertThat(hearer.next(10)).isEqualTo(FeedFixture.inserts(11, 20));
        assertThat(hearer.rest()).isEmpty();
    }

    @Test
    void resumesWhereASubscriberWas() throws Exception {
        var first = hear("t", null);
        var start = first.position();
        fixture.insert(0, 1, 5);
        assertThat(first.next(5)).isEqualTo(FeedFixture.inserts(1, 5));
        var behind = first.position();
        fixture.insert(0, 6, 8);
        assertThat(hear("t", behind).next(3)).isEqualTo(FeedFixture.inserts(6, 8));
        assertThat(hear("t", start).next(8)).isEqualTo(FeedFixture.inserts(1, 8));
        fixture.insert(0, 9, 9);
        assertThat(first.next(4)).isEqualTo(FeedFixture.inserts(6, 9));
        FeedFixture.await("those who have come up share the one reader", () -> changes.readers() == 1);
    }

    @Test
    void tellsASlowSubscriberThatItHasLostAndNobodyElse() throws Exception {
        changes.close();
        changes = fixture.changes(Map.of(ChangesConfig.QUEUE_BYTES, 1L << 18));
        var slow = new Hearer(fixture, changes, SLOW_TABLE, null, 2).begun();
        var quick = hear(SLOW_TABLE, null);
        try (var admin = fixture.admin(0)) {
            for (int id = 1; id <= 20; id++) {
                ShardFixture.run(admin, "INSERT INTO acme." + SLOW_TABLE + " VALUES (" + id + ", REPEAT('x', 65536))");
                assertThat(quick.next()).isEqualTo("INSERT " + id);
            }
        }
        assertThat(slow.next(3)).containsExactly("INSERT 1", "INSERT 2", "lost SLOW");
        assertThat(changes.subscriptions()).isEqualTo(1);
        assertThat(changes.waitingBytes()).isZero();
        // What it has not taken is still in the log.
        assertThat(hear(SLOW_TABLE, slow.position()).next(18)).isEqualTo(FeedFixture.inserts(3, 20));
    }

    @Test
    void letsHistoryWaitForWhoReadsItSlowly() throws Exception {
        changes.close();
        changes = fixture.changes(Map.of(ChangesConfig.QUEUE_BYTES, 1L << 18));
        var first = hear(SLOW_TABLE, null);
        var start = first.position();
        try (var admin = fixture.admin(0)) {
            for (int id = 1; id <= 200; id++) {
                ShardFixture.run(admin, "INSERT INTO acme." + SLOW_TABLE + " VALUES (" + id + ", REPEAT('x', 32768))");
                assertThat(first.next()).isEqualTo("INSERT " + id);
            }
        }
        var late = new Hearer(fixture, changes, SLOW_TABLE, start, 0).begun();
        for (int id = 1; id <= 200; id++) {
            late.request(1);
            assertThat(late.next()).isEqualTo("INSERT " + id);
            assertThat(changes.waitingBytes()).isLessThan(4L << 20);
        }
        assertThat(late.rest()).isEmpty();
    }

    /** What all hold together is less than what one may hold. */
    @Test
    void historyWaitsForRoomAmongAllThatWaits() throws Exception {
        changes.close();
        changes = fixture.changes(Map.of(ChangesConfig.QUEUE_BYTES, 8L << 20, ChangesConfig.BUFFER_BYTES, 1L << 20));
        var first = hear(SLOW_TABLE, null);
        var start = first.position();
        insertLarge(40, first);
        var late = new Hearer(fixture, changes, SLOW_TABLE, start, 0).begun();
        for (int id = 1; id <= 40; id++) {
            late.request(1);
            assertThat(late.next()).isEqualTo("INSERT " + id);
        }
        assertThat(late.rest()).isEmpty();
    }

    private void insertLarge(int rows, Hearer quick) throws Exception {
        try (var admin = fixture.admin(0)) {
            for (int id = 1; id <= rows; id++) {
                ShardFixture.run(admin, "INSERT INTO acme." + SLOW_TABLE + " VALUES (" + id + ", REPEAT('x', 65536))");
                assertThat(quick.next()).isEqualTo("INSERT " + id);
            }
        }
    }

    @Test
    void losesWhoTakesNothingOfHistoryForTooLong() throws Exception {
        changes.close();
        changes = fixture.changes(Map.of(ChangesConfig.QUEUE_BYTES, 1L << 18, ChangesConfig.STALL_MILLIS, 100L));
        var first = hear(SLOW_TABLE, null);
        var start = first.position();
        insertLarge(20, first);
        var stalled = new Hearer(fixture, changes, SLOW_TABLE, start, 0).begun();

        assertThat(stalled.next()).isEqualTo("lost SLOW");
        assertThat(hear(SLOW_TABLE, stalled.position()).next(20)).isEqualTo(FeedFixture.inserts(1, 20));
    }

    @Test
    void losesTheSlowestWhenAllTogetherHoldTooMuch() throws Exception {
        changes.close();
        changes = fixture.changes(Map.of(ChangesConfig.QUEUE_BYTES, 8L << 20, ChangesConfig.BUFFER_BYTES, 1L << 20));
        var slow = new Hearer(fixture, changes, SLOW_TABLE, null, 0).begun();
        var quick = hear(SLOW_TABLE, null);
        insertLarge(20, quick);

        assertThat(slow.next()).isEqualTo("lost SLOW");
        assertThat(changes.waitingBytes()).isLessThan(1L << 20);
        assertThat(hear(SLOW_TABLE, slow.position()).next(20)).isEqualTo(FeedFixture.inserts(1, 20));
    }

    @Test
    void tellsThatAnotherPolicyHasTheRowsElsewhere() throws Exception {
        var hearer = hear("t", null);
        changes.usePolicy(policy("shard_0"));
        fixture.insert(0, 1, 1);
        assertThat(hearer.next()).isEqualTo("INSERT 1");
        changes.usePolicy(policy("shard_1"));

        assertThat(hearer.next()).isEqualTo("lost MOVED");
        assertThat(hearer.position()).isNull();
        assertThat(changes.subscriptions()).isZero();
    }

    private static RoutingPolicy policy(String home) {
        return RoutingPolicy.parse("version: 1\nshards: [shard_0, shard_1]\ntenants: { acme: " + home + " }\n");
    }

    @Test
    void losesATransactionThatIsTooLargeAndNotTheOthers() throws Exception {
        changes.close();
        changes = fixture.changes(Map.of(ChangesConfig.TRANSACTION_BYTES, 1L << 16));
        var large = hear(SLOW_TABLE, null);
        var small = hear("t", null);
        try (var admin = fixture.admin(0)) {
            ShardFixture.run(admin, "INSERT INTO acme." + SLOW_TABLE + " VALUES (1, REPEAT('x', 70000))");
        }
        fixture.insert(0, 1, 1);
        assertThat(large.next()).isEqualTo("lost UNREADABLE");
        assertThat(large.position()).isNull();
        assertThat(small.next()).isEqualTo("INSERT 1");
    }

    @Test
    void tellsOfALogThatIsPurged() throws Exception {
        var hearer = hear("t", null);
        fixture.insert(0, 1, 1);
        hearer.next();
        var position = hearer.position();
        fixture.insert(0, 2, 3);
        try (var admin = fixture.admin(0)) {
            ShardFixture.run(admin, "FLUSH BINARY LOGS");
            ShardFixture.run(admin, "INSERT INTO acme.t VALUES (4)");
            ShardFixture.run(admin, "FLUSH BINARY LOGS");
            var last = ShardFixture.text(admin, "SHOW MASTER STATUS").split(" ", -1)[0];
            // What a reader is sending is not purged.
            FeedFixture.await("the old logs go", () -> purged(admin, last));
        }
        var late = hear("t", position);
        assertThat(late.next()).isEqualTo("lost PURGED");
        assertThat(late.position()).isNull();
        assertThat(hearer.next(3)).isEqualTo(FeedFixture.inserts(2, 4));
    }

    private static boolean purged(Connection admin, String last) {
        try {
            ShardFixture.run(admin, "PURGE BINARY LOGS TO '" + last + "'");
            return ShardFixture.text(admin, "SHOW BINARY LOGS").startsWith(last);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void tellsOfAChangeThatIsLoggedAsAStatement() throws Exception {
        var hearer = hear("t", null);
        try (var admin = fixture.admin(0)) {
            ShardFixture.run(admin, "SET SESSION binlog_format = STATEMENT");
            ShardFixture.run(admin, "INSERT INTO acme.t VALUES (77)");
        }
        assertThat(hearer.next()).isEqualTo("lost UNREADABLE");
    }

    @Test
    void saysWhatAShardLacks() throws Exception {
        try (var admin = fixture.admin(0)) {
            ShardFixture.run(admin, "CREATE OR REPLACE USER 'blind'@'127.0.0.1' IDENTIFIED BY 'p'");
            ShardFixture.run(admin, "SET GLOBAL binlog_row_metadata = MINIMAL");
            ShardFixture.run(admin, "SET GLOBAL binlog_row_image = MINIMAL");
        }
        var blind = new ShardAccount("blind", Secret.of("p"), null);
        var diagnosis = LogDoctor.examine(fixture.source(blind), fixture.loop()).get(30, TimeUnit.SECONDS);
        var refused = new Hearer(fixture, changes, "t", null, 1);
        assertThat(refused.next()).isEqualTo("failed 1429");
        try (var admin = fixture.admin(0)) {
            ShardFixture.run(admin, "SET GLOBAL binlog_row_metadata = FULL");
            ShardFixture.run(admin, "SET GLOBAL binlog_row_image = FULL");
        }
        assertThat(String.join("\n", diagnosis.faults()))
                .contains("binlog_row_metadata is MINIMAL, not FULL")
                .contains("binlog_row_image is MINIMAL, not FULL")
                .contains("the account blind lacks REPLICATION SLAVE");
        var healthy = LogDoctor.examine(fixture.source(fixture.shard(0).gateway()), fixture.loop())
                .get(30, TimeUnit.SECONDS);
        assertThat(healthy.faults()).isEmpty();
    }
}
