// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.workersql.server.config.EmbeddedConfig;
import com.workersql.server.embedded.EmbeddedException;
import com.workersql.server.embedded.EmbeddedShards;
import com.workersql.server.embedded.ShardFixture;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * A bank under load while its shards and its gateway are killed: what was acknowledged is there once, what was said not to have
 * run is not there, and of nothing else is it unknown but of what was said to be. 30 s; {@code -Dworkersql.ledger.seconds=600} for
 * a long run.
 */
class LedgerIT {
    private static final int SECONDS = Integer.getInteger("workersql.ledger.seconds", 30);
    private static final int CLIENTS_PER_TENANT = 3;
    private static final int ACCOUNTS = 20;
    private static final int OPENING_BALANCE = 1_000;

    /** What the client of an operation was told. */
    private enum Told {
        DONE,
        NOT_DONE,
        UNKNOWN_BY_GATEWAY,
        GATEWAY_GONE
    }

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong nextOperation = new AtomicLong();
    private EmbeddedShards shards;

    @Test
    void losesNothingThatWasAcknowledgedAndRunsNothingTwice() throws Exception {
        assumeFalse(Fleet.isMySql(), "servers that exist beside the build are not to be killed");
        long seed = Long.getLong("workersql.ledger.seed", System.nanoTime());
        System.out.println("ledger: -Dworkersql.ledger.seed=" + seed);
        var random = new Random(seed);
        var home = Files.createTempDirectory(
                Files.createDirectories(Path.of("target", "fleets").toAbsolutePath()), "ledger");
        shards = ShardFixture.start(ShardFixture.config(home.resolve("data")));
        try (var gateway = GatewayProcess.of(shards, home)) {
            gateway.launch();
            for (int i = 0; i < Fleet.TENANTS.size(); i++) {
                open(i);
            }
            gateway.await();
            var clients = new ArrayList<CompletableFuture<Map<Long, Told>>>();
            for (String tenant : Fleet.TENANTS) {
                for (int i = 0; i < CLIENTS_PER_TENANT; i++) {
                    long clientSeed = random.nextLong();
                    clients.add(CompletableFuture.supplyAsync(
                            () -> new Client(gateway, tenant, new Random(clientSeed)).work(),
                            task -> new Thread(task, "ledger-" + tenant).start()));
                }
            }
            var kills = disturb(gateway, random);
            over.set(true);
            var told = new HashMap<String, Map<Long, Told>>();
            for (int i = 0; i < clients.size(); i++) {
                told.computeIfAbsent(Fleet.TENANTS.get(i / CLIENTS_PER_TENANT), tenant -> new HashMap<>())
                        .putAll(clients.get(i).get(60, TimeUnit.SECONDS));
            }
            for (int i = 0; i < Fleet.TENANTS.size(); i++) {
                check(i, told.get(Fleet.TENANTS.get(i)));
            }
            System.out.println("ledger: " + SECONDS + " s, kills " + kills);
            assertThat(kills.values()).allMatch(count -> count > 0);
        } finally {
            ShardFixture.end(shards);
        }
    }

    private Connection direct(int tenant) throws SQLException {
        return ShardFixture.tenant(shards.shards().get(tenant), shards.tenants().get(tenant));
    }

    private void open(int tenant) throws SQLException {
        try (var connection = direct(tenant)) {
            ShardFixture.run(connection, "CREATE TABLE bank (id INT PRIMARY KEY, balance BIGINT NOT NULL)");
            ShardFixture.run(
                    connection, "INSERT INTO bank SELECT seq, " + OPENING_BALANCE + " FROM seq_1_to_" + ACCOUNTS);
            ShardFixture.run(connection, "CREATE TABLE ledger (operation BIGINT NOT NULL, amount INT NOT NULL)");
            ShardFixture.run(connection, "CREATE TABLE journal (operation BIGINT NOT NULL)");
        }
    }

    /** Kills one or the other, and starts it again, until the time is up. */
    private Map<String, Integer> disturb(GatewayProcess gateway, Random random) throws Exception {
        var kills = new HashMap<>(Map.of("shard", 0, "gateway", 0));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        for (int round = 0; System.nanoTime() < end || round < 3; round++) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1_500 + random.nextInt(2_000)));
            if (round % 3 == 2) {
                gateway.kill();
                gateway.start();
                kills.merge("gateway", 1, Integer::sum);
            } else {
                String shard = EmbeddedConfig.shardName(random.nextInt(2));
                ShardFixture.kill(shards, shard);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(1_000)));
                restart(shard);
                kills.merge("shard", 1, Integer::sum);
            }
        }
        return kills;
    }

    private void restart(String shard) {
        try {
            ShardFixture.restart(shards, shard);
        } catch (EmbeddedException e) {
            // MariaDB 11.4 was seen to end by an assertion of InnoDB's own (SIGABRT) amid its recovery: there is
            // nothing to compare then.
            over.set(true);
            assumeFalse(e.getMessage().contains("exit code 134"), e::getMessage);
            throw e;
        }
    }

    private void check(int tenant, Map<Long, Told> told) throws SQLException {
        var found = new HashMap<Long, Integer>();
        try (var connection = direct(tenant);
                var statement = connection.createStatement()) {
            try (var rows =
                    statement.executeQuery("SELECT operation FROM ledger UNION ALL SELECT operation FROM journal")) {
                while (rows.next()) {
                    found.merge(rows.getLong(1), 1, Integer::sum);
                }
            }
            try (var rows = statement.executeQuery("SELECT SUM(balance) FROM bank")) {
                rows.next();
                assertThat(rows.getLong(1))
                        .as("the money of %s", Fleet.TENANTS.get(tenant))
                        .isEqualTo((long) ACCOUNTS * OPENING_BALANCE);
            }
        }
        var counts = new HashMap<Told, Integer>();
        told.forEach((operation, answer) -> {
            int times = found.getOrDefault(operation, 0);
            counts.merge(answer, 1, Integer::sum);
            switch (answer) {
                case DONE ->
                    assertThat(times).as("%d was acknowledged", operation).isEqualTo(1);
                case NOT_DONE ->
                    assertThat(times)
                            .as("%d was said not to have run", operation)
                            .isZero();
                case UNKNOWN_BY_GATEWAY, GATEWAY_GONE ->
                    assertThat(times).as("%d is unknown", operation).isLessThanOrEqualTo(1);
            }
        });
        found.keySet().removeAll(told.keySet());
        assertThat(found).as("operations of nobody").isEmpty();
        assertThat(counts.getOrDefault(Told.DONE, 0)).isPositive();
        System.out.println("ledger of " + Fleet.TENANTS.get(tenant) + ": " + counts);
    }

    private final class Client {
        private final GatewayProcess gateway;
        private final String tenant;
        private final Random random;
        private final Map<Long, Told> told = new ConcurrentHashMap<>();
        private Connection connection;

        Client(GatewayProcess gateway, String tenant, Random random) {
            this.gateway = gateway;
            this.tenant = tenant;
            this.random = random;
        }

        Map<Long, Told> work() {
            while (!over.get()) {
                if (connection == null && !connect()) {
                    continue;
                }
                long operation = nextOperation.incrementAndGet();
                told.put(operation, random.nextInt(3) == 0 ? note(operation) : transfer(operation));
            }
            close();
            return told;
        }

        private boolean connect() {
            try {
                connection = gateway.connect(tenant);
                return true;
            } catch (SQLException e) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                return false;
            }
        }

        private Told note(long operation) {
            try {
                ShardFixture.run(connection, "INSERT INTO journal VALUES (" + operation + ")");
                return Told.DONE;
            } catch (SQLException e) {
                return reason(e, true);
            }
        }

        private Told transfer(long operation) {
            int from = 1 + random.nextInt(ACCOUNTS);
            int to = 1 + random.nextInt(ACCOUNTS);
            int amount = 1 + random.nextInt(50);
            try {
                ShardFixture.run(connection, "BEGIN");
                ShardFixture.run(connection, "UPDATE bank SET balance = balance - " + amount + " WHERE id = " + from);
                ShardFixture.run(connection, "UPDATE bank SET balance = balance + " + amount + " WHERE id = " + to);
                ShardFixture.run(connection, "INSERT INTO ledger VALUES (" + operation + ", " + amount + ")");
            } catch (SQLException e) {
                var why = reason(e, false);
                rollBack();
                return why;
            }
            try {
                ShardFixture.run(connection, "COMMIT");
                return Told.DONE;
            } catch (SQLException e) {
                var why = reason(e, true);
                rollBack();
                return why;
            }
        }

        private void rollBack() {
            if (connection != null) {
                try {
                    ShardFixture.run(connection, "ROLLBACK");
                } catch (SQLException e) {
                    close();
                }
            }
        }

        private Told reason(SQLException e, boolean mayHaveRun) {
            String message = String.valueOf(e.getMessage());
            if (message.contains("[GW-OUTCOME-UNKNOWN]")) {
                assertThat(mayHaveRun)
                        .as("unknown before the end of a transaction: %s", message)
                        .isTrue();
                return Told.UNKNOWN_BY_GATEWAY;
            }
            return switch (e.getErrorCode()) {
                case 1429, 3101, 1203, 1205, 1213 -> Told.NOT_DONE;
                default -> {
                    assertThat(e.getSQLState())
                            .as("an error that tells nothing: %s", e)
                            .startsWith("08");
                    close();
                    yield mayHaveRun ? Told.GATEWAY_GONE : Told.NOT_DONE;
                }
            };
        }

        private void close() {
            try {
                if (connection != null) {
                    connection.close();
                }
            } catch (SQLException e) {
                // It is of no use any more, however it ends.
            }
            connection = null;
        }
    }
}
