// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Clients that go away without a word, in every state: nothing of theirs is left on the shard a second later. On a loaded machine it may
 * take longer; {@code -Dworkersql.faults.strict=true} asks for the second.
 */
class AbandonedSessionsIT {
    private static final int CONNECTIONS = 3;
    /** InnoDB shows its transactions anew only to whoever has not looked for a tenth of a second. */
    private static final int POLL_MILLIS = 120;

    private static final long STRICT_MILLIS = 1_000;
    private static final long LENIENT_MILLIS = 10_000;
    private static final long MILLIS = Boolean.getBoolean("workersql.faults.strict") ? STRICT_MILLIS : LENIENT_MILLIS;
    /** So many times two rows are doubled: with a long value in each, more than all buffers on the way hold. */
    private static final int DOUBLINGS = 14;

    /** More than five failures in a row, which would shut the shard. */
    private static final int ABANDONED = 12;

    private static Fleet fleet;
    private static Connection admin;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(AbandonedSessionsIT::withFewConnections);
        var config = fleet.config().shards().get(0);
        var account = config.admin() == null ? config.account() : config.admin();
        admin = Driver.MARIADB_TEXT.connect(
                fleet.port(0), account.user(), account.secret().text(), "");
    }

    private static GatewayConfig withFewConnections(GatewayConfig config) {
        // A client may pin while the connection of one that is gone is still being cleaned up.
        return Fleet.withConnections(config, CONNECTIONS).toBuilder()
                .pool(PoolConfig.of(Map.of(
                        PoolConfig.PINNED_PERCENT_PER_TENANT,
                        100L,
                        // What ends a wait within the test is the client's end.
                        PoolConfig.WAIT_MILLIS,
                        10 * LENIENT_MILLIS)))
                .build();
    }

    @AfterAll
    static void stop() throws SQLException {
        if (admin != null) {
            admin.close();
        }
        fleet.close();
    }

    @BeforeEach
    void emptyTable() throws IOException {
        try (var acme = client()) {
            acme.query("DROP TABLE IF EXISTS abandoned");
            acme.query("CREATE TABLE abandoned (id INT PRIMARY KEY, v INT) ENGINE=InnoDB");
            acme.query("INSERT INTO abandoned VALUES (1, 1), (2, 2)");
        }
    }

    private static RawClient client() throws IOException {
        return fleet.raw("acme");
    }

    private static void send(RawClient client, String sql) throws IOException {
        client.send(Command.COM_QUERY, sql.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void inATransactionThatHoldsLocks() throws Exception {
        var client = client();
        client.query("BEGIN");
        client.query("UPDATE abandoned SET v = 10 WHERE id = 1");
        await("the transaction", () -> transactions() == 1);

        client.abort();

        awaitNothing("in a transaction");
        assertThat(values()).containsExactly("1", "2");
    }

    @Test
    void withinAStatementThatTakesLong() throws Exception {
        var client = client();
        send(client, "SELECT SLEEP(60)");
        await("the statement", () -> running("SLEEP(60)") == 1);

        client.abort();

        awaitNothing("within a statement");
    }

    /** That a statement has no answer is their doing, and no illness of the shard that keeps others from it. */
    @Test
    void withinOneStatementAfterTheOther() throws Exception {
        for (int i = 0; i < ABANDONED; i++) {
            var client = client();
            send(client, "SELECT SLEEP(60)");
            await("the statement", () -> running("SLEEP(60)") == 1);
            client.abort();
            await("its end", () -> running("SLEEP(60)") == 0);
        }

        try (var client = client()) {
            assertThat(client.query("SELECT v FROM abandoned").errno()).isZero();
        }
    }

    @Test
    void withinAStatementOfATransaction() throws Exception {
        var client = client();
        client.query("BEGIN");
        client.query("UPDATE abandoned SET v = 10 WHERE id = 1");
        send(client, "UPDATE abandoned SET v = 20 WHERE id = 2 AND SLEEP(60) = 0");
        await("the statement", () -> running("SLEEP(60)") == 1);

        client.abort();

        awaitNothing("within a statement of a transaction");
        assertThat(values()).containsExactly("1", "2");
    }

    @Test
    void whileItWaitsForALock() throws Exception {
        try (var other = client()) {
            other.query("BEGIN");
            other.query("UPDATE abandoned SET v = 10 WHERE id = 1");
            var client = client();
            client.query("BEGIN");
            client.query("UPDATE abandoned SET v = 20 WHERE id = 2");
            send(client, "UPDATE abandoned SET v = 30 WHERE id = 1");
            await("the waiting statement", () -> running("v = 30") == 1);

            client.abort();

            long start = System.nanoTime();
            await("its end", () -> transactions() == 1 && running("v = 30") == 0);
            told("while it waits for a lock", start);
            other.query("COMMIT");
        }
        assertThat(values()).containsExactly("10", "2");
    }

    @Test
    void whileItWaitsForAConnection() throws Exception {
        var holders = new ArrayList<RawClient>();
        try {
            for (int i = 0; i < CONNECTIONS; i++) {
                var holder = client();
                holder.query("BEGIN");
                holder.query("SELECT COUNT(*) FROM abandoned");
                holders.add(holder);
            }
            var client = client();
            send(client, "UPDATE abandoned SET v = 99 WHERE id = 1");
            await("the waiting client", () -> waiting() == 1);

            client.abort();
            // Only then is a connection given back: which of two ends is seen first is nobody's promise.
            await("the queue's end", () -> waiting() == 0);

            holders.remove(0).abort();
        } finally {
            for (var holder : holders) {
                holder.abort();
            }
        }
        awaitNothing("while it waits for a connection");
        assertThat(values()).as("what it waited to do was not done").containsExactly("1", "2");
    }

    @Test
    void inTheMiddleOfAResult() throws Exception {
        try (var acme = client()) {
            for (int i = 0; i < DOUBLINGS; i++) {
                acme.query("INSERT INTO abandoned SELECT id + POW(2, " + (i + 1) + "), v FROM abandoned");
            }
        }
        var client = client();
        try {
            // One table and nothing to sort: every server sends the first rows at once.
            send(client, "SELECT REPEAT('x', 10000) FROM abandoned");
            client.readSome(100_000);
            await("the statement", () -> running("REPEAT('x'") == 1);
        } finally {
            client.abort();
        }

        awaitNothing("in the middle of a result");
    }

    @Test
    void behindAStatementWithWarnings() throws Exception {
        var client = client();
        client.query("DROP TABLE IF EXISTS no_such_table");
        client.abort();
        var another = client();
        another.query("BEGIN");
        another.query("UPDATE abandoned SET v = 10 WHERE id = 1");
        another.query("SELECT 1 / 0");
        another.abort();

        awaitNothing("behind a statement with warnings");
        assertThat(values()).containsExactly("1", "2");
    }

    @Test
    void withALockAndATemporaryTable() throws Exception {
        var client = client();
        client.query("CREATE TEMPORARY TABLE tmp_abandoned (id INT)");
        client.query("SELECT GET_LOCK('abandoned', 1)");
        client.abort();

        long start = System.nanoTime();
        try (var other = client()) {
            assertThat(other.query("SELECT GET_LOCK('abandoned', 20)").value()).isEqualTo("1");
            told("with a lock", start);
            assertThat(other.query("SELECT * FROM tmp_abandoned").errno()).isEqualTo(1146);
        }
    }

    // ---- what is left on the shard

    private static void awaitNothing(String state) throws Exception {
        long start = System.nanoTime();
        await(
                "the end of all that was " + state,
                () -> transactions() == 0
                        && running("abandoned") == 0
                        && running("SLEEP(60)") == 0
                        && running("REPEAT('x'") == 0);
        told(state, start);
    }

    private static void told(String state, long startNanos) {
        System.out.printf(
                "%s: gone after %d ms%n", state, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
    }

    private static long transactions() throws SQLException {
        return figure("SELECT COUNT(*) FROM information_schema.innodb_trx t JOIN information_schema.processlist p"
                + " ON p.id = t.trx_mysql_thread_id WHERE p.user = '"
                + fleet.account("acme").user() + "'");
    }

    private static long running(String part) throws SQLException {
        return figure(
                "SELECT COUNT(*) FROM information_schema.processlist WHERE command IN ('Query', 'Execute') AND id <> CONNECTION_ID()"
                        + " AND INSTR(info, \"" + part + "\") > 0");
    }

    private static long waiting() throws Exception {
        return (long)
                new Http(fleet, "acme").metric("workersql_pool_connections", "shard=\"shard_0\"", "state=\"waiting\"");
    }

    private static long figure(String sql) throws SQLException {
        try (var statement = admin.createStatement();
                var result = statement.executeQuery(sql)) {
            result.next();
            return result.getLong(1);
        }
    }

    private static List<String> values() throws SQLException {
        var values = new ArrayList<String>();
        try (var statement = admin.createStatement();
                var result = statement.executeQuery("SELECT v FROM acme.abandoned ORDER BY id")) {
            while (result.next()) {
                values.add(result.getString(1));
            }
        }
        return values;
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("%s within %d ms", what, MILLIS).isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS));
        }
    }
}
