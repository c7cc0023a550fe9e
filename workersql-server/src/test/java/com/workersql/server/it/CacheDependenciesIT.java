// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.server.Gateway;
import com.workersql.server.config.ChangesConfig;
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
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Writes that change more tables than they name, and reads of more than they name, where answers are kept: none is ever older than a
 * write through this gateway. Whether an answer is a kept one shows by a change that was made beside it.
 */
class CacheDependenciesIT {
    private static final String POLICY = """
            version: 1
            shards: [shard_0, shard_1]
            tenants: { acme: shard_0, globex: shard_1 }
            tables:
              prices: { cache: { mode: cached, ttl_ms: 600000, swr_ms: 600000 } }
              viewed: { cache: { mode: cached, ttl_ms: 600000, swr_ms: 600000 } }
            """;
    private static final String READ = "SELECT v FROM prices WHERE id = 1";

    private static Fleet fleet;
    private static Http http;

    private Connection acme;
    private Connection writer;
    private Connection beside;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config ->
                config.toBuilder().policy(new PolicySource("(test)", POLICY)).build());
        http = new Http(fleet, "acme");
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    private static Driver driver() {
        return Fleet.isMySql() ? Driver.MYSQL_TEXT : Driver.MARIADB_TEXT;
    }

    /** One who may define routines and triggers, which a server with a binary log does not let everybody. */
    private static Connection administrator() throws SQLException {
        return Fleet.isMySql()
                ? Driver.MYSQL_TEXT.connect(fleet.port(0), "root", "", "acme")
                : ShardFixture.admin(fleet.embedded().shards().get(0));
    }

    /** Defines something beside the gateway, which finds out since behind that something is defined through it. */
    private void define(String... statements) throws SQLException {
        try (var administrator = administrator()) {
            ShardFixture.run(administrator, "USE acme");
            for (String sql : statements) {
                ShardFixture.run(administrator, sql);
            }
        }
        run(writer, "CREATE TABLE IF NOT EXISTS something (id INT)");
    }

    private static void run(Connection connection, String... statements) throws SQLException {
        for (String sql : statements) {
            ShardFixture.run(connection, sql);
        }
    }

    @BeforeEach
    void fill() throws SQLException {
        acme = fleet.connect(driver(), "acme");
        writer = fleet.connect(driver(), "acme");
        beside = fleet.direct(driver(), "acme");
        run(writer, "DROP VIEW IF EXISTS viewed", "DROP TABLE IF EXISTS prices, orders, parents, something");
        run(writer, "CREATE TABLE orders (id INT PRIMARY KEY, price INT)", "CREATE TABLE parents (id INT PRIMARY KEY)");
        run(
                writer,
                "CREATE TABLE prices (id INT PRIMARY KEY, v INT, parent INT,"
                        + " FOREIGN KEY (parent) REFERENCES parents (id) ON DELETE SET NULL ON UPDATE CASCADE)");
        run(writer, "INSERT INTO parents VALUES (1)", "INSERT INTO prices VALUES (1, 0, 1), (2, 0, NULL)");
    }

    /** Reads until it is shown that the answer is a kept one. */
    private void keep(String sql) throws SQLException {
        String before = ShardFixture.text(acme, sql);
        run(beside, "UPDATE prices SET v = v + 1");
        assertThat(ShardFixture.text(acme, sql)).as("kept").isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            INSERT INTO orders VALUES (1, 77)                        | a trigger of an insert
            REPLACE INTO orders VALUES (1, 77)                       | a trigger of a replacement
            INSERT INTO orders SELECT 2, 77                          | a trigger of a copied row
            """)
    void whatATriggerWritesIsSeen(String write, String what) throws SQLException {
        define("CREATE TRIGGER spread AFTER INSERT ON orders FOR EACH ROW UPDATE prices SET v = NEW.price");
        keep(READ);
        run(writer, write);
        assertThat(ShardFixture.text(acme, READ)).as(what).isEqualTo("77");
    }

    @Test
    void aTriggerThatComesBehindAKeptAnswerIsKnownToTheNextWrite() throws SQLException {
        keep(READ);
        run(writer, "INSERT INTO orders VALUES (1, 5)");
        assertThat(ShardFixture.text(acme, READ))
                .as("a table without trigger ends nothing")
                .isEqualTo("0");
        define("CREATE TRIGGER spread AFTER INSERT ON orders FOR EACH ROW UPDATE prices SET v = NEW.price");
        keep(READ);
        run(writer, "INSERT INTO orders VALUES (2, 78)");
        assertThat(ShardFixture.text(acme, READ)).isEqualTo("78");
    }

    @Test
    void whatATriggerWritesInATransactionIsSeenBehindItsCommit() throws SQLException {
        define("CREATE TRIGGER spread AFTER INSERT ON orders FOR EACH ROW UPDATE prices SET v = NEW.price");
        keep(READ);
        run(writer, "BEGIN", "INSERT INTO orders VALUES (1, 79)");
        assertThat(ShardFixture.text(acme, READ)).isNotEqualTo("79");
        run(writer, "COMMIT");
        assertThat(ShardFixture.text(acme, READ)).isEqualTo("79");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DELETE FROM parents           | -
            UPDATE parents SET id = 9     | 9
            """)
    void whatAForeignKeyCascadesIsSeen(String write, String parent) throws SQLException {
        String sql = "SELECT COALESCE(parent, '-') FROM prices WHERE id = 1";
        keep(sql);
        run(writer, write);
        assertThat(ShardFixture.text(acme, sql)).isEqualTo(parent);
    }

    @Test
    void answersOfAViewAreNotKeptAndWritesToItAreSeen() throws SQLException {
        run(writer, "CREATE VIEW viewed AS SELECT id, v FROM prices");
        String sql = "SELECT v FROM viewed WHERE id = 1";
        assertThat(ShardFixture.text(acme, sql)).isEqualTo("0");
        run(beside, "UPDATE prices SET v = 50");
        assertThat(ShardFixture.text(acme, sql)).isEqualTo("50");
        keep(READ);
        run(writer, "UPDATE viewed SET v = 60");
        assertThat(ShardFixture.text(acme, READ)).isEqualTo("60");
        run(writer, "UPDATE prices SET v = 61");
        assertThat(ShardFixture.text(acme, sql)).isEqualTo("61");
    }

    @Test
    void aTableThatIsReplacedByAViewIsNotKeptAnyMore() throws SQLException {
        run(writer, "CREATE TABLE viewed (id INT PRIMARY KEY, v INT)", "INSERT INTO viewed VALUES (1, 4)");
        String sql = "SELECT v FROM viewed WHERE id = 1";
        assertThat(ShardFixture.text(acme, sql)).isEqualTo("4");
        run(beside, "UPDATE viewed SET v = 5");
        assertThat(ShardFixture.text(acme, sql)).as("kept").isEqualTo("4");
        run(writer, "DROP TABLE viewed", "CREATE VIEW viewed AS SELECT id, v FROM prices");
        assertThat(ShardFixture.text(acme, sql)).isEqualTo("0");
        run(writer, "UPDATE prices SET v = 6");
        assertThat(ShardFixture.text(acme, sql)).isEqualTo("6");
    }

    @Test
    void whatRoutinesWriteIsSeen() throws SQLException {
        define(
                "DROP PROCEDURE IF EXISTS raise_prices",
                "DROP FUNCTION IF EXISTS raised",
                "CREATE PROCEDURE raise_prices() UPDATE prices SET v = 81",
                "CREATE FUNCTION raised() RETURNS INT DETERMINISTIC"
                        + " BEGIN UPDATE prices SET v = 82; RETURN 1; END");
        keep(READ);
        run(writer, "CALL raise_prices()");
        assertThat(ShardFixture.text(acme, READ)).isEqualTo("81");
        keep(READ);
        assertThat(ShardFixture.text(writer, "SELECT raised()")).isEqualTo("1");
        assertThat(ShardFixture.text(acme, READ)).isEqualTo("82");
        keep(READ);
        run(writer, "INSERT INTO orders VALUES (raised(), 0)");
        assertThat(ShardFixture.text(acme, READ)).isEqualTo("82");
    }

    @Test
    void aHintMakesTheTimeOfAKeptAnswerShorter() throws Exception {
        String hints = "\"hints\": {\"consistency\": \"cached\", \"cacheTtl\": %d}}";
        String any = "{\"sql\": \"" + READ + "\", " + String.format(hints, 600_000);
        String none = "{\"sql\": \"" + READ + "\", " + String.format(hints, 0);
        assertThat(http.post(any).body()).containsEntry("cached", false);
        assertThat(http.post(any).body()).containsEntry("cached", true);
        run(beside, "UPDATE prices SET v = 90");
        assertThat(http.post(any).body()).containsEntry("cached", true);
        for (int i = 0; i < 2; i++) {
            var answer = http.post(none);
            assertThat(answer.body()).containsEntry("cached", false);
            assertThat(answer.data().toString()).contains("90");
            run(beside, "UPDATE prices SET v = 90 WHERE id = 2");
        }
    }

    @Test
    void whileTheFeedFollowsAShardWritesElsewhereAreSeenToo() throws Exception {
        assumeFalse(Fleet.isMySql(), "a feed needs servers that are set up for it");
        var config = fleet.config().toBuilder()
                .changes(ChangesConfig.of(Map.of(ChangesConfig.FIRST_SERVER_ID, 910_000L)))
                .build();
        try (var gateway = Gateway.start(config);
                var socket = new Http(fleet, "acme", gateway).connect();
                var client = fleet.connect(driver(), "acme", gateway)) {
            assertThat(socket.call("{\"type\":\"subscribe\",\"id\":\"s\",\"table\":\"orders\"}"))
                    .containsEntry("type", "response");
            assertThat(ShardFixture.text(client, READ)).isEqualTo("0");
            run(beside, "UPDATE prices SET v = 95");
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!ShardFixture.text(client, READ).equals("95")) {
                assertThat(System.nanoTime()).as("never seen").isLessThan(end);
            }
        }
    }
}
