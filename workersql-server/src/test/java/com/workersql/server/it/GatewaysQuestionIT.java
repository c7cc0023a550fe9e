// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.value;
import static com.workersql.server.it.InThread.inThread;
import static com.workersql.server.it.KilledStatement.assertKilled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.workersql.server.embedded.ShardFixture;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a session whose connection fails in a question of the gateway's own, behind one statement and before the next. */
class GatewaysQuestionIT {
    private static final int CONNECTIONS = 4;

    private static ProxiedFleet<FaultProxy> proxied;
    private static FaultProxy proxy;
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(
                FaultProxy::new, FaultProxy::port, config -> Fleet.withConnections(config, CONNECTIONS));
        proxy = proxied.proxy();
        fleet = proxied.fleet();
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
            run(direct, "DROP TABLE IF EXISTS asked");
            run(direct, "CREATE TABLE asked (id INT)");
        }
    }

    /** Drivers set what they are to be told of when they connect, behind which the gateway asks, too: that is over here. */
    private static Connection connect() throws SQLException {
        var connection = fleet.connect(Driver.MARIADB_TEXT, "acme");
        run(connection, "DO 1");
        return connection;
    }

    @Test
    void aTransactionThatIsLostBetweenTwoStatementsIsToldWithTheNext() throws Exception {
        try (var acme = connect()) {
            run(acme, "BEGIN");
            run(acme, "INSERT INTO asked VALUES (1)");
            proxy.aim(GatewaysQuestion.TEXT, FaultProxy.Cut.RESET, 0);
            run(acme, GatewaysQuestion.IS_BEHIND);

            for (String statement : new String[] {"INSERT INTO asked VALUES (2)", "COMMIT"}) {
                assertThatThrownBy(() -> run(acme, statement))
                        .as(statement)
                        .isInstanceOfSatisfying(SQLException.class, e -> {
                            assertThat(e.getErrorCode()).isEqualTo(3101);
                            assertThat(e.getSQLState()).isEqualTo("40000");
                        });
            }

            run(acme, "INSERT INTO asked VALUES (3)");
            assertThat(ids()).isEqualTo("3");
        }
    }

    /** Without its lock the statement must not run, and whoever sends it would not miss the lock. */
    @Test
    void aLockThatIsLostBetweenTwoStatementsEndsTheSessionBeforeTheNext() throws Exception {
        try (var acme = connect()) {
            assertThat(value(acme, "SELECT GET_LOCK('asked', 0)")).isEqualTo("1");
            proxy.aim(GatewaysQuestion.TEXT, FaultProxy.Cut.RESET, 0);
            run(acme, GatewaysQuestion.IS_BEHIND);

            assertThatThrownBy(() -> run(acme, "INSERT INTO asked VALUES (1)"))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getMessage()).contains("[GW-NOT-EXECUTED]", "was lost"));

            assertThatThrownBy(() -> run(acme, "INSERT INTO asked VALUES (2)")).isInstanceOf(SQLException.class);
            assertThat(ids()).isNull();
        }
    }

    /** A question in front of a statement, for the warnings of the one before, which what is sent ahead of it would clear. */
    @Test
    void aTransactionThatIsLostInFrontOfAStatementIsToldWithIt() throws Exception {
        assumeThat(Fleet.isMySql())
                .as("a SET there clears the diagnostics itself")
                .isFalse();
        try (var acme = connect()) {
            run(acme, "SET sql_mode = ''");
            run(acme, "BEGIN");
            run(acme, "INSERT INTO asked VALUES (1), (2)");
            run(acme, "SELECT id FROM asked");
            // Its answer is a row of the gateway's own, and another count than the client's.
            run(acme, GatewaysQuestion.IS_BEHIND);
            run(acme, "INSERT INTO asked VALUES ('x')");
            proxy.aim("SHOW WARNINGS", FaultProxy.Cut.RESET, 0);

            for (String statement : new String[] {"VALUES (1)", "COMMIT"}) {
                assertThatThrownBy(() -> run(acme, statement))
                        .as(statement)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getErrorCode()).isEqualTo(3101));
            }

            assertThat(proxy.isAimed()).isFalse();
            assertThat(ids()).isNull();
        }
    }

    /** BEGIN was answered by the gateway, and went to the shard in front of a statement that did not get there. */
    @Test
    void aTransactionThatIsLostWithWhatGoesAheadOfAStatementIsToldWithIt() throws Exception {
        try (var acme = connect()) {
            run(acme, "/*ahead*/ START TRANSACTION READ WRITE");
            proxy.aim("/*ahead*/", FaultProxy.Cut.RESET, 0);

            for (String statement : new String[] {"INSERT INTO asked VALUES (1)", "INSERT INTO asked VALUES (2)"}) {
                assertThatThrownBy(() -> run(acme, statement))
                        .as(statement)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getErrorCode()).isEqualTo(3101));
            }

            run(acme, "ROLLBACK");
            assertThat(ids()).isNull();
        }
    }

    @Test
    void outsideOfATransactionNothingIsLostWithTheConnection() throws Exception {
        try (var acme = connect()) {
            proxy.aim(GatewaysQuestion.TEXT, FaultProxy.Cut.RESET, 0);
            run(acme, GatewaysQuestion.IS_BEHIND);

            run(acme, "INSERT INTO asked VALUES (1)");

            assertThat(ids()).isEqualTo("1");
        }
    }

    /** The question goes on; what is killed is the statement that waits for its answer. */
    @Test
    void aStatementThatWaitsForTheAnswerIsKilledAtOnceAndNeverRuns() throws Exception {
        var acme = connect();
        try (var killer = connect()) {
            String id = value(acme, "SELECT CONNECTION_ID()");
            proxy.aim(GatewaysQuestion.TEXT, FaultProxy.Cut.STALL, 0);
            run(acme, GatewaysQuestion.IS_BEHIND);
            var waiting = inThread(() -> {
                run(acme, "INSERT INTO asked VALUES (1)");
                return null;
            });
            assertKilled(waiting, killer, id);

            // What the shard has to say at last comes too late for it.
            proxy.release();
            run(acme, "INSERT INTO asked VALUES (2)");
            assertThat(ids()).isEqualTo("2");
        } finally {
            acme.close();
        }
    }

    /** It survives a reset: whoever gets the connection next would have it. */
    @Test
    void aRoleEndsWithItsSessionAlsoWhereThatIsBeingAsked() throws Exception {
        try (var admin = admin();
                var direct = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            String account = "'" + value(direct, "SELECT CURRENT_USER()").replace("@", "'@'") + "'";
            run(admin, "CREATE ROLE IF NOT EXISTS of_one_session");
            run(admin, "GRANT of_one_session TO " + account);
        }
        try (var watching = connect()) {
            try (var acme = connect()) {
                run(acme, "SET ROLE of_one_session");
                proxy.aim(GatewaysQuestion.TEXT, FaultProxy.Cut.STALL, 0);
                run(acme, GatewaysQuestion.IS_BEHIND);
                awaitStall();
            }
            awaitSessions(watching, 1);
            releaseIfOpen();
        }

        try (var all = fleet.connect(Driver.MARIADB_TEXT, "acme", CONNECTIONS)) {
            for (var each : all.connections()) {
                run(each, "BEGIN");
                assertThat(value(each, "SELECT CURRENT_ROLE()")).isIn(null, "NONE");
            }
        }
    }

    private static Connection admin() throws SQLException {
        return Fleet.isMySql()
                ? Driver.MYSQL_TEXT.connect(fleet.port(0), "root", "", "mysql")
                : ShardFixture.admin(fleet.embedded().shards().get(0));
    }

    private static void awaitStall() {
        while (proxy.isAimed()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** The connection whose answer is stalled is being ended at the same time. */
    private static void releaseIfOpen() {
        try {
            proxy.release();
        } catch (IOException e) {
            // It has ended, which is what is wanted of it.
        }
    }

    private static void awaitSessions(Connection watching, int wanted) throws SQLException {
        int found;
        do {
            found = 0;
            try (var statement = watching.createStatement();
                    var rows = statement.executeQuery("SHOW PROCESSLIST")) {
                while (rows.next()) {
                    found++;
                }
            }
        } while (found != wanted);
    }

    private static String ids() throws SQLException {
        try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            return value(direct, "SELECT GROUP_CONCAT(id ORDER BY id) FROM asked");
        }
    }
}
