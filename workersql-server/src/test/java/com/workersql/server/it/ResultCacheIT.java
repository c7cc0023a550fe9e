// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.server.config.CacheConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PolicySource;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Answers that are kept: only where a policy says so, never past a write through this gateway, and never for anybody else. Whether an
 * answer is a kept one shows by a change that was made beside the gateway.
 */
class ResultCacheIT {
    private static final String POLICY = """
            version: 1
            shards: [shard_0, shard_1]
            tenants: { acme: shard_0, globex: shard_1 }
            tables:
              prices:   { cache: { mode: cached, ttl_ms: 600000, swr_ms: 600000, always_strong_columns: [secret] } }
              aging:    { cache: { mode: cached, ttl_ms: 50, swr_ms: 600000 } }
              bounded:  { cache: { mode: bounded, ttl_ms: 50, swr_ms: 600000 } }
            """;

    private static Fleet fleet;
    private static Http http;

    private Connection acme;
    private Connection beside;

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(Fleet.isMySql(), "a shard is killed here");
        fleet = Fleet.start(ResultCacheIT::withPolicy);
        http = new Http(fleet, "acme");
    }

    private static GatewayConfig withPolicy(GatewayConfig config) {
        return config.toBuilder()
                .policy(new PolicySource("(test)", POLICY))
                .cache(CacheConfig.of(Map.of(CacheConfig.MAX_ENTRY_BYTES, 10_000L)))
                .build();
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @BeforeEach
    void fill() throws SQLException {
        acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
        beside = fleet.direct(Driver.MARIADB_TEXT, "acme");
        for (String table : new String[] {"prices", "aging", "bounded", "plain"}) {
            ShardFixture.run(acme, "CREATE OR REPLACE TABLE " + table + " (id INT PRIMARY KEY, v INT, secret INT)");
            ShardFixture.run(acme, "INSERT INTO " + table + " VALUES (1, 0, 0), (2, 0, 0)");
        }
    }

    private String read(String sql) throws SQLException {
        return ShardFixture.text(acme, sql);
    }

    private void changeBeside(String table, int value) throws SQLException {
        ShardFixture.run(beside, "UPDATE " + table + " SET v = " + value + ", secret = " + value);
    }

    private void assertKept(String sql) throws SQLException {
        String before = read(sql);
        changeBeside("prices", 1 + (int) (System.nanoTime() & 0xFFFF));
        assertThat(read(sql)).as("kept: %s", sql).isEqualTo(before);
    }

    private void assertNotKept(String table, String sql) throws SQLException {
        read(sql);
        int value = 1 + (int) (System.nanoTime() & 0xFFFF);
        changeBeside(table, value);
        assertThat(read(sql)).as("not kept: %s", sql).contains("" + value);
    }

    @Test
    void isToldByTheHealth() throws Exception {
        assertThat(Http.object(http.get("/v1/health").body())).containsEntry("cache", "enabled");
    }

    /** Of a kept answer there is no cursor, and none is opened for one that will be kept. */
    @Test
    void answersAReadThatAsksForACursor() throws SQLException {
        try (var asking = CursorTwin.jdbc(fleet.gateway(), "acme", fleet.password("acme"), "acme");
                var select = asking.prepareStatement("SELECT id, v FROM prices WHERE id > ? ORDER BY id")) {
            select.setInt(1, 0);
            for (int round = 0; round < 3; round++) {
                try (var rows = select.executeQuery()) {
                    for (int id = 1; id <= 2; id++) {
                        assertThat(rows.next()).isTrue();
                        assertThat(rows.getInt(1)).isEqualTo(id);
                        assertThat(rows.getInt(2)).as("the kept value").isZero();
                        assertThat(CursorTwin.pins(acme)).isEmpty();
                    }
                    assertThat(rows.next()).isFalse();
                }
                changeBeside("prices", 7);
            }
        }
    }

    @Test
    void keepsAnswersOnlyWhereThePolicySaysSo() throws SQLException {
        assertKept("SELECT v FROM prices WHERE id = 1");
        assertNotKept("plain", "SELECT v FROM plain WHERE id = 1");
        assertNotKept("plain", "SELECT plain.v FROM plain JOIN prices ON prices.id = plain.id WHERE plain.id = 1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT /*+ strong */ v FROM prices WHERE id = 1",
                "SELECT v, secret FROM prices WHERE id = 1",
                "SELECT * FROM prices WHERE id = 1",
                "SELECT v, NOW() FROM prices WHERE id = 1",
                "SELECT v FROM prices WHERE id = 1 FOR UPDATE",
                "SELECT v, @x FROM prices WHERE id = 1"
            })
    void someReadsAreNeverKept(String sql) throws SQLException {
        assertNotKept("prices", sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE prices SET v = 77 WHERE id = 1",
                "REPLACE INTO prices VALUES (1, 77, 0)",
                "INSERT INTO prices VALUES (1, 0, 0) ON DUPLICATE KEY UPDATE v = 77",
                "INSERT INTO prices SELECT 1, 0, 0 ON DUPLICATE KEY UPDATE v = 77",
                "UPDATE prices p JOIN plain q ON p.id = q.id SET p.v = 77 WHERE p.id = 1",
                "BEGIN|UPDATE prices SET v = 77 WHERE id = 1|COMMIT",
                "BEGIN|UPDATE prices SET v = 77 WHERE id = 1|BEGIN",
                "BEGIN|UPDATE prices SET v = 77 WHERE id = 1|COMMIT AND CHAIN",
                "BEGIN|UPDATE prices SET v = 77 WHERE id = 1|CREATE OR REPLACE TABLE other_1 (id INT)",
                "SET autocommit = 0|UPDATE prices SET v = 77 WHERE id = 1|COMMIT|SET autocommit = 1",
                "SET autocommit = 0|UPDATE prices SET v = 77 WHERE id = 1|SET autocommit = 1",
                "PREPARE p FROM 'UPDATE prices SET v = 77 WHERE id = 1'|EXECUTE p|DEALLOCATE PREPARE p",
                "ALTER TABLE prices MODIFY v INT DEFAULT 5|UPDATE prices SET v = 77 WHERE id = 1",
                "TRUNCATE prices|INSERT INTO prices VALUES (1, 77, 0)",
                "DELETE FROM prices|INSERT INTO prices VALUES (1, 77, 0)"
            })
    void aWriteOfAnyKindEndsWhatWasKeptForAllSessions(String writes) throws SQLException {
        String sql = "SELECT v FROM prices WHERE id = 1";
        assertKept(sql);
        try (var writer = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            for (String write : writes.split("\\|", -1)) {
                ShardFixture.run(writer, write);
            }
            assertThat(read(sql)).isEqualTo("77");
        }
    }

    @Test
    void anOpenTransactionReadsForItselfAndNobodySeesItBeforeItsCommit() throws SQLException {
        String sql = "SELECT v FROM prices WHERE id = 1";
        assertThat(read(sql)).isEqualTo("0");
        try (var writer = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            ShardFixture.run(writer, "BEGIN");
            ShardFixture.run(writer, "UPDATE prices SET v = 5 WHERE id = 1");
            assertThat(ShardFixture.text(writer, sql)).isEqualTo("5");
            assertThat(read(sql)).isEqualTo("0");
            ShardFixture.run(writer, "ROLLBACK");
            assertThat(ShardFixture.text(writer, sql)).isEqualTo("0");
        }
    }

    @Test
    void aTransactionNeitherGetsWhatIsKeptNorLeavesAnything() throws SQLException {
        String sql = "SELECT v FROM prices WHERE id = 1";
        assertThat(read(sql)).isEqualTo("0");
        changeBeside("prices", 21);
        try (var other = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            ShardFixture.run(other, "BEGIN");
            assertThat(ShardFixture.text(other, sql)).isEqualTo("21");
            assertThat(ShardFixture.text(other, "SELECT v FROM prices WHERE id = 2"))
                    .isEqualTo("21");
            ShardFixture.run(other, "COMMIT");
        }
        assertThat(read(sql)).as("kept all the while").isEqualTo("0");
        changeBeside("prices", 22);
        assertThat(read("SELECT v FROM prices WHERE id = 2"))
                .as("nothing was kept of the transaction's read")
                .isEqualTo("22");
    }

    @Test
    void aWriteElsewhereIsUnseenForNoLongerThanTheTimeOfABoundedAnswer() throws SQLException {
        String sql = "SELECT v FROM bounded WHERE id = 1";
        read(sql);
        long keptNanos = System.nanoTime();
        changeBeside("bounded", 9);
        for (int i = 0; ; i++) {
            long askedNanos = System.nanoTime();
            if (read(sql).equals("9")) {
                break;
            }
            assertThat(TimeUnit.NANOSECONDS.toMillis(askedNanos - keptNanos))
                    .as("read %d", i)
                    .isLessThanOrEqualTo(50);
        }
    }

    @Test
    void whatASessionHasSetIsPartOfTheQuestion() throws SQLException {
        String sql = "SELECT CAST('2020-01-01 00:00:00' AS DATETIME), v FROM prices WHERE id = 1";
        read(sql);
        changeBeside("prices", 31);
        try (var other = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            ShardFixture.run(other, "SET sql_mode = 'ANSI_QUOTES'");
            assertThat(ShardFixture.text(other, sql)).endsWith(" 31");
        }
        assertThat(read(sql)).endsWith(" 0");
        try (var prepared = acme.prepareStatement("SELECT v FROM prices WHERE id = ?")) {
            for (int id = 1; id <= 2; id++) {
                prepared.setInt(1, id);
                try (var rows = prepared.executeQuery()) {
                    assertThat(rows.next()).isTrue();
                    assertThat(rows.getInt(1)).isEqualTo(31);
                }
            }
        }
    }

    @Test
    void tenantsNeverShareAnAnswer() throws SQLException {
        try (var globex = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            ShardFixture.run(globex, "CREATE OR REPLACE TABLE prices (id INT PRIMARY KEY, v INT, secret INT)");
            ShardFixture.run(globex, "INSERT INTO prices VALUES (1, 999, 0)");
            assertThat(read("SELECT v FROM prices WHERE id = 1")).isEqualTo("0");
            assertThat(ShardFixture.text(globex, "SELECT v FROM prices WHERE id = 1"))
                    .isEqualTo("999");
            assertThat(read("SELECT v FROM prices WHERE id = 1")).isEqualTo("0");
        }
    }

    @Test
    void anAnswerThatIsTooOldIsGivenOutOnceMoreAndRenewed() throws SQLException {
        String sql = "SELECT v FROM aging WHERE id = 1";
        read(sql);
        changeBeside("aging", 8);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!read(sql).equals("8")) {
            assertThat(System.nanoTime()).as("never renewed").isLessThan(end);
        }
    }

    @Test
    void anAnswerThatIsTooLargeIsNotKept() throws SQLException {
        assertNotKept("prices", "SELECT v, REPEAT('x', 20000) FROM prices WHERE id = 1");
    }

    @Test
    void whereAShardIsFailingOldAnswersAreGivenOutAndMarked() throws Exception {
        for (String table : new String[] {"aging", "bounded"}) {
            assertThat(read("SELECT v FROM " + table + " WHERE id = 1")).isEqualTo("0");
            assertThat(http.query("SELECT v FROM " + table + " WHERE id = 1").status())
                    .isEqualTo(200);
        }
        ShardFixture.kill(fleet.embedded(), "shard_0");
        try {
            for (String table : new String[] {"aging", "bounded"}) {
                String sql = "SELECT v FROM " + table + " WHERE id = 1";
                awaitMarked(sql);
                assertThat(ShardFixture.text(acme, "SHOW WARNINGS")).contains("The answer is from the cache");
                var answer = http.query(sql);
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body().toString()).contains("cached=true").contains("stale=true");
            }
            assertThat(http.query("SELECT v FROM plain WHERE id = 1").status()).isEqualTo(503);
            assertThat(http.query("SELECT /*+ strong */ v FROM aging WHERE id = 1")
                            .status())
                    .isEqualTo(503);
        } finally {
            ShardFixture.restart(fleet.embedded(), "shard_0");
            awaitShard();
        }
    }

    private void awaitShard() throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                read("SELECT v FROM plain WHERE id = 1");
                return;
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    /** Reads until the answer carries a warning: by then it is older than it should be, and the shard is known to fail. */
    private void awaitMarked(String sql) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (var statement = acme.createStatement();
                    var rows = statement.executeQuery(sql)) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getInt(1)).isZero();
                if (statement.getWarnings() != null) {
                    return;
                }
            }
            assertThat(System.nanoTime()).as("never marked").isLessThan(end);
        }
    }

    @Test
    void tellsOfItselfInTheMetrics() throws Exception {
        read("SELECT v FROM prices WHERE id = 2");
        read("SELECT v FROM prices WHERE id = 2");
        assertThat(http.query("SELECT v FROM prices WHERE id = 2").body().toString())
                .contains("cached=");
        assertThat(http.get("/metrics").body())
                .contains("workersql_result_cache_reads_total{answer=\"fresh\"}")
                .contains("workersql_result_cache_invalidations_total")
                .contains("workersql_result_cache_bytes");
    }
}
