// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.value;
import static com.workersql.server.it.InThread.inThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.Gateway;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A KILL QUERY that is so long on its way that its statement has ended when it comes, in a session that keeps its connection. Statements
 * wait for rows that others have locked: they take as long as the test wants.
 */
class OvertakenKillIT {
    private static final int ALL_CONNECTIONS = 4;
    private static final String FIRST = "UPDATE killed SET v = v + 1 WHERE id = 1";
    private static final String SECOND = "UPDATE killed SET v = v + 1 WHERE id = 2";

    private static ProxiedFleet<ListeningProxy> proxied;
    private static ListeningProxy proxy;
    private static Fleet fleet;

    private Connection holdsFirst;
    private Connection holdsSecond;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(
                ListeningProxy::new,
                ListeningProxy::port,
                config -> withPatience(config, TimeUnit.MINUTES.toMillis(1)));
        proxy = proxied.proxy();
        fleet = proxied.fleet();
    }

    /** How long the answer to a KILL may take; it is asked for twice. */
    private static GatewayConfig withPatience(GatewayConfig config, long millis) {
        return Fleet.withConnections(config, ALL_CONNECTIONS).toBuilder()
                .pool(PoolConfig.of(Map.of(PoolConfig.VALIDATION_TIMEOUT_MILLIS, millis)))
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        if (proxied != null) {
            proxied.close();
        }
    }

    @BeforeEach
    void holdRows() throws SQLException {
        holdsFirst = fleet.direct(Driver.MARIADB_TEXT, "acme");
        holdsSecond = fleet.direct(Driver.MARIADB_TEXT, "acme");
        run(holdsFirst, "DROP TABLE IF EXISTS killed");
        run(holdsFirst, "CREATE TABLE killed (id INT PRIMARY KEY, v INT)");
        run(holdsFirst, "INSERT INTO killed VALUES (1, 0), (2, 0), (3, 0)");
        run(holdsFirst, "BEGIN");
        run(holdsFirst, "SELECT * FROM killed WHERE id = 1 FOR UPDATE");
        run(holdsSecond, "BEGIN");
        run(holdsSecond, "SELECT * FROM killed WHERE id = 2 FOR UPDATE");
        proxy.forget();
    }

    @AfterEach
    void letGo() throws SQLException {
        proxy.letGo();
        holdsFirst.close();
        holdsSecond.close();
    }

    @Test
    void theNextStatementWaitsForTheAnswerAndIsNotStruck() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var killer = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            overtake(acme, killer);

            var second = inThread(() -> update(acme, SECOND));

            assertThat(isHeardWithin(SECOND, 300))
                    .as("sent in front of the KILL")
                    .isFalse();
            proxy.letGo();
            assertThat(isHeardWithin(SECOND, 30_000)).isTrue();
            run(holdsSecond, "COMMIT");
            assertThat(second.get(30, TimeUnit.SECONDS)).isEqualTo(1);
            run(acme, "COMMIT");
            assertThat(counts()).as("all of the transaction").isEqualTo("1,1,1");
        }
    }

    @Test
    void aStatementThatWaitsForTheAnswerIsKilledAtOnceAndNeverRuns() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var killer = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            String id = overtake(acme, killer);

            KilledStatement.assertKilled(inThread(() -> update(acme, SECOND)), killer, id);

            proxy.letGo();
            run(acme, "COMMIT");
            assertThat(proxy.hasHeard(SECOND)).isFalse();
            assertThat(counts()).isEqualTo("1,0,1");
        }
    }

    @Test
    void aKillThatIsNotAnsweredCostsTheConnectionAndNotTheNextStatement() throws Exception {
        try (var gateway = Gateway.start(withPatience(fleet.config(), 100));
                var acme = fleet.connect(Driver.MARIADB_TEXT, "acme", gateway);
                var killer = fleet.connect(Driver.MARIADB_TEXT, "acme", gateway)) {
            overtake(acme, killer);

            assertThatThrownBy(() -> update(acme, SECOND))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(3101));

            assertThat(proxy.hasHeard(SECOND)).isFalse();
            run(acme, "ROLLBACK");
            run(holdsSecond, "COMMIT");
            assertThat(update(acme, SECOND)).isEqualTo(1);
            assertThat(counts()).as("the transaction was undone").isEqualTo("0,1,0");
        }
    }

    /** In a transaction a statement ends well, and only then the KILL comes that was for it; the id of the session. */
    private String overtake(Connection acme, Connection killer) throws Exception {
        String id = value(acme, "SELECT CONNECTION_ID()");
        run(acme, "BEGIN");
        run(acme, "UPDATE killed SET v = v + 1 WHERE id = 3");
        proxy.keepBack("KILL QUERY");
        var first = inThread(() -> update(acme, FIRST));
        assertThat(isHeardWithin(FIRST, 30_000)).isTrue();
        run(killer, "KILL QUERY " + id);
        proxy.awaitKept();
        run(holdsFirst, "COMMIT");
        assertThat(first.get(30, TimeUnit.SECONDS)).isEqualTo(1);
        return id;
    }

    private static String counts() throws SQLException {
        try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme")) {
            return value(direct, "SELECT GROUP_CONCAT(v ORDER BY id) FROM killed");
        }
    }

    private static int update(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    private static boolean isHeardWithin(String text, long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!proxy.hasHeard(text) && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
        }
        return proxy.hasHeard(text);
    }
}
