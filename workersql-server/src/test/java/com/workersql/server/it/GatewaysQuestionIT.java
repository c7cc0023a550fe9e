// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.value;
import static com.workersql.server.it.InThread.inThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a session whose connection fails in a question of the gateway's own, behind one statement and before the next. */
class GatewaysQuestionIT {
    private static ProxiedFleet<FaultProxy> proxied;
    private static FaultProxy proxy;
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(FaultProxy::new, FaultProxy::port, config -> Fleet.withConnections(config, 4));
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

    @Test
    void aTransactionThatIsLostBetweenTwoStatementsIsToldWithTheNext() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
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
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
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
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
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
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
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
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            proxy.aim(GatewaysQuestion.TEXT, FaultProxy.Cut.RESET, 0);
            run(acme, GatewaysQuestion.IS_BEHIND);

            run(acme, "INSERT INTO asked VALUES (1)");

            assertThat(ids()).isEqualTo("1");
        }
    }

    /** The question goes on; what is killed is the statement that waits for its answer. */
    @Test
    void aStatementThatWaitsForTheAnswerIsKilledAtOnceAndNeverRuns() throws Exception {
        var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
        try (var killer = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            String id = value(acme, "SELECT CONNECTION_ID()");
            proxy.aim(GatewaysQuestion.TEXT, FaultProxy.Cut.STALL, 0);
            run(acme, GatewaysQuestion.IS_BEHIND);
            var waiting = inThread(() -> {
                run(acme, "INSERT INTO asked VALUES (1)");
                return null;
            });
            assertThatThrownBy(() -> {
                        while (!waiting.isDone()) {
                            run(killer, "KILL QUERY " + id);
                            try {
                                waiting.get(20, TimeUnit.MILLISECONDS);
                            } catch (TimeoutException e) {
                                // It was not there yet.
                            }
                        }
                    })
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1317));

            // What the shard has to say at last comes too late for it.
            proxy.release();
            run(acme, "INSERT INTO asked VALUES (2)");
            assertThat(ids()).isEqualTo("2");
        } finally {
            acme.close();
        }
    }

    private static String ids() throws SQLException {
        try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            return value(direct, "SELECT GROUP_CONCAT(id ORDER BY id) FROM asked");
        }
    }
}
