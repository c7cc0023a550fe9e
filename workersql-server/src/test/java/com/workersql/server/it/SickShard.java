// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.server.config.BreakerConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.StatementsConfig;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * Two shards of which the first is reached through a proxy that makes it sick, and clients of both. The bounds are those of a loaded
 * machine; {@code -Dworkersql.faults.strict=true} asks for the true ones, on an idle one. The figures are printed.
 */
abstract class SickShard {
    private static final boolean STRICT = Boolean.getBoolean("workersql.faults.strict");
    static final long RAW = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_CONNECT_WITH_DB
            | CapabilityFlags.CLIENT_DEPRECATE_EOF;

    private static ProxiedFleet<FaultProxy> proxied;
    static Fleet fleet;
    static FaultProxy proxy;

    Connection acme;

    @BeforeAll
    static void start() throws Exception {
        assumeFalse(Fleet.isMySql(), "servers that exist beside the build are not to be hurt");
        proxied = ProxiedFleet.start(FaultProxy::new, FaultProxy::port, SickShard::changed);
        fleet = proxied.fleet();
        proxy = proxied.proxy();
        try (var acme = fleet.direct(Driver.MYSQL_TEXT, "acme")) {
            run(acme, "CREATE TABLE written (id INT PRIMARY KEY)");
        }
    }

    private static GatewayConfig changed(GatewayConfig config) {
        // Cut after cut would open it, as it should; here each is looked at by itself.
        var breaker = BreakerConfig.of(
                Map.of(BreakerConfig.CONSECUTIVE_FAILURES, 10_000L, BreakerConfig.MINIMUM_CALLS, 1_000_000L));
        // A length that was changed on the way lets a reply never end.
        var statements = StatementsConfig.of(Map.of(StatementsConfig.TIMEOUT_MILLIS, 2_000L));
        return config.toBuilder().breaker(breaker).statements(statements).build();
    }

    @AfterAll
    static void stop() throws Exception {
        if (proxied != null) {
            proxied.close();
            proxied = null;
        }
    }

    @BeforeEach
    void connect() throws SQLException {
        acme = connected();
        awaitAnswer();
    }

    /** A driver asks the shard while it logs in: behind the fault of the test before, its gates may not be open yet. */
    static Connection connected() throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try {
                return fleet.connect(Driver.MYSQL_TEXT, "acme");
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
            }
        }
    }

    static Bystander bystander() throws SQLException {
        return new Bystander(fleet.connect(Driver.MYSQL_TEXT, "globex"));
    }

    static void noticed(String what, long sinceNanos, int strictMillis, int generousMillis) {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sinceNanos);
        System.out.println("noticed: " + what + " after " + millis + " ms");
        assertThat(millis).as(what).isLessThanOrEqualTo(STRICT ? strictMillis : generousMillis);
    }

    /** Has the shard come back in what it calls itself: from now on it says {@code another} where it says {@code name}. */
    static void restartAs(String name, String another) throws IOException {
        proxy.closePort();
        proxy.rename(name, another);
        proxy.openPort();
    }

    void reconnect() throws SQLException {
        acme.close();
        acme = connected();
    }

    int one(String sql) throws SQLException {
        return one(acme, sql);
    }

    static int one(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getInt(1) : -1;
        }
    }

    SQLException errorOf(String sql) {
        try {
            run(acme, sql);
        } catch (SQLException e) {
            return e;
        }
        throw new AssertionError("no error for " + sql);
    }

    /** Asks until the shard answers, at last what the gateway itself asks nothing behind: the next statement is then sent at once. */
    void awaitAnswer() throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        SQLException last = null;
        while (System.nanoTime() < end) {
            try {
                if (one("SELECT 41 + 1 FROM written HAVING COUNT(*) >= 0") == 42 && one("SELECT 43") == 43) {
                    return;
                }
            } catch (SQLException e) {
                last = e;
                if (e.getErrorCode() == 0) {
                    reconnect();
                }
            }
        }
        throw last;
    }

    /** Asks, on connections of its own, until a statement is refused without being sent. */
    static void awaitRefusal() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < end) {
            var asked = InThread.inThread(() -> {
                try (var connection = fleet.connect(Driver.MYSQL_TEXT, "acme")) {
                    run(connection, "DELETE FROM written WHERE id = -1");
                    return "";
                } catch (SQLException e) {
                    return e.getMessage();
                }
            });
            // One that is sent to a silent shard waits; the next one may be refused already.
            var answer = asked.completeOnTimeout("", 100, TimeUnit.MILLISECONDS).get();
            if (answer.contains("[GW-NOT-EXECUTED]")) {
                return;
            }
        }
        throw new AssertionError("nothing was refused");
    }
}
