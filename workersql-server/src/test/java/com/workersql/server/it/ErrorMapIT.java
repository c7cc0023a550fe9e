// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.errorOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.server.config.StatementsConfig;
import com.workersql.server.embedded.ShardFixture;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The map of errors, each row provoked for real, on the MySQL wire and over HTTP. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ErrorMapIT {
    private static Fleet fleet;
    private static Http http;

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(Fleet.isMySql(), "the last row kills a shard");
        fleet = Fleet.start(config -> config.toBuilder()
                .statements(StatementsConfig.of(Map.of(StatementsConfig.TIMEOUT_MILLIS, 2_000L)))
                .build());
        http = new Http(fleet, "acme");
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var globex = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            ShardFixture.run(acme, "CREATE TABLE taken (id INT PRIMARY KEY)");
            ShardFixture.run(acme, "INSERT INTO taken VALUES (1)");
            ShardFixture.run(globex, "CREATE TABLE secret (id INT)");
        }
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @Order(1)
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            foreign table that exists      | SELECT * FROM globex.secret                     | 1142 | 42000 | 403 | not_executed
            foreign table that does not    | SELECT * FROM globex.nothing                    | 1142 | 42000 | 403 | not_executed
            another server's settings      | SET GLOBAL max_connections = 1                  | 1227 | 42000 | 403 | not_executed
            a local file                   | LOAD DATA LOCAL INFILE 'x' INTO TABLE taken     | 3948 | 42000 | 403 | not_executed
            the shard's own refusal        | SELECT missing FROM taken                       | 1054 | 42S22 | 422 | not_executed
            a table that does not exist    | SELECT * FROM acme.nothing                      | 1146 | 42S02 | 422 | not_executed
            a key that is taken            | INSERT INTO taken VALUES (1)                    | 1062 | 23000 | 409 | not_executed
            a read whose time is over      | SELECT SLEEP(30)                                | 3024 | HY000 | 504 | not_executed
            """)
    void tellsTheSameOnBothDoors(String row, String sql, int errno, String sqlState, int status, String outcome)
            throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            var error = errorOf(acme, sql);
            assertThat(error.getErrorCode()).as("%s: %s", row, error).isEqualTo(errno);
            assertThat(error.getSQLState()).isEqualTo(sqlState);
            assertThat(ShardFixture.text(acme, "SELECT 5"))
                    .as("the connection stays")
                    .isEqualTo("5");
        }
        var answer = http.query(sql);
        assertThat(answer.status()).as("%s: %s", row, answer.body()).isEqualTo(status);
        assertThat(answer.details().get("outcome")).isEqualTo(outcome);
        try (var socket = http.connect()) {
            var message = socket.call("{\"type\":\"query\",\"id\":1,\"sql\":\"" + sql + "\"}");
            assertThat(message).as(row).containsEntry("type", "error").containsEntry("id", 1);
            assertThat(message.get("error").toString())
                    .as("%s over a WebSocket", row)
                    .contains("errno=" + errno)
                    .contains("sqlState=" + sqlState)
                    .contains("outcome=" + outcome);
            assertThat(socket.call("{\"type\":\"query\",\"id\":2,\"sql\":\"SELECT 5\"}"))
                    .as("the socket stays")
                    .containsEntry("type", "response");
        }
    }

    @Order(1)
    @Test
    void whatTheDoorDoesNotCarryIsNotImplemented() throws Exception {
        var answer = http.query("SELECT 1; SELECT 2");
        assertThat(answer.status()).isEqualTo(501);
        assertThat(answer.details()).containsEntry("sqlState", "42000").containsEntry("outcome", "not_executed");
        assertThat(answer.details().get("errno")).isEqualTo(1235);
    }

    @Order(1)
    @Test
    void theTimeOfAStatementReachesTheShard() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            assertThat(ShardFixture.text(acme, "SELECT @@max_statement_time + 0"))
                    .as("a second more than the gateway's own, which can say where the time went")
                    .isEqualTo("3.000000");
        }
    }

    @Order(1)
    @Test
    void aStatementWhoseRequestHasLessTimeIsEndedAndSaysWhereItWent() throws Exception {
        var late = http.post("{\"sql\":\"SELECT SLEEP(20)\",\"timeout\":700}");
        assertThat(late.status()).isEqualTo(504);
        assertThat(late.details().get("errno")).isEqualTo(3024);
        assertThat(late.details().get("outcome")).isEqualTo("not_executed");
        assertThat(late.body().toString())
                .contains("waited")
                .contains("ran for")
                .contains("the limit is 700 ms")
                .contains("on shard shard_0");
        try (var watcher = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            assertThat(ShardFixture.text(
                            watcher,
                            "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(20)%'"))
                    .as("it does not run on")
                    .isEqualTo("0");
        }
    }

    @Order(1)
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            transactional               | ENGINE = InnoDB | FALSE | not_executed | 0
            not transactional           | ENGINE = MyISAM | FALSE | unknown      | 1
            transactional with trigger  | ENGINE = InnoDB | TRUE  | unknown      | 0
            """)
    void aWriteThatIsEndedIsUndoneWhereItsTablesAreTransactional(
            String row, String engine, boolean trigger, String outcome, int rows) throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            ShardFixture.run(acme, "DROP TABLE IF EXISTS killed, killed_log");
            ShardFixture.run(acme, "CREATE TABLE killed (id INT) " + engine);
            ShardFixture.run(acme, "CREATE TABLE killed_log (id INT)");
            if (trigger) {
                try (var admin = ShardFixture.admin(fleet.embedded().shards().get(0))) {
                    ShardFixture.run(
                            admin,
                            "CREATE TRIGGER acme.on_killed AFTER INSERT ON acme.killed FOR EACH ROW"
                                    + " INSERT INTO acme.killed_log VALUES (NEW.id)");
                }
            }
            String write = "INSERT INTO killed VALUES (1), (2 + SLEEP(20))";
            var late = http.post("{\"sql\":\"" + write + "\",\"timeout\":700}");
            assertThat(late.status()).isEqualTo(504);
            assertThat(late.details().get("outcome")).as(row).isEqualTo(outcome);
            assertThat(ShardFixture.text(acme, "SELECT COUNT(*) FROM killed")).isEqualTo("" + rows);

            var error = errorOf(acme, write);
            assertThat(error.getErrorCode()).isEqualTo(3024);
            assertThat(error.getMessage().contains("[GW-OUTCOME-UNKNOWN]")).isEqualTo(outcome.equals("unknown"));
            assertThat(ShardFixture.text(acme, "SHOW WARNINGS")).contains("1317");
        }
    }

    @Order(2)
    @Test
    void refusesAWrongPasswordAndAnUnknownSchemaAtTheLogin() {
        int port = fleet.gateway().mysqlAddress().getPort();
        var wrong = loginError(port, "acme", "wrong", "acme");
        assertThat(wrong.getErrorCode()).isEqualTo(1045);
        assertThat(wrong.getSQLState()).isEqualTo("28000");
        var nobody = loginError(port, "nobody", "wrong", "acme");
        assertThat(nobody.getErrorCode()).isEqualTo(1045);
        var foreign = loginError(port, "acme", fleet.password("acme"), "globex");
        var missing = loginError(port, "acme", fleet.password("acme"), "nothing");
        assertThat(foreign.getErrorCode()).isEqualTo(1044);
        assertThat(missing.getErrorCode()).isEqualTo(1044);
        assertThat(foreign.getSQLState()).isEqualTo("42000").isEqualTo(missing.getSQLState());
    }

    @Order(3)
    @Test
    void passesOnWhatAKilledQueryGets() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var other = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            String id = ShardFixture.text(acme, "SELECT CONNECTION_ID()");
            var running = CompletableFuture.supplyAsync(() -> errorOf(acme, "SELECT SLEEP(20) FROM taken"));
            while (!running.isDone()) {
                ShardFixture.run(other, "KILL QUERY " + id);
            }
            var error = running.get(10, TimeUnit.SECONDS);
            assertThat(error.getErrorCode()).isEqualTo(1317);
            assertThat(error.getSQLState()).isEqualTo("70100");
        }
    }

    @Order(4)
    @Test
    void tellsWhatIsKnownOfStatementsOnAShardThatDies() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var writer = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var watcher = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            ShardFixture.run(acme, "BEGIN");
            ShardFixture.run(acme, "INSERT INTO taken VALUES (50)");
            var overMySql = CompletableFuture.supplyAsync(
                    () -> errorOf(writer, "INSERT INTO taken SELECT 60 + SLEEP(2)"), task -> new Thread(task).start());
            var overHttp = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return http.query("INSERT INTO taken SELECT 70 + SLEEP(2)");
                        } catch (Exception e) {
                            throw new AssertionError(e);
                        }
                    },
                    task -> new Thread(task).start());
            while (!"2"
                    .equals(
                            ShardFixture.text(
                                    watcher,
                                    "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'INSERT INTO taken SELECT%'"))) {
                assertThat(overMySql.isDone() && overHttp.isDone())
                        .as("both have ended")
                        .isFalse();
            }
            ShardFixture.kill(fleet.embedded(), "shard_0");

            var unknown = overMySql.get(10, TimeUnit.SECONDS);
            assertThat(unknown.getErrorCode()).isEqualTo(1105);
            assertThat(unknown.getSQLState()).isEqualTo("HY000");
            assertThat(unknown.getMessage()).contains("[GW-OUTCOME-UNKNOWN]");
            var answer = overHttp.get(10, TimeUnit.SECONDS);
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.details().get("outcome")).isEqualTo("unknown");

            var lost = errorOf(acme, "INSERT INTO taken VALUES (51)");
            assertThat(lost.getErrorCode()).isEqualTo(3101);
            assertThat(lost.getSQLState()).isEqualTo("40000");
            ShardFixture.run(acme, "ROLLBACK");
            var refused = errorOf(acme, "INSERT INTO taken VALUES (52)");
            assertThat(refused.getErrorCode()).isEqualTo(1429);
            assertThat(refused.getMessage()).contains("[GW-NOT-EXECUTED]");
            var unavailable = http.query("INSERT INTO taken VALUES (53)");
            assertThat(unavailable.status()).isEqualTo(503);
            assertThat(unavailable.details().get("outcome")).isEqualTo("not_executed");
        }
    }

    private static SQLException loginError(int port, String user, String password, String database) {
        try (var connection = Driver.MARIADB_TEXT.connect(port, user, password, database)) {
            throw new AssertionError("logged in: " + connection);
        } catch (SQLException e) {
            return e;
        }
    }
}
