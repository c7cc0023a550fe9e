// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.on;
import static com.workersql.pool.PoolFixture.query;
import static com.workersql.pool.PoolFixture.run;
import static com.workersql.pool.PoolFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.session.ReplyKind;
import com.workersql.protocol.value.Collation;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the pool promises of any server; a class per kind of server runs it. */
@Timeout(120)
abstract class PoolOnServerContract {
    private final PoolKey key;
    private final PoolKey otherKey;
    private final Collation wideCollation;

    /**
     * @param wideCollation one whose id does not fit into a handshake
     */
    PoolOnServerContract(PoolKey key, PoolKey otherKey, Collation wideCollation) {
        this.key = key;
        this.otherKey = otherKey;
        this.wideCollation = wideCollation;
    }

    @Test
    void lendsTheSameConnectionAgain() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            var first = f.acquire(f.loop1);
            long id = on(f.loop1, first::threadId);
            var reply = start(first, f.loop1, "SELECT CONNECTION_ID()");
            assertThat(reply.await().isError()).isFalse();
            assertThat(reply.text.toString()).contains(Long.toString(id));
            run(f.loop1, first::release);

            var second = f.acquire(f.loop1);

            assertThat(on(f.loop1, second::threadId)).isEqualTo(id);
            run(f.loop1, second::release);
            assertThatThrownBy(() -> run(f.loop1, first::release)).hasCauseInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void beginsInACollationThatNoHandshakeCanCarryAndGoesBackToIt() throws Exception {
        var wideKey =
                new PoolKey(key.endpoint(), key.account(), null, key.capabilities(), key.tls(), wideCollation.id());
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), wideKey)) {
            var first = f.acquire(f.loop1);
            long id = on(f.loop1, first::threadId);
            assertThat(collation(first, f)).contains(wideCollation.name());
            assertThat(query(first, f.loop1, "SET NAMES latin1").isError()).isFalse();
            run(f.loop1, first::releaseAfterReset);

            var second = f.acquire(f.loop1);

            assertThat(on(f.loop1, second::threadId)).isEqualTo(id);
            assertThat(collation(second, f)).contains(wideCollation.name()).doesNotContain("latin1");
            run(f.loop1, second::release);
        }
    }

    @Test
    void keepsTheModeOfAHandshakeThatIgnoresSpaces() throws Exception {
        var ignoring = new PoolKey(
                key.endpoint(),
                key.account(),
                null,
                key.capabilities().with(CapabilityFlags.CLIENT_IGNORE_SPACE),
                key.tls(),
                key.collation());
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), ignoring)) {
            var first = f.acquire(f.loop1);
            long id = on(f.loop1, first::threadId);
            assertThat(query(first, f.loop1, "SET sql_mode=''").isError()).isFalse();
            run(f.loop1, first::releaseAfterReset);

            var second = f.acquire(f.loop1);

            assertThat(on(f.loop1, second::threadId)).isEqualTo(id);
            var reply = start(second, f.loop1, "SELECT @@sql_mode");
            assertThat(reply.await().isError()).isFalse();
            assertThat(reply.text.toString()).contains("IGNORE_SPACE", "STRICT_TRANS_TABLES");
            run(f.loop1, () -> assertThat(second.state().isClean()).isTrue());
            run(f.loop1, second::release);
        }
    }

    private static String collation(PooledConnection connection, PoolFixture f) throws Exception {
        var reply = start(
                connection, f.loop1, "SELECT @@collation_connection, @@character_set_client, @@character_set_results");
        assertThat(reply.await().isError()).isFalse();
        return reply.text.toString();
    }

    @Test
    void refusesACollationThatTheServerDoesNotHave() throws Exception {
        var key = new PoolKey(
                this.key.endpoint(), this.key.account(), null, this.key.capabilities(), this.key.tls(), 65_535);
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            assertThatThrownBy(() -> f.acquire(f.loop1)).rootCause().hasMessageContaining("has no collation 65535");
        }
    }

    @Test
    void rollsBackWhatAReleasedConnectionLeftOpen() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var connection = f.acquire(f.loop1);
            query(connection, f.loop1, "DROP TABLE IF EXISTS left_open");
            query(connection, f.loop1, "CREATE TABLE left_open (id INT)");
            query(connection, f.loop1, "BEGIN");
            query(connection, f.loop1, "INSERT INTO left_open VALUES (1)");
            run(f.loop1, connection::release);

            var next = f.acquire(f.loop2);

            var reply = start(next, f.loop2, "SELECT CONCAT('rows=', COUNT(*)) FROM left_open");
            assertThat(reply.await().inTransaction()).isFalse();
            assertThat(reply.text.toString()).contains("rows=0");
            run(f.loop2, next::release);
            var stats = f.pool.stats(key.endpoint());
            assertThat(stats.rollbacks()).isEqualTo(1);
            assertThat(stats.resets()).as("more than needed").isZero();
        }
    }

    @Test
    void neverOpensMoreThanTheLimitAndForgetsNobody() throws Exception {
        try (var f = new PoolFixture(
                PoolConfig.builder().maxConnectionsPerEndpoint(4).maxWaitersPerEndpoint(5_000), key)) {
            int requests = 2_000;
            var all = new ArrayList<CompletableFuture<ReplyStatus>>();
            for (int i = 0; i < requests; i++) {
                var loop = i % 2 == 0 ? f.loop1 : f.loop2;
                var wanted = i % 5 == 0 ? otherKey : key;
                var done = new CompletableFuture<ReplyStatus>();
                all.add(done);
                int nonce = i;
                loop.execute(() -> f.pool.acquire(AcquireRequest.of(wanted, loop, System.nanoTime() + 60_000_000_000L))
                        .addListener(acquired -> {
                            if (!acquired.isSuccess()) {
                                done.completeExceptionally(acquired.cause());
                                return;
                            }
                            var connection = (PooledConnection) acquired.getNow();
                            var reply = new PoolFixture.Reply(loop);
                            reply.done.whenComplete((status, cause) -> {
                                connection.release();
                                if (cause != null) {
                                    done.completeExceptionally(cause);
                                } else if (!reply.text.toString().contains("n" + nonce + "n")) {
                                    done.completeExceptionally(new AssertionError("another one's reply"));
                                } else {
                                    done.complete(status);
                                }
                            });
                            connection.executePayload(ReplyKind.QUERY, query("SELECT 'n" + nonce + "n'"), reply);
                        }));
            }
            CompletableFuture.allOf(all.toArray(new CompletableFuture<?>[0])).get(60, TimeUnit.SECONDS);

            var stats = f.pool.stats(key.endpoint());
            assertThat(stats.open()).isLessThanOrEqualTo(4);
            assertThat(stats.waiting()).isZero();
            assertThat(stats.acquired().values().stream().mapToLong(n -> n).sum())
                    .isEqualTo(requests);
        }
    }

    @Test
    void aWaiterGivesUpAtItsDeadline() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var connection = f.acquire(f.loop1);

            assertThatThrownBy(() -> f.acquireLater(key, f.loop2, 50).get(5, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(AcquireTimeoutException.class);
            run(f.loop1, connection::release);
        }
    }

    @Test
    void refusesAWrongPassword() throws Exception {
        var wrong = PoolFixture.key(key.endpoint(), "pool_app", "wrong");
        try (var f = new PoolFixture(PoolConfig.builder(), wrong)) {
            assertThatThrownBy(() -> f.acquire(f.loop1))
                    .cause()
                    .isInstanceOfSatisfying(BackendUnavailableException.class, e -> {
                        assertThat(e.reason()).isEqualTo(BackendUnavailableException.Reason.REJECTED);
                        assertThat(e.errno()).isEqualTo(1045);
                        assertThat(e.getMessage()).doesNotContain("wrong");
                    });
            assertThat(f.pool.stats(key.endpoint()).open()).isZero();
        }
    }

    @Test
    void aCancelledRequestTakesNothing() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var connection = f.acquire(f.loop1);
            var waiting = f.acquireLater(key, f.loop2, 10_000);
            assertThat(waiting.cancel(false)).isTrue();
            run(f.loop2, () -> {});
            assertThat(f.pool.stats(key.endpoint()).waiting()).isZero();
            run(f.loop1, connection::release);
            var next = f.acquire(f.loop2);
            run(f.loop2, next::release);
        }
    }
}
