// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the client promises on any server. */
@Timeout(60)
abstract class PooledClientContract {
    private final PoolKey key;

    PooledClientContract(PoolKey key) {
        this.key = key;
    }

    @Test
    void readsValuesOfEveryKindByTextAndByParameters() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).build();
            String sql = "SELECT 7, CAST(18446744073709551615 AS UNSIGNED), 1.50, 2.5e0, 'text', NULL, X'00FF',"
                    + " TIMESTAMP'2026-11-23 12:34:56'";

            for (var result : new QueryResult[] {get(client.query(sql)), get(client.execute(sql))}) {
                assertThat(result.rows()).hasSize(1);
                var row = result.rows().get(0);
                assertThat(row.get(0)).isEqualTo(7L);
                assertThat(row.get(1)).isEqualTo(new BigInteger("18446744073709551615"));
                assertThat(row.get(2)).isEqualTo(new BigDecimal("1.50"));
                assertThat(row.get(3)).isEqualTo(2.5);
                assertThat(row.get(4)).isEqualTo("text");
                assertThat(row.get(5)).isNull();
                assertThat(row.get(6)).isEqualTo(new byte[] {0, (byte) 0xFF});
                assertThat(row.get(7)).isEqualTo("2026-11-23 12:34:56");
            }
        }
    }

    @Test
    void preparesOncePerConnection() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).build();
            for (int i = 0; i < 20; i++) {
                assertThat(get(client.execute("SELECT CONCAT(?, '-', ?)", i, "x"))
                                .singleValue())
                        .isEqualTo(i + "-x");
            }

            var count = get(client.query("SHOW SESSION STATUS LIKE 'Com_stmt_prepare'"));
            // MySQL prepares again by itself when it learns the parameters' types.
            assertThat(count.rows().get(0).get(1)).isIn("1", "2");
        }
    }

    @Test
    void tellsWhatAWriteDid() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).build();
            get(client.query("DROP TABLE IF EXISTS written"));
            get(client.query("CREATE TABLE written (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(10) UNIQUE)"));

            var inserted = get(client.execute("INSERT INTO written (v) VALUES (?), (?)", "a", null));

            assertThat(inserted.status().affectedRows()).isEqualTo(2);
            assertThat(inserted.status().lastInsertId()).isEqualTo(1);
            assertThatThrownBy(() -> get(client.execute("INSERT INTO written (v) VALUES (?)", "a")))
                    .cause()
                    .isInstanceOfSatisfying(QueryFailedException.class, e -> {
                        assertThat(e.errno()).isEqualTo(1062);
                        assertThat(e.sqlState()).isEqualTo("23000");
                    });
        }
    }

    @Test
    void refusesAResultThatIsTooLargeAndGoesOn() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).maxRows(2).build();

            assertThatThrownBy(() -> get(client.query("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3")))
                    .cause()
                    .isInstanceOfSatisfying(ResultTooLargeException.class, e -> {
                        assertThat(e.limitName()).isEqualTo("maxRows");
                        assertThat(e.limit()).isEqualTo(2);
                    });
            assertThat(get(client.query("SELECT 5")).singleValue()).isEqualTo(5L);
            assertThatThrownBy(() -> get(PooledClient.builder(f.pool, key, f.group)
                            .maxResultBytes(2_000)
                            .build()
                            .query("SELECT REPEAT('x', 3000)")))
                    .cause()
                    .isInstanceOf(RuntimeException.class)
                    .hasMessageContaining("2000");
            assertThat(get(client.query("SELECT 6")).singleValue()).isEqualTo(6L);
        }
    }

    @Test
    void leavesNoStateToTheNextStatement() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).build();
            get(client.query("SET @leak = 1"));
            get(client.query("SET SESSION sql_mode = ''"));
            get(client.query("USE information_schema"));

            assertThat(get(client.query("SELECT @leak")).singleValue()).isNull();
            assertThat(get(client.query("SELECT @@sql_mode = ''")).singleValue())
                    .isEqualTo(0L);
            assertThat(get(client.query("SELECT DATABASE()")).singleValue()).isEqualTo("pool_app");
        }
    }

    @Test
    void refusesTheWrongNumberOfParameters() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).build();

            assertThatThrownBy(() -> get(client.execute("SELECT ?, ?", 1)))
                    .hasCauseInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("2 parameters, given were 1");
        }
    }

    @Test
    void runsManyStatementsOnFewConnections() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(3), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).build();
            var all = new ArrayList<CompletableFuture<QueryResult>>();
            for (int i = 0; i < 1_000; i++) {
                all.add(client.execute("SELECT ? + 1", i).toCompletableFuture());
            }
            for (int i = 0; i < 1_000; i++) {
                assertThat(((Number) get(all.get(i)).singleValue()).longValue()).isEqualTo(i + 1);
            }
            assertThat(f.pool.stats(key.endpoint()).open()).isLessThanOrEqualTo(3);
        }
    }

    @Test
    void aTransactionIsCommittedWhenItsWorkSucceedsAndRolledBackWhenItFails() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(2), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).build();
            get(client.query("DROP TABLE IF EXISTS transfers"));
            get(client.query("CREATE TABLE transfers (id INT PRIMARY KEY)"));

            long rows = get(client.inTransaction(t -> t.execute("INSERT INTO transfers VALUES (?)", 1)
                    .thenCompose(inserted -> t.execute("INSERT INTO transfers VALUES (?)", 2))
                    .thenApply(inserted -> inserted.status().affectedRows())));
            var failing = client.inTransaction(t -> t.execute("INSERT INTO transfers VALUES (?)", 3)
                    .thenCompose(inserted -> t.execute("INSERT INTO transfers VALUES (?)", 1)));

            assertThat(rows).isEqualTo(1);
            assertThatThrownBy(() -> get(failing))
                    .cause()
                    .isInstanceOfSatisfying(
                            QueryFailedException.class,
                            e -> assertThat(e.errno()).isEqualTo(1062));
            assertThat(get(client.query("SELECT GROUP_CONCAT(id ORDER BY id) FROM transfers"))
                            .singleValue())
                    .isEqualTo("1,2");
            assertThat(f.pool.stats(key.endpoint()).lent()).isZero();
        }
    }

    @Test
    void aTransactionTakesNothingAfterItsEnd() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).build();
            var kept = get(client.inTransaction(CompletableFuture::completedStage));

            assertThatThrownBy(() -> get(kept.query("SELECT 1"))).hasCauseInstanceOf(IllegalStateException.class);
            assertThat(get(client.query("SELECT 5")).singleValue()).isEqualTo(5L);
        }
    }

    @Test
    void rowsComeAsTheyAreAskedFor() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).maxRows(10).build();
            String sql = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900)"
                    + " SELECT i, REPEAT('x', ?) FROM n";
            var rows = new Rows(3);

            client.rows(sql, 20_000).subscribe(rows);

            rows.threeSeen.get(20, TimeUnit.SECONDS);
            assertThat(rows.seen).hasValue(3);
            assertThat(rows.end).isNotDone();
            rows.subscription.request(Long.MAX_VALUE);
            rows.end.get(30, TimeUnit.SECONDS);
            assertThat(rows.seen).hasValue(900);
            assertThat(rows.last).startsWith(900L);
            assertThat(get(client.query("SELECT 5")).singleValue()).isEqualTo(5L);
        }
    }

    @Test
    void aCancelledStreamGivesItsPlaceBack() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).build();
            var rows = new Rows(3);
            client.rows("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT SLEEP(20)")
                    .subscribe(rows);
            var failing = new Rows(1);
            client.rows("SELECT no_such_column").subscribe(failing);
            rows.subscribed.get(20, TimeUnit.SECONDS);
            rows.subscription.cancel();

            assertThatThrownBy(() -> failing.end.get(20, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(QueryFailedException.class);
        }
    }

    @Test
    void aStatementThatTakesTooLongIsKilled() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var client = PooledClient.builder(f.pool, key, f.group)
                    .statementTimeoutMillis(100)
                    .build();

            assertThatThrownBy(() -> get(client.query("SELECT SLEEP(15)")))
                    .hasCauseInstanceOf(StatementTimeoutException.class);

            assertThat(get(client.query("SELECT 5")).singleValue()).isEqualTo(5L);
            assertNothingSleeps(client);
        }
    }

    @Test
    void aCancelledStageHasItsStatementKilled() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var client = PooledClient.builder(f.pool, key, f.group).build();
            var stage = client.execute("SELECT SLEEP(?)", 15).toCompletableFuture();
            // The only place is taken until the other one is cancelled.
            var next = client.query("SELECT 5");

            stage.cancel(true);

            assertThat(get(next).singleValue()).isEqualTo(5L);
            assertNothingSleeps(client);
        }
    }

    private static void assertNothingSleeps(PooledClient client) throws Exception {
        long begun = System.nanoTime();
        Object sleeping;
        do {
            sleeping = get(client.query(
                            "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'"))
                    .singleValue();
        } while (!sleeping.equals(0L) && System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(10));
        assertThat(sleeping).isEqualTo(0L);
    }

    /** Asks for some rows first, for the others when the test says so. */
    private static final class Rows implements Flow.Subscriber<List<Object>> {
        final CompletableFuture<Void> subscribed = new CompletableFuture<>();
        final CompletableFuture<Void> threeSeen = new CompletableFuture<>();
        final CompletableFuture<Void> end = new CompletableFuture<>();
        final AtomicInteger seen = new AtomicInteger();
        volatile List<Object> last;
        volatile Flow.Subscription subscription;
        private final long first;

        Rows(long first) {
            this.first = first;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(first);
            subscribed.complete(null);
        }

        @Override
        public void onNext(List<Object> row) {
            last = row;
            if (seen.incrementAndGet() == 3) {
                threeSeen.complete(null);
            }
        }

        @Override
        public void onError(Throwable cause) {
            end.completeExceptionally(cause);
        }

        @Override
        public void onComplete() {
            end.complete(null);
        }
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
