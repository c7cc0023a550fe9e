// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.value;
import static com.workersql.server.it.InThread.inThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.config.GatewayConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A shard that does not answer what the gateway itself says to it, in front of a statement or behind one, on one connection. */
class SilentAnswersIT {
    private static final int CONNECTIONS = 8;

    private static ProxiedFleet<FaultProxy> proxied;
    private static FaultProxy proxy;
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(FaultProxy::new, FaultProxy::port, SilentAnswersIT::withConnections);
        proxy = proxied.proxy();
        fleet = proxied.fleet();
    }

    private static GatewayConfig withConnections(GatewayConfig config) {
        return Fleet.withConnections(config, CONNECTIONS);
    }

    @AfterAll
    static void stop() throws Exception {
        if (proxied != null) {
            proxied.close();
        }
    }

    @BeforeEach
    void makeTable() throws SQLException {
        try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            run(direct, "DROP TABLE IF EXISTS said");
            run(direct, "CREATE TABLE said (id INT, zone VARCHAR(10))");
        }
    }

    @Test
    void aStatementWhoseConnectionIsBeingGivenItsStateIsKilledAtOnceAndNeverRuns() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var killer = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            String id = value(acme, "SELECT CONNECTION_ID()");
            run(acme, "SET time_zone = '+07:11'");
            giveAllConnectionsAnotherState();
            proxy.aim("+07:11", FaultProxy.Cut.STALL, 0);
            var waiting = insert(acme, 1);
            awaitStall();

            // The shard has the state's text before the session waits for its answer.
            KilledStatement.assertKilled(waiting, killer, id);

            insert(acme, 2).get();
            assertThat(rows()).isEqualTo("2+07:11");
        }
    }

    /** Each of them waits as long as for a server that is down; they do so at one time. */
    @Test
    void whatIsNotAnsweredIsGivenUpAndIsToldAsALostConnectionIs() throws Exception {
        try (var inTransaction = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var withTable = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var free = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var zoned = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(zoned, "SET time_zone = '+07:12'");
            giveAllConnectionsAnotherState();
            run(inTransaction, "BEGIN");
            run(inTransaction, "INSERT INTO said VALUES (1, 'none')");
            stallBehind(inTransaction);
            run(withTable, "CREATE TEMPORARY TABLE said_here (id INT)");
            stallBehind(withTable);
            stallBehind(free);
            proxy.aim("+07:12", FaultProxy.Cut.STALL, 0);
            var refused = insert(zoned, 2);
            awaitStall();

            assertError(insert(inTransaction, 3), 3101);
            assertError(insert(withTable, 7), 1429);
            assertThat(withTable.isValid(60)).as("sent away").isFalse();
            insert(free, 4).get();
            assertError(refused, 1429);

            run(inTransaction, "ROLLBACK");
            insert(inTransaction, 5).get();
            insert(zoned, 6).get();
            assertThat(rows()).matches("4[+:0-9A-Z]*,5[+:0-9A-Z]*,6\\+07:12");
        }
    }

    /** So that the session with another one has to give it to whichever it gets. */
    private static void giveAllConnectionsAnotherState() throws Exception {
        try (var all = fleet.connect(Driver.MARIADB_TEXT, "acme", CONNECTIONS)) {
            for (var each : all.connections()) {
                run(each, "SET time_zone = '+06:00'");
                run(each, "BEGIN");
                run(each, "SELECT COUNT(*) FROM said");
            }
            for (var each : all.connections()) {
                run(each, "ROLLBACK");
            }
        }
    }

    private static void stallBehind(Connection session) throws SQLException {
        proxy.aim(GatewaysQuestion.TEXT, FaultProxy.Cut.STALL, 0);
        run(session, GatewaysQuestion.IS_BEHIND);
        awaitStall();
    }

    private static void awaitStall() {
        while (proxy.isAimed()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static Future<Void> insert(Connection session, int id) {
        return inThread(() -> {
            run(session, "INSERT INTO said VALUES (" + id + ", @@time_zone)");
            return null;
        });
    }

    private static void assertError(Future<Void> statement, int errno) {
        assertThatThrownBy(() -> statement.get(60, TimeUnit.SECONDS))
                .cause()
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(errno));
    }

    private static String rows() throws SQLException {
        try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            return value(direct, "SELECT GROUP_CONCAT(id, zone ORDER BY id) FROM said");
        }
    }
}
