// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.embedded.ShardFixture.value;
import static com.workersql.server.it.InThread.inThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ShardWire;
import com.workersql.server.embedded.ShardFixture;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The state that a session gives its connection: on connections that are compressed, behind a new start of the shard, and where the
 * connection is killed while it is given. Two sessions of a tenant share one connection; that of the second tenant is compressed.
 */
class SetupAheadFaultsIT {
    private static final String ZONE = "time_zone = '+05:00'";

    private static ProxiedFleet<FaultProxy> proxied;
    private static FaultProxy proxy;
    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(FaultProxy::new, FaultProxy::port, SetupAheadFaultsIT::withTheSecondCompressed);
        proxy = proxied.proxy();
        fleet = proxied.fleet();
    }

    private static GatewayConfig withTheSecondCompressed(GatewayConfig config) {
        var changed = Fleet.withConnections(config, 1);
        var shards = new ArrayList<>(changed.shards());
        shards.set(1, shards.get(1).withWire(new ShardWire(ShardWire.ProxyVersion.OFF, ShardWire.Compress.ZLIB)));
        return changed.toBuilder().shards(shards).build();
    }

    @AfterAll
    static void stop() throws Exception {
        if (proxied != null) {
            proxied.close();
        }
    }

    @BeforeEach
    void makeTables() throws SQLException {
        for (String tenant : Fleet.TENANTS) {
            try (var direct = fleet.direct(Driver.MARIADB_TEXT, tenant)) {
                run(direct, "DROP TABLE IF EXISTS given");
                run(direct, "CREATE TABLE given (id INT, zone VARCHAR(10))");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void onACompressedConnectionTheStateLeavesAheadOfItsStatementToo(Driver driver) throws Exception {
        try (var zoned = zoned(driver, "globex");
                var other = fleet.connect(driver, "globex")) {
            run(other, "SET time_zone = '+06:00'");
            prove(zoned, other);
            double ahead = setups("ahead");
            double awaited = setups("awaited");

            String filler = "x".repeat(100_000);
            for (int i = 0; i < 5; i++) {
                assertThat(value(zoned, "SELECT @@time_zone, '" + filler + "'")).isEqualTo("+05:00");
                assertThat(value(other, "SELECT @@time_zone, '" + filler + "'")).isEqualTo("+06:00");
            }
            run(zoned, "INSERT INTO given VALUES (1, @@time_zone)");

            assertThat(setups("ahead")).as("ahead").isGreaterThanOrEqualTo(ahead + 10);
            assertThat(setups("awaited")).as("awaited").isEqualTo(awaited);
            assertThat(given("globex")).isEqualTo("1+05:00");
        }
    }

    @Test
    void behindANewStartOfTheShardTheStateIsAwaitedAgain() throws Exception {
        assumeThat(fleet.embedded()).as("a shard that can be started anew").isNotNull();
        try (var zoned = zoned(Driver.MARIADB_TEXT, "globex");
                var other = zoned(Driver.MARIADB_TEXT, "globex")) {
            run(other, "SET time_zone = '+06:00'");
            prove(zoned, other);
            double before = setups("awaited");
            assertThat(value(zoned, "SELECT @@time_zone")).isEqualTo("+05:00");
            assertThat(setups("awaited")).as("proven so far").isEqualTo(before);

            ShardFixture.kill(fleet.embedded(), "shard_1");
            ShardFixture.restart(fleet.embedded(), "shard_1");
            awaitAnswer("globex");

            double ahead = setups("ahead");
            double awaited = setups("awaited");
            run(zoned, "INSERT INTO given VALUES (1, @@time_zone)");
            assertThat(setups("ahead")).as("nothing is taken for proven").isEqualTo(ahead);
            assertThat(setups("awaited")).isEqualTo(awaited + 1);
            assertThat(given("globex")).isEqualTo("1+05:00");
        }
    }

    @Test
    void aWriteWhoseConnectionIsKilledInItsSetupHasAnUnknownOutcome() throws Exception {
        try (var zoned = zoned(Driver.MARIADB_TEXT, "acme");
                var plain = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            prove(zoned, plain);
            var killed = killedInSetup(() -> run(zoned, "INSERT INTO given VALUES (1, @@time_zone)"));
            assertThatThrownBy(killed).rootCause().isInstanceOfSatisfying(SQLException.class, e -> {
                assertThat(e.getErrorCode()).isEqualTo(1105);
                assertThat(e.getMessage()).contains("[GW-OUTCOME-UNKNOWN]");
            });
            assertThat(given("acme"))
                    .as("what ran, did so in the session's state")
                    .isIn(null, "1+05:00");
            run(zoned, "INSERT INTO given VALUES (2, @@time_zone)");
            assertThat(given("acme")).endsWith("2+05:00");
        }
    }

    @Test
    void aReadWhoseConnectionIsKilledInItsSetupIsRepeated() throws Throwable {
        try (var zoned = zoned(Driver.MARIADB_TEXT, "acme");
                var plain = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            prove(zoned, plain);
            var read = new String[1];
            killedInSetup(() -> read[0] = value(zoned, "SELECT @@time_zone")).call();
            assertThat(read[0]).isEqualTo("+05:00");
            assertThat(value(plain, "SELECT @@time_zone")).isNotEqualTo("+05:00");
        }
    }

    @Test
    void aTransactionWhoseConnectionIsKilledInItsSetupIsLost() throws Exception {
        try (var zoned = zoned(Driver.MARIADB_TEXT, "acme");
                var plain = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            prove(zoned, plain);
            run(zoned, "BEGIN");
            assertThatThrownBy(killedInSetup(() -> run(zoned, "INSERT INTO given VALUES (1, @@time_zone)")))
                    .rootCause()
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(3101));
            run(zoned, "ROLLBACK");
            assertThat(given("acme")).isNull();
        }
    }

    @Test
    void aStatementWhoseConnectionIsKilledWhileItsSetupIsAwaitedHasNotRun() throws Exception {
        try (var one = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var other = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            run(one, "SET group_concat_max_len = 4568");
            assertThat(value(other, "SELECT 1")).isEqualTo("1");
            var killed =
                    killedInSetup("group_concat_max_len = 4568", () -> run(one, "INSERT INTO given VALUES (1, '')"));
            assertThatThrownBy(killed).rootCause().isInstanceOfSatisfying(SQLException.class, e -> {
                assertThat(e.getErrorCode()).isEqualTo(1429);
                assertThat(e.getMessage()).contains("[GW-NOT-EXECUTED]");
            });
            assertThat(given("acme")).isNull();
            assertThat(value(one, "SELECT @@group_concat_max_len")).isEqualTo("4568");
        }
    }

    /** What a client does. */
    private interface Step {
        void run() throws SQLException;
    }

    private static ThrowingCallable killedInSetup(Step step) {
        return killedInSetup(ZONE, step);
    }

    /** The answer to the state is held back until the shard's operator has killed the connection. */
    private static ThrowingCallable killedInSetup(String setup, Step step) {
        return () -> {
            proxy.aim(setup, FaultProxy.Cut.STALL, 0);
            CompletableFuture<Void> running = inThread(() -> {
                step.run();
                return null;
            });
            awaitAimed();
            try (var direct = fleet.direct(Driver.MARIADB_TEXT, "acme");
                    var others = direct.createStatement();
                    var ids = others.executeQuery("SELECT id FROM information_schema.processlist WHERE user = '"
                            + fleet.account("acme").user() + "' AND id <> CONNECTION_ID()")) {
                var all = new ArrayList<Long>();
                while (ids.next()) {
                    all.add(ids.getLong(1));
                }
                for (long id : all) {
                    run(direct, "KILL " + id);
                }
            }
            running.get(30, TimeUnit.SECONDS);
        };
    }

    private static void awaitAimed() {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (proxy.isAimed()) {
            assertThat(System.nanoTime()).as("waiting for the setup").isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static void awaitAnswer(String tenant) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (var plain = fleet.connect(Driver.MARIADB_TEXT, tenant)) {
                assertThat(value(plain, "SELECT 1")).isEqualTo("1");
                return;
            } catch (SQLException e) {
                assertThat(System.nanoTime())
                        .as("waiting for %s: %s", tenant, e)
                        .isLessThan(end);
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    private static Connection zoned(Driver driver, String tenant) throws SQLException {
        var zoned = fleet.connect(driver, tenant);
        run(zoned, "SET time_zone = '+05:00'");
        return zoned;
    }

    /** Has the shard accept all that the two sessions need, and leaves the connection in the second one's state. */
    private static void prove(Connection one, Connection other) throws SQLException {
        for (int i = 0; i < 2; i++) {
            value(one, "SELECT 1");
            value(other, "SELECT 1");
        }
    }

    private static double setups(String sent) throws Exception {
        return new Http(fleet, "acme").metric("workersql_session_setups_total", "sent=\"" + sent + "\"");
    }

    private static String given(String tenant) throws SQLException {
        try (var direct = fleet.direct(Driver.MARIADB_TEXT, tenant)) {
            return value(direct, "SELECT GROUP_CONCAT(id, zone ORDER BY id) FROM given");
        }
    }
}
