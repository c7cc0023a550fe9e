// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.embedded.ShardFixture;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reads over several shards come to the client as one result. */
class ScatterReadIT {
    private static final int KEYS = 200;

    private static ShardedFleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = ShardedFleet.start("""
                version: 1
                shards: [shard_0, shard_1, shard_2, shard_3]
                tables:
                  orders: { strategy: hash, key: customer, key_type: int }
                  drifted: { strategy: hash, key: k, key_type: int }
                  countries: { strategy: reference }
                  used: { strategy: hash, key: customer, key_type: int }
                """);
        try (var app = fleet.connect(Driver.MARIADB_TEXT)) {
            run(
                    app,
                    "CREATE TABLE orders (customer INT NOT NULL, id INT NOT NULL, note VARCHAR(2000), PRIMARY KEY (customer, id))");
            run(app, "CREATE TABLE drifted (k INT PRIMARY KEY, v INT)");
            for (int key = 0; key < KEYS; key++) {
                run(app, "INSERT INTO orders (customer, id, note) VALUES (" + key + ", 1, 'note " + key + "')");
            }
        }
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static Http http() {
        var basic = Base64.getEncoder()
                .encodeToString((ShardedFleet.APP + ":" + fleet.password()).getBytes(StandardCharsets.UTF_8));
        return new Http(fleet.gateway().httpAddress().getPort(), "Basic " + basic);
    }

    private static void run(Connection connection, String sql) throws SQLException {
        ShardFixture.run(connection, sql);
    }

    private static List<Integer> keys(Connection connection, String sql, Object... values) throws SQLException {
        var keys = new ArrayList<Integer>();
        try (var statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    keys.add(rows.getInt(1));
                    assertThat(rows.getString(2)).isEqualTo("note " + rows.getInt(1));
                }
            }
        }
        return keys;
    }

    /** The error of the one before is still on its connection, which is in the other schema. */
    @Test
    void aStatementBehindUseRunsInThatSchemaWhateverIsLeftOfTheOneBefore() throws Exception {
        for (var shard : fleet.embedded().shards()) {
            try (var admin = ShardFixture.admin(shard)) {
                run(admin, "CREATE OR REPLACE DATABASE beside");
                run(admin, "GRANT ALL PRIVILEGES ON beside.* TO '" + ShardedFleet.APP + "'@'%'");
                run(admin, "CREATE TABLE beside.used (customer INT)");
                run(admin, "CREATE OR REPLACE TABLE " + ShardedFleet.APP + ".used (customer INT)");
            }
        }
        try (var app = fleet.connect(Driver.MARIADB_TEXT)) {
            for (int key = 0; key < 20; key++) {
                run(app, "USE " + ShardedFleet.APP);
                String failing = "SELECT nothing FROM used WHERE customer = " + key;
                assertThatThrownBy(() -> run(app, failing)).isInstanceOf(SQLException.class);
                run(app, "USE beside");
                run(app, "INSERT INTO used (customer) VALUES (" + key + ")");
            }
        }
        int found = 0;
        for (int number = 0; number < 4; number++) {
            try (var shard = fleet.shard(number)) {
                assertThat(ShardFixture.text(shard, "SELECT COUNT(*) FROM used"))
                        .as("shard %d", number)
                        .isEqualTo("0");
                found += Integer.parseInt(ShardFixture.text(shard, "SELECT COUNT(*) FROM beside.used"));
            }
        }
        assertThat(found).isEqualTo(20);
    }

    /** Each shard would leave its part open, and COMMIT is the session's for one of them. */
    @Test
    void aWriteToAReferenceTableIsRefusedWithoutAutocommit() throws Exception {
        try (var app = fleet.connect(Driver.MARIADB_TEXT)) {
            run(app, "CREATE OR REPLACE TABLE countries (id INT PRIMARY KEY)");
            run(app, "SET autocommit = 0");

            assertThatThrownBy(() -> run(app, "INSERT INTO countries VALUES (1)"))
                    .isInstanceOfSatisfying(SQLException.class, e -> {
                        assertThat(e.getErrorCode()).isEqualTo(1235);
                        assertThat(e.getMessage()).contains("SET autocommit = 1");
                    });

            run(app, "SET autocommit = 1");
            run(app, "INSERT INTO countries VALUES (1)");
        }
        for (int number = 0; number < 4; number++) {
            try (var shard = fleet.shard(number)) {
                assertThat(ShardFixture.text(shard, "SELECT COUNT(*) FROM countries"))
                        .as("shard %d", number)
                        .isEqualTo("1");
            }
        }
    }

    @Test
    void rowsAreSpreadOverAllShards() throws Exception {
        for (int shard = 0; shard < 4; shard++) {
            try (var direct = fleet.shard(shard)) {
                assertThat(Integer.parseInt(ShardFixture.text(direct, "SELECT COUNT(*) FROM orders")))
                        .isBetween(20, 80);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Driver.class)
    void everyShardsRowsComeOnce(Driver driver) throws Exception {
        try (var app = fleet.connect(driver)) {
            for (int round = 0; round < 3; round++) {
                assertThat(keys(app, "SELECT customer, note FROM orders"))
                        .containsExactlyInAnyOrderElementsOf(
                                IntStream.range(0, KEYS).boxed().toList());
                assertThat(keys(
                                app,
                                "SELECT customer, note FROM orders WHERE customer IN (?, ?, ?, ?, ?)",
                                1,
                                2,
                                3,
                                4,
                                999))
                        .containsExactlyInAnyOrder(1, 2, 3, 4);
                assertThat(keys(app, "SELECT customer, note FROM orders WHERE id = ?", 2))
                        .isEmpty();
                assertThat(keys(app, "SELECT customer, note FROM orders WHERE customer = ?", 7))
                        .containsExactly(7);
            }
        }
    }

    @Test
    void aTransactionReadsFromItsShardOnly() throws Exception {
        try (var app = fleet.connect(Driver.MARIADB_TEXT)) {
            app.setAutoCommit(false);
            keys(app, "SELECT customer, note FROM orders WHERE customer = 1");
            assertErrno(1235, () -> run(app, "SELECT customer FROM orders"));
            assertThat(keys(app, "SELECT customer, note FROM orders WHERE customer = 1"))
                    .hasSize(1);
            app.rollback();
            app.setAutoCommit(true);
            assertThat(keys(app, "SELECT customer, note FROM orders")).hasSize(KEYS);
        }
    }

    @Test
    void whatIsNoConcatenationIsRefusedWithItsReason() throws Exception {
        try (var app = fleet.connect(Driver.MYSQL_TEXT)) {
            assertThatThrownBy(() -> run(app, "SELECT COUNT(*) FROM orders"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("COUNT() over the shards");
            assertErrno(
                    1235, () -> run(app, "INSERT INTO orders (customer, id) VALUES (1, 9), (2, 9), (3, 9), (4, 9)"));
            assertErrno(1235, () -> run(app, "DELETE FROM orders"));
        }
    }

    @Test
    void explainingTellsKeysSlotsAndShards() throws Exception {
        try (var app = fleet.connect(Driver.MARIADB_TEXT);
                var statement = app.createStatement();
                var rows = statement.executeQuery("EXPLAIN ROUTE SELECT * FROM orders WHERE customer IN (1, 2, 3)")) {
            var text = new StringBuilder();
            while (rows.next()) {
                text.append(rows.getString(1))
                        .append('=')
                        .append(rows.getString(2))
                        .append('\n');
            }
            assertThat(text.toString())
                    .contains("kind=multi_shard", "merge=concatenation", "tables=orders", "1 (slot ", "3 (slot ");
        }
    }

    @Test
    void bothDoorsExplainByTheSameWordsWhatRuns() throws Exception {
        String sql = "SELECT /*+ bounded=1500 */ customer, note FROM orders WHERE customer IN (1, 2, 3)";
        var overHttp = (Map<?, ?>)
                http().post("/v1/route", "{\"sql\":\"" + sql + "\"}").body().get("route");
        var overMySql = new TreeMap<String, String>();
        try (var app = fleet.connect(Driver.MARIADB_TEXT);
                var statement = app.createStatement();
                var rows = statement.executeQuery("EXPLAIN ROUTE " + sql)) {
            while (rows.next()) {
                overMySql.put(rows.getString(1), rows.getString(2));
            }
            assertThat(keys(app, sql)).containsExactlyInAnyOrder(1, 2, 3);
        }
        assertThat(overHttp.get("kind")).isEqualTo(overMySql.get("kind")).isEqualTo("multi_shard");
        assertThat(overHttp.get("reason")).isEqualTo(overMySql.get("reason"));
        assertThat(overHttp.get("tables")).hasToString("[" + overMySql.get("tables") + "]");
        assertThat(overHttp.get("shards")).hasToString("[" + overMySql.get("shards") + "]");
        assertThat(overHttp.get("merge")).isEqualTo(overMySql.get("merge")).isEqualTo("concatenation");
        assertThat(overHttp.get("hints")).isEqualTo(overMySql.get("hints")).isEqualTo("bounded=1500");
        assertThat(overHttp.get("policyVersion")).isEqualTo(overMySql.get("policy_version"));
        assertThat(overHttp.get("slotGeneration")).hasToString(overMySql.get("slot_generation"));
        var keys = (List<?>) overHttp.get("keys");
        assertThat(keys).hasSize(3).allSatisfy(each -> {
            var key = (Map<?, ?>) each;
            assertThat(overMySql.get("keys"))
                    .contains(key.get("key") + " (slot " + key.get("slot") + ") on " + key.get("shard"));
        });
    }

    @Test
    void anErrorBehindTheFirstShardEndsTheResultAndLeavesTheSession() throws Exception {
        try (var app = fleet.connect(Driver.MARIADB_TEXT);
                var last = fleet.shard(3)) {
            run(last, "RENAME TABLE orders TO hidden");
            try {
                assertErrno(1146, () -> keys(app, "SELECT customer, note FROM orders"));
                assertThat(keys(app, "SELECT customer, note FROM orders WHERE customer = " + onFirstShard()))
                        .hasSize(1);
            } finally {
                run(last, "RENAME TABLE hidden TO orders");
            }
            assertThat(keys(app, "SELECT customer, note FROM orders")).hasSize(KEYS);
        }
    }

    private static int onFirstShard() throws SQLException {
        try (var first = fleet.shard(0)) {
            return Integer.parseInt(ShardFixture.text(first, "SELECT MIN(customer) FROM orders"));
        }
    }

    @Test
    void shardsThatDisagreeOnTheColumnsAreAnError() throws Exception {
        try (var app = fleet.connect(Driver.MARIADB_TEXT);
                var second = fleet.shard(1)) {
            run(second, "ALTER TABLE drifted MODIFY v VARCHAR(20)");
            assertThatThrownBy(() -> run(app, "SELECT v FROM drifted"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("Shard shard_1 differs from shard_0");
            assertThat(keys(app, "SELECT customer, note FROM orders")).hasSize(KEYS);
        }
    }

    @Test
    void theHttpDoorAnswersWithTheRowsOfAll() throws Exception {
        var answer = http().post("{\"sql\": \"SELECT customer FROM app.orders WHERE customer < ?\", \"params\": [50]}");
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().get("rowCount")).hasToString("50");
    }

    @Test
    void aLargeResultStreamsRowByRow() throws Exception {
        try (var app = fleet.connect(Driver.MARIADB_TEXT);
                var statement = app.createStatement()) {
            statement.setFetchSize(10);
            long bytes = 0;
            int count = 0;
            try (var rows = statement.executeQuery("SELECT customer, REPEAT('x', 500000) FROM orders")) {
                while (rows.next()) {
                    bytes += rows.getString(2).length();
                    count++;
                }
            }
            assertThat(count).isEqualTo(KEYS);
            assertThat(bytes).isEqualTo(KEYS * 500_000L);
        }
    }

    /** There is no cursor over several shards: the rows come with the execution, to whoever asked for one. */
    @Test
    void rowsOfSeveralShardsComeAtOnceToAClientThatAsksForACursor() throws Exception {
        try (var app = CursorTwin.jdbc(fleet.gateway(), ShardedFleet.APP, fleet.password(), ShardedFleet.APP)) {
            assertThat(keys(app, "SELECT customer, note FROM orders"))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, KEYS).boxed().toList());
            assertThat(keys(app, "SELECT customer, note FROM orders WHERE customer IN (?, ?, ?)", 1, 2, 999))
                    .containsExactlyInAnyOrder(1, 2);
            assertThat(keys(app, "SELECT customer, note FROM orders WHERE customer = ?", 7))
                    .containsExactly(7);
        }
        try (var client = RawClient.connect(
                fleet.gateway().mysqlAddress().getPort(),
                ShardedFleet.APP,
                fleet.password(),
                ShardedFleet.APP,
                CursorTwin.CAPABILITIES)) {
            int id = client.command(
                            Command.COM_STMT_PREPARE, "SELECT customer FROM orders".getBytes(StandardCharsets.UTF_8))
                    .statementId();
            var asked = CursorTwin.execute(client, id, CursorTwin.READ_ONLY);
            assertThat(CursorTwin.isOpen(CursorTwin.status(asked))).isFalse();
            assertThat(asked.payloads())
                    .hasSameSizeAs(CursorTwin.execute(client, id, 0).payloads());
            assertThat(CursorTwin.fetch(client, id, 1).errno()).isEqualTo(1421);
        }
    }

    private interface Action {
        void run() throws SQLException;
    }

    private static void assertErrno(int errno, Action action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(errno));
    }
}
