// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import com.workersql.server.Gateway;
import com.workersql.server.GatewayWithClock;
import com.workersql.server.config.StatementsConfig;
import com.workersql.server.embedded.ShardFixture;
import com.workersql.server.it.FaultyClock.Fault;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an {@link Error} in the gateway's own code comes to, wherever behind a statement it is thrown: its client is told the id of an
 * incident and nothing else, and the one place among the shard's two connections, and that among the tenant's two statements, are
 * free again.
 */
class PlantedFaultIT {
    private static final FaultyClock CLOCK = new FaultyClock();

    private static Fleet fleet;
    private static Gateway gateway;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> Fleet.withConnections(config, 2).toBuilder()
                .statements(StatementsConfig.of(Map.of(StatementsConfig.MAX_CONCURRENT_PER_TENANT, 2L)))
                .build());
        try (var direct = fleet.direct(Fleet.isMySql() ? Driver.MYSQL_TEXT : Driver.MARIADB_TEXT, "acme")) {
            ShardFixture.run(direct, "CREATE TABLE written (id INT PRIMARY KEY)");
        }
        gateway = GatewayWithClock.start(fleet.config(), CLOCK);
    }

    @BeforeEach
    void plantNothing() {
        CLOCK.clear();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        fleet.close();
    }

    private static RawClient client() throws IOException {
        return client(gateway);
    }

    private static RawClient client(Gateway of) throws IOException {
        return fleet.raw("acme", SickShard.RAW, of);
    }

    private static void isAnIncident(RawReply reply) {
        byte[] first = reply.payloads().get(0);
        assertThat(reply.errno()).as(new String(first, StandardCharsets.UTF_8)).isEqualTo(1105);
        assertThat(new String(first, 3, first.length - 3, StandardCharsets.UTF_8))
                .matches("#HY000\\[GW-INTERNAL\\] incident [0-9a-f]{16}");
    }

    /** More statements at one time than there would be places if one were lost. */
    private static void allPlacesAreFree() throws IOException {
        try (var one = client();
                var other = client()) {
            one.query("BEGIN");
            other.query("BEGIN");
            assertThat(one.query("SELECT 1").value()).isEqualTo("1");
            assertThat(other.query("SELECT 2").value()).isEqualTo("2");
            one.query("ROLLBACK");
            other.query("ROLLBACK");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // before the pool is asked, in the call of the door
                "ShardConnections.borrow",
                // what hears of the pool's connection
                "ShardConnections.borrowed",
                // what sends the statement
                "ShardRun.found"
            })
    void isToldByItsIncidentAndLosesNoPlace(String place) throws Exception {
        for (var fault : Fault.values()) {
            try (var client = client()) {
                assertThat(client.query("SELECT 5").value()).isEqualTo("5");
                CLOCK.plant(place, fault);
                isAnIncident(client.query("SELECT 5"));
                assertThat(client.isAtEnd()).isTrue();
            }
            assertThat(CLOCK.isSpent()).isTrue();
        }
        allPlacesAreFree();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // in the pool, also where that opens the connection that carries a KILL, in what hears of it, in what
                // the session learns
                "BackendConnection.completeFirst",
                "Relay.onComplete",
                "Attempt.learn"
            })
    void closesTheSocketAndLosesNoPlaceWhereTheReplyHasBegun(String place) throws Exception {
        for (var fault : Fault.values()) {
            try (var client = client()) {
                assertThat(client.query("SELECT 5").value()).isEqualTo("5");
                assertThat(endsBehind(client, place, fault)).isTrue();
            }
        }
        allPlacesAreFree();
    }

    /** Asks until the statement has run into the fault, and not a ping or a check of the shard; what was sent behind it is not answered. */
    private static boolean endsBehind(RawClient client, String place, Fault fault) {
        try {
            for (int i = 0; i < 100; i++) {
                CLOCK.plant(place, fault);
                client.query("SELECT 5");
                client.query("SELECT 5");
            }
            return false;
        } catch (IOException e) {
            return CLOCK.isSpent();
        }
    }

    @Test
    void isToldWhereTheStatementCameFromThePlannersThread() throws Exception {
        try (var client = client()) {
            CLOCK.plant("ShardConnections.borrow", Fault.OUT_OF_MEMORY);
            isAnIncident(client.query("SELECT 5 AS nobody_has_asked_this_before"));
            assertThat(client.isAtEnd()).isTrue();
        }
        allPlacesAreFree();
    }

    @Test
    void isToldInThePlaceOfAPreparation() throws Exception {
        try (var client = client()) {
            CLOCK.plant("ShardConnections.borrowed", Fault.OUT_OF_MEMORY);
            isAnIncident(client.command(Command.COM_STMT_PREPARE, "SELECT ?".getBytes(StandardCharsets.UTF_8)));
            assertThat(client.isAtEnd()).isTrue();
        }
        allPlacesAreFree();
    }

    @Test
    void isToldWhereTheTimeIsUp() throws Exception {
        var config = fleet.config().toBuilder()
                .statements(StatementsConfig.of(Map.of(StatementsConfig.TIMEOUT_MILLIS, 300L)))
                .build();
        var clock = new FaultyClock();
        try (var timed = GatewayWithClock.start(config, clock);
                var first = client(timed);
                var second = client(timed);
                var third = client(timed)) {
            for (var keeps : List.of(first, second)) {
                keeps.query("BEGIN");
                assertThat(keeps.query("SELECT 6").value()).isEqualTo("6");
            }
            var late = third.query("SELECT 6");
            assertThat(late.errno()).isEqualTo(3024);
            assertThat(new String(late.payloads().get(0), StandardCharsets.UTF_8))
                    .contains("ms for a connection and did not run", "the limit is 300 ms");
            clock.plant("StatementDeadline.error", Fault.OUT_OF_MEMORY);
            isAnIncident(third.query("SELECT 6"));
            assertThat(third.isAtEnd()).isTrue();
            for (var keeps : List.of(first, second)) {
                assertThat(keeps.query("ROLLBACK").errno()).isZero();
            }
        }
    }

    @Test
    void rollsTheTransactionBack() throws Exception {
        try (var client = client()) {
            client.query("BEGIN");
            assertThat(client.query("INSERT INTO written VALUES (1)").errno()).isZero();
            CLOCK.plant("ShardRun.found", Fault.OUT_OF_MEMORY);
            isAnIncident(client.query("INSERT INTO written VALUES (2)"));
            assertThat(client.isAtEnd()).isTrue();
        }
        assertThat(countOf("id IN (1, 2)")).isZero();
        allPlacesAreFree();
    }

    /** How many rows there are once what still runs has ended. */
    private static int countOf(String condition) throws SQLException {
        try (var direct = fleet.direct(Fleet.isMySql() ? Driver.MYSQL_TEXT : Driver.MARIADB_TEXT, "acme")) {
            return Integer.parseInt(
                    ShardFixture.text(direct, "SELECT COUNT(*) FROM written WHERE " + condition + " FOR UPDATE"));
        }
    }

    @ParameterizedTest
    @CsvSource({"ShardConnections.borrowed, not_executed, 0", "Relay.onComplete, unknown, 1"})
    void saysOverHttpWhetherAWriteMayHaveRun(String place, String outcome, int rows) throws Exception {
        var http = new Http(fleet, "acme", gateway);
        assertThat(http.query("DELETE FROM written").status()).isEqualTo(200);
        assertThat(http.query("INSERT INTO written VALUES (7)").status()).isEqualTo(200);
        assertThat(http.query("DELETE FROM written").status()).isEqualTo(200);

        CLOCK.plant(place, Fault.STACK_OVERFLOW);
        var answer = http.query("INSERT INTO written VALUES (7)");

        assertThat(answer.body().toString()).doesNotContain("secret");
        assertThat(answer.body().get("error").toString()).matches(".*\\[GW-INTERNAL\\] incident [0-9a-f]{16}.*");
        assertThat(answer.details()).containsEntry("outcome", outcome);
        assertThat(answer.status()).isEqualTo(500);
        assertThat(CLOCK.isSpent()).isTrue();
        assertThat(countOf("id = 7")).isEqualTo(rows);
        for (int i = 0; i < 5; i++) {
            assertThat(http.query("SELECT 8").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void costsOnlyTheConnectionWhereItIsOnTheWayBackToThePool(Fault fault) throws Exception {
        try (var client = client()) {
            assertThat(client.query("SELECT 9").value()).isEqualTo("9");
            CLOCK.plant("EndpointCore.release", fault);
            assertThat(client.query("SELECT 9").value()).isEqualTo("9");
            assertThat(client.query("SELECT 10").value()).isEqualTo("10");
        }
        allPlacesAreFree();
    }
}
