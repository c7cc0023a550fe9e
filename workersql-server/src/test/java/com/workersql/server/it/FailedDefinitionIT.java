// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A definition that fails has committed the transaction before it: that it was rolled back with its connection is then not told. */
class FailedDefinitionIT {
    private static final String UNKNOWN = "[GW-OUTCOME-UNKNOWN]";

    private static ProxiedFleet<FaultProxy> proxied;
    private static FaultProxy proxy;
    private static Fleet fleet;

    private Connection acme;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(FaultProxy::new, FaultProxy::port, config -> Fleet.withConnections(config, 3));
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
    void failInATransaction() throws SQLException {
        try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            run(direct, "DROP TABLE IF EXISTS defined");
            run(direct, "CREATE TABLE defined (id INT)");
        }
        acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
        run(acme, "BEGIN");
        run(acme, "INSERT INTO defined VALUES (1)");
        assertError("CREATE TABLE defined (id INT)", 1050, "exists");
    }

    @AfterEach
    void close() throws SQLException {
        acme.close();
    }

    private void assertError(String sql, int errno, String text) {
        assertThatThrownBy(() -> run(acme, sql)).as(sql).isInstanceOfSatisfying(SQLException.class, e -> {
            assertThat(e.getErrorCode()).isEqualTo(errno);
            assertThat(e.getMessage()).contains(text);
        });
    }

    private static String ids() throws SQLException {
        try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            return value(direct, "SELECT GROUP_CONCAT(id ORDER BY id) FROM defined");
        }
    }

    @Test
    void aLossRightBehindItIsToldAsUnknown() throws Exception {
        proxy.aim("VALUES (2)", FaultProxy.Cut.RESET, 0);

        assertError("INSERT INTO defined VALUES (2)", 1105, UNKNOWN);
        assertError("INSERT INTO defined VALUES (3)", 1105, UNKNOWN);
        assertError("COMMIT", 1105, UNKNOWN);

        run(acme, "INSERT INTO defined VALUES (4)");
        assertThat(ids()).startsWith("1,").doesNotContain("3").endsWith("4");
    }

    @Test
    void aRollbackThatIsLostBehindItIsToldAsUnknown() throws Exception {
        proxy.aim("ROLLBACK", FaultProxy.Cut.RESET, 0);

        assertError("ROLLBACK", 1105, UNKNOWN);

        run(acme, "BEGIN");
        run(acme, "INSERT INTO defined VALUES (2)");
        proxy.aim("VALUES (3)", FaultProxy.Cut.RESET, 0);
        assertError("INSERT INTO defined VALUES (3)", 3101, "has been rolled back");
        run(acme, "ROLLBACK");
        assertThat(ids()).isEqualTo("1");
    }

    @Test
    void aReplyInBetweenTellsHowItIs() throws Exception {
        run(acme, "BEGIN");
        run(acme, "INSERT INTO defined VALUES (2)");
        proxy.aim("VALUES (3)", FaultProxy.Cut.RESET, 0);

        assertError("INSERT INTO defined VALUES (3)", 3101, "has been rolled back");

        run(acme, "ROLLBACK");
        assertThat(ids()).isEqualTo("1");
    }
}
