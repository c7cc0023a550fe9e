// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What drivers do all day, by eight clients on four connections: how much of it keeps a connection for
 * another reason than a transaction, and how often a statement runs on another connection than the one before. {@code
 * -Dworkersql.workload.rounds=500} is the long form, {@code -Dworkersql.node=true} adds mysql2.
 */
class WorkloadsIT {
    private static final int CONNECTIONS = 4;
    private static final int CLIENTS = 8;
    private static final int ROUNDS = Integer.getInteger("workersql.workload.rounds", 15);
    private static final double FEWEST_MOVED = 0.2;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> Fleet.withConnections(config, CONNECTIONS));
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @BeforeEach
    void makeTables() throws SQLException {
        try (var admin = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(admin, "DROP TABLE IF EXISTS item, purchase");
            run(admin, "CREATE TABLE purchase (id BIGINT PRIMARY KEY AUTO_INCREMENT, customer INT, total INT)");
            run(
                    admin,
                    "CREATE TABLE item (id BIGINT PRIMARY KEY AUTO_INCREMENT, purchase BIGINT, name VARCHAR(20), n INT)");
        }
    }

    private static ConnectionUse measure(String what, Workload.Round round) throws Exception {
        return Workload.measure(fleet, what, CLIENTS, ROUNDS, round);
    }

    @ParameterizedTest
    @EnumSource(names = {"MYSQL_TEXT", "MYSQL_PREPARED"})
    void connectorJKeepsAConnectionForTransactionsAlone(Driver driver) throws Exception {
        try (var clients = fleet.connect(driver, "acme", CLIENTS)) {
            for (var connection : clients.connections()) {
                connection.setAutoCommit(false);
            }
            var counted = measure(driver + ", transactions", (client, round) -> {
                order(clients.get(client), client);
                clients.get(client).commit();
            });
            assertThat(counted.pins()).as("pins for other reasons").isZero();
            assertThat(counted.kept()).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MYSQL_TEXT", "MYSQL_PREPARED"})
    void connectorJMovesBetweenConnectionsOutsideOfTransactions(Driver driver) throws Exception {
        try (var clients = fleet.connect(driver, "acme", CLIENTS)) {
            var counted = measure(driver + ", autocommit", (client, round) -> {
                var connection = clients.get(client);
                long id = order(connection, client);
                assertThat(number(connection, "SELECT COUNT(*) FROM item WHERE purchase = " + id))
                        .isEqualTo(5);
                run(connection, "UPDATE purchase SET total = total + 1 WHERE id = " + id);
            });
            assertThat(counted.pins()).as("pins for other reasons").isZero();
            assertThat(counted.kept()).as("statements on a kept connection").isZero();
            assertThat(counted.movedShare())
                    .as("the share of statements that moved")
                    .isGreaterThan(FEWEST_MOVED);
        }
    }

    /** An order with a generated key, and its items as a batch. */
    private static long order(Connection connection, int client) throws SQLException {
        long id;
        try (var insert = connection.prepareStatement(
                "INSERT INTO purchase (customer, total) VALUES (?, ?)", Statement.RETURN_GENERATED_KEYS)) {
            insert.setInt(1, client);
            insert.setInt(2, 10);
            insert.executeUpdate();
            try (var keys = insert.getGeneratedKeys()) {
                keys.next();
                id = keys.getLong(1);
            }
        }
        assertThat(number(connection, "SELECT LAST_INSERT_ID()")).isEqualTo(id);
        try (var items = connection.prepareStatement("INSERT INTO item (purchase, name, n) VALUES (?, ?, ?)")) {
            for (int i = 0; i < 5; i++) {
                items.setLong(1, id);
                items.setString(2, "item " + i);
                items.setInt(3, i);
                items.addBatch();
            }
            items.executeBatch();
        }
        return id;
    }

    @Test
    @EnabledIfSystemProperty(named = "workersql.node", matches = "true")
    void mysql2KeepsAConnectionForTransactionsAlone() throws Exception {
        NodeClientsIT.install();
        var before = ConnectionUse.now(fleet);
        NodeClientsIT.test(fleet, "workload.test.mjs", Map.of("ROUNDS", Integer.toString(ROUNDS)));
        var counted = ConnectionUse.now(fleet).since(before);
        counted.print("mysql2");
        assertThat(counted.pins()).as("pins for other reasons").isZero();
        assertThat(counted.movedShare())
                .as("the share of statements that moved")
                .isGreaterThan(FEWEST_MOVED);
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
