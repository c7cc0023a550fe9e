// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sequences of MariaDB by sessions that share two connections: to take a value keeps none of them, and the latest value is the
 * session's own or refused.
 */
class SequencesIT {
    private static final int CONNECTIONS = 2;
    private static final int CLIENTS = 8;
    private static final int ROUNDS = Integer.getInteger("workersql.sequences.rounds", 30);

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        assumeThat(Fleet.isMySql()).as("MySQL has no sequences").isFalse();
        fleet = Fleet.start(config -> Fleet.withConnections(config, CONNECTIONS));
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @BeforeEach
    void define() throws SQLException {
        try (var admin = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(admin, "DROP TABLE IF EXISTS kept, nothing, by_default, plain");
            run(admin, "DROP SEQUENCE IF EXISTS s, r");
            run(admin, "CREATE SEQUENCE s");
            run(admin, "CREATE SEQUENCE r START WITH 1000000");
            run(admin, "CREATE TABLE kept (id BIGINT PRIMARY KEY, again BIGINT)");
            run(admin, "CREATE TABLE nothing (id BIGINT)");
            run(admin, "CREATE TABLE by_default (id BIGINT PRIMARY KEY DEFAULT (NEXTVAL(s)), n INT)");
            run(admin, "CREATE TABLE plain (currval INT)");
        }
    }

    @ParameterizedTest
    @EnumSource
    void takingValuesKeepsNoConnection(Driver driver) throws Exception {
        try (var sessions = fleet.connect(driver, "acme", CLIENTS)) {
            var taken = ConcurrentHashMap.<Long>newKeySet();
            var counted = Workload.measure(fleet, driver + ", sequences", CLIENTS, ROUNDS, (client, round) -> {
                var session = sessions.get(client);
                taken.add(number(session, round % 2 == 0 ? "SELECT NEXTVAL(s)" : "SELECT NEXT VALUE FOR s"));
                run(session, "INSERT INTO by_default (n) VALUES (" + client + ")");
                run(session, "INSERT INTO kept VALUES (NEXTVAL(r), LASTVAL(r))");
                number(session, "SELECT SETVAL(r, 5)");
            });
            assertThat(taken).as("each value is taken once").hasSize(CLIENTS * ROUNDS);
            assertThat(counted.pins()).as("pins but for transactions").isZero();
            assertThat(counted.movedShare())
                    .as("the share of statements that moved")
                    .isGreaterThan(0.2);
            try (var admin = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
                assertThat(number(admin, "SELECT COUNT(*) FROM kept WHERE id = again"))
                        .as("the value behind the one of the same row")
                        .isEqualTo((long) CLIENTS * ROUNDS);
            }
        }
    }

    @Test
    void theLatestValueOfATransactionIsWhatAServerAloneSays() throws Exception {
        try (var session = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var other = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(session, "BEGIN");
            long first = number(session, "SELECT NEXTVAL(s) AS id");
            number(other, "SELECT NEXTVAL(s)");
            assertThat(number(session, "SELECT LASTVAL(s)")).isEqualTo(first);
            run(session, "INSERT INTO by_default (n) VALUES (1)");
            long second = number(session, "SELECT id FROM by_default");
            assertThat(second).isGreaterThan(first);
            assertThat(number(session, "SELECT PREVIOUS VALUE FOR acme.s")).isEqualTo(second);
            refused(() -> number(session, "SELECT LASTVAL(r)"));
            run(session, "COMMIT");
            refused(() -> number(session, "SELECT LASTVAL(s)"));
        }
    }

    @Test
    void aSessionThatAsksForTheLatestValueKeepsItsConnectionFromTheNextOn() throws Exception {
        try (var session = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var watcher = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            number(session, "SELECT NEXTVAL(s)");
            assertThat(pins(watcher)).isEmpty();
            refused(() -> number(session, "SELECT LASTVAL(s)"));
            assertThat(pins(watcher)).isEmpty();

            run(session, "SET @id = NEXTVAL(s)");
            assertThat(pins(watcher)).contains("SEQUENCE_VALUE");
            number(watcher, "SELECT NEXTVAL(s)");
            assertThat(number(session, "SELECT LASTVAL(s) = @id")).isEqualTo(1);
        }
    }

    /** Whether they took a value cannot be told, so that the connection may know one of another session. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT COUNT(NEXTVAL(s)) FROM nothing",
                "SELECT NEXTVAL(s) FROM nothing",
                "INSERT INTO by_default (n) VALUES (1)",
                "SELECT IF(0, NEXTVAL(s), 0)",
                "SELECT NEXTVAL(r)"
            })
    void theLatestValueIsRefusedBehind(String statement) throws Exception {
        try (var session = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(session, "BEGIN");
            run(session, statement);
            refused(() -> number(session, "SELECT LASTVAL(s)"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE VIEW latest AS SELECT LASTVAL(s)",
                "CREATE TABLE latest (id BIGINT DEFAULT (LASTVAL(s)))",
                "ALTER TABLE plain ADD COLUMN id BIGINT DEFAULT (PREVIOUS VALUE FOR s)",
                "CREATE TRIGGER latest BEFORE INSERT ON plain FOR EACH ROW SET NEW.currval = LASTVAL(s)",
                "CREATE FUNCTION latest() RETURNS BIGINT RETURN LASTVAL(s)",
                "CREATE PROCEDURE latest() SELECT PREVIOUS VALUE FOR s",
                "CREATE PROCEDURE latest() INSERT INTO kept VALUES (NEXTVAL(s), LASTVAL(s))",
                "PREPARE latest FROM 'SELECT LASTVAL(s)'",
                "EXECUTE IMMEDIATE 'SELECT LASTVAL(s)'"
            })
    void aTextThatHidesWhoAsksIsRefused(String statement) throws Exception {
        try (var session = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            refused(() -> run(session, statement));
        }
    }

    @Test
    void currvalIsAColumnUnlessTheModeIsOracle() throws Exception {
        try (var session = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(session, "INSERT INTO plain VALUES (7)");
            assertThat(number(session, "SELECT plain.currval FROM plain")).isEqualTo(7);
            run(session, "SET sql_mode = 'ORACLE'");
            assertThat(number(session, "SELECT s.nextval")).isPositive();
            refused(() -> number(session, "SELECT s.currval"));
        }
    }

    /** Sessions take, ask and end transactions in any order: whatever is answered is what the session took last. */
    @Test
    void noSessionEverReadsTheValueOfAnother() throws Exception {
        long seed = Long.getLong("workersql.seed", System.nanoTime());
        System.out.println("Sequences, seed " + seed);
        var exact = new AtomicInteger();
        try (var sessions = fleet.connect(Driver.MARIADB_TEXT, "acme", CLIENTS)) {
            Workload.measure(fleet, "Sequences in transactions", CLIENTS, 1, (client, once) -> {
                var random = new Random(seed + client);
                var session = sessions.get(client);
                long latest = -1;
                for (int i = 0; i < ROUNDS; i++) {
                    switch (random.nextInt(8)) {
                        case 0 -> run(session, "BEGIN");
                        case 1 -> run(session, random.nextBoolean() ? "COMMIT" : "ROLLBACK");
                        case 2, 3, 4 -> latest = number(session, "SELECT NEXTVAL(s)");
                        case 5 -> {
                            // Only in transactions, so that the sessions share their connections all the way.
                            run(session, "BEGIN");
                            latest = number(session, "SELECT NEXT VALUE FOR s");
                            assertThat(number(session, "SELECT LASTVAL(s)")).isEqualTo(latest);
                            exact.incrementAndGet();
                        }
                        case 6 -> run(session, "DO 1");
                        default -> {
                            run(session, "BEGIN");
                            run(session, "SELECT COUNT(*) FROM plain");
                            try {
                                assertThat(number(session, "SELECT LASTVAL(s)"))
                                        .as("client %d, round %d", client, i)
                                        .isEqualTo(latest);
                                exact.incrementAndGet();
                            } catch (SQLException e) {
                                assertThat(e.getErrorCode()).isEqualTo(1235);
                            }
                        }
                    }
                    if (i % 5 == 4) {
                        run(session, "COMMIT");
                    }
                }
                run(session, "COMMIT");
            });
        }
        assertThat(exact.get()).as("answers").isPositive();
    }

    private static void refused(ThrowingCallable statement) {
        assertThatThrownBy(statement)
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1235))
                .hasMessageContaining("PREVIOUS VALUE of a sequence");
    }

    private static String pins(Connection watcher) throws SQLException {
        var pins = new StringBuilder();
        try (var statement = watcher.createStatement();
                var rows = statement.executeQuery("SHOW GATEWAY PINS")) {
            while (rows.next()) {
                pins.append(rows.getString(4)).append(' ');
            }
        }
        return pins.toString();
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.prepareStatement(sql);
                var rows = statement.executeQuery()) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
