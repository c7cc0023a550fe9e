// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.on;
import static com.workersql.pool.PoolFixture.query;
import static com.workersql.pool.PoolFixture.run;
import static com.workersql.pool.PoolFixture.start;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.session.ReplyKind;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a connection on loan promises on any server; a class per kind of server runs it. */
@Timeout(120)
abstract class LentConnectionContract {
    /** Rows of 1 KB, as many as are wanted, on any server. */
    private static final String ROWS =
            "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 1000) SELECT REPEAT('x', 1000)"
                    + " FROM s a, s b LIMIT ";

    private final PoolKey key;

    LentConnectionContract(PoolKey key) {
        this.key = key;
    }

    @Test
    void anErrorOfTheServerIsAReply() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            var connection = f.acquire(f.loop1);
            var status = query(connection, f.loop1, "SELECT * FROM no_such_table");
            assertThat(status.errno()).isEqualTo(1146);
            assertThat(status.sqlState()).isEqualTo("42S02");
            assertThat(status.message()).contains("no_such_table");
            assertThat(query(connection, f.loop1, "SELECT 1").isError()).isFalse();
            run(f.loop1, connection::release);
        }
    }

    @Test
    void pipelinesCommandsInOrderAlsoOverEventLoops() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var own = f.acquire(f.loop1);
            run(f.loop1, own::release);
            var foreign = f.acquire(f.loop2);
            assertThat(on(f.loop2, foreign::eventLoop)).isSameAs(f.loop1);
            var replies = new ArrayList<PoolFixture.Reply>();
            run(f.loop2, () -> {
                for (int i = 0; i < 100; i++) {
                    var reply = new PoolFixture.Reply(f.loop2);
                    replies.add(reply);
                    foreign.executePayload(ReplyKind.QUERY, query("SELECT 'nonce-" + i + "-'"), reply);
                }
            });
            for (int i = 0; i < 100; i++) {
                replies.get(i).await();
                assertThat(replies.get(i).text.toString()).contains("nonce-" + i + "-");
            }
            run(f.loop2, foreign::release);
            assertThat(f.pool.stats(key.endpoint()).acquired().get(AcquireSource.FOREIGN))
                    .isEqualTo(1);
        }
    }

    @Test
    void tellsWhatTheServerTracked() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            var connection = f.acquire(f.loop1);
            run(f.loop1, () -> assertThat(connection.state().isClean()).isTrue());
            assertThat(query(connection, f.loop1, "SET sql_mode='ANSI_QUOTES'")
                            .changes()
                            .variables())
                    .containsEntry("sql_mode", "ANSI_QUOTES");
            assertThat(query(connection, f.loop1, "USE information_schema")
                            .changes()
                            .schema())
                    .isEqualTo("information_schema");
            assertThat(query(connection, f.loop1, "SET @a = 1").changes().stateChanged())
                    .isTrue();
            assertThat(query(connection, f.loop1, "BEGIN").inTransaction()).isTrue();
            run(f.loop1, () -> {
                var state = connection.state();
                assertThat(state.schema()).isEqualTo("information_schema");
                assertThat(state.reportedVariables()).containsEntry("sql_mode", "ANSI_QUOTES");
                assertThat(state.inTransaction()).isTrue();
                assertThat(state.transactionState()).startsWith("T");
            });

            on(f.loop1, connection::reset).get(5, TimeUnit.SECONDS);

            run(f.loop1, () -> {
                assertThat(connection.state().isClean()).isTrue();
                assertThat(connection.state().schema()).isEqualTo("information_schema");
            });
            var after = start(connection, f.loop1, "SELECT @a IS NULL, @@sql_mode = 'ANSI_QUOTES', DATABASE()");
            after.await();
            assertThat(after.text.toString()).contains("information_schema");
            assertThat(query(connection, f.loop1, "SET time_zone='+00:00'")
                            .changes()
                            .variables())
                    .as("tracking works after a reset")
                    .containsKey("time_zone");
            run(f.loop1, connection::releaseAfterReset);
        }
    }

    @Test
    void aResetMayLeaveWithTheCommandBehindIt() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            for (var loop : new EventLoop[] {f.loop1, f.loop2}) {
                var connection = f.acquire(loop);
                query(connection, loop, "SET @a = 1, sql_mode = 'ANSI_QUOTES'");
                var reply = new PoolFixture.Reply(loop);
                var reset = new ArrayList<Future<Void>>();
                run(loop, () -> {
                    connection.state().applied("sql_mode", "'ANSI_QUOTES'");
                    reset.add(connection.resetAhead());
                    assertThat(connection.state().isClean())
                            .as("known before the server says so")
                            .isTrue();
                    connection.executePayload(
                            ReplyKind.QUERY,
                            query("SELECT CONCAT('unset=', @a IS NULL, @@sql_mode <> 'ANSI_QUOTES')"),
                            reply);
                });
                reset.get(0).get(5, TimeUnit.SECONDS);
                reply.await();
                assertThat(reply.text.toString()).contains("unset=11");
                assertThat(on(loop, connection::pendingCommands)).isZero();
                run(loop, connection::release);
            }
            assertThat(f.pool.stats(key.endpoint()).resets()).isEqualTo(2);
        }
    }

    @Test
    void whatIsBehindARefusedResetIsNotAnswered() throws Exception {
        // It succeeds once for each connection.
        var setup = PoolConfig.builder().setupStatement("INSERT INTO once VALUES (CONNECTION_ID())");
        try (var admin = new PoolFixture(PoolConfig.builder(), key)) {
            var connection = admin.acquire(admin.loop1);
            query(connection, admin.loop1, "DROP TABLE IF EXISTS once");
            query(connection, admin.loop1, "CREATE TABLE once (id BIGINT PRIMARY KEY)");
            run(admin.loop1, connection::release);
        }
        try (var f = new PoolFixture(setup, key)) {
            var connection = f.acquire(f.loop1);
            var reply = new PoolFixture.Reply(f.loop1);
            var reset = new ArrayList<Future<Void>>();
            run(f.loop1, () -> {
                reset.add(connection.resetAhead());
                connection.executePayload(ReplyKind.QUERY, query("SELECT 1"), reply);
            });
            assertThatThrownBy(() -> reset.get(0).get(5, TimeUnit.SECONDS)).hasMessageContaining("1062");
            assertThatThrownBy(reply::await)
                    .cause()
                    .isInstanceOfSatisfying(
                            BrokenConnectionException.class,
                            e -> assertThat(e.phase()).isEqualTo(BrokenConnectionException.Phase.SENT));
            run(f.loop1, () -> connection.discard("broken"));
        }
    }

    @Test
    void evictsPreparedStatementsOnTheServerToo() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().preparedStatementsPerConnection(3), key)) {
            var connection = f.acquire(f.loop1);
            for (int i = 0; i < 10; i++) {
                byte[] sql = ("SELECT ?, " + i).getBytes(UTF_8);
                var reply = start(
                        connection,
                        f.loop1,
                        ReplyKind.PREPARE,
                        Unpooled.buffer().writeByte(0x16).writeBytes(sql));
                reply.await();
                assertThat(reply.prepareParameters).isEqualTo(1);
                run(
                        f.loop1,
                        () -> connection
                                .preparedStatements()
                                .remember(
                                        new StatementText(sql, "pool_app", null),
                                        reply.prepareId,
                                        reply.prepareParameters,
                                        reply.prepareColumns));
            }
            assertThat(on(f.loop1, () -> connection.preparedStatements().size()))
                    .isEqualTo(3);
            var open = start(connection, f.loop1, "SHOW SESSION STATUS LIKE 'Com_stmt_close'");
            open.await();
            assertThat(open.text.toString()).contains("7");
            run(f.loop1, connection::releaseAfterReset);
            var again = f.acquire(f.loop1);
            assertThat(on(f.loop1, () -> again.preparedStatements().size())).isZero();
            run(f.loop1, again::release);
        }
    }

    @Test
    void sendsCommandsOfAnySizeAndHeldBackOnesWithTheNext() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            var connection = f.acquire(f.loop1);
            for (int length : new int[] {1, 16 * 1024, 200_000, 1_000_000}) {
                var reply = start(connection, f.loop1, "SELECT LENGTH('" + "x".repeat(length) + "')");
                reply.await();
                assertThat(reply.text.toString()).endsWith(Integer.toString(length));
            }
            var first = new PoolFixture.Reply(f.loop1);
            var second = new PoolFixture.Reply(f.loop1);
            run(f.loop1, () -> {
                var begin = Unpooled.buffer().writeIntLE(6).writeByte(3).writeBytes("BEGIN".getBytes(UTF_8));
                connection.enqueue(ReplyKind.QUERY, begin, first);
                assertThat(connection.pendingCommands()).isEqualTo(1);
                connection.executePayload(ReplyKind.QUERY, query("SELECT 1"), second);
            });
            assertThat(first.await().inTransaction()).isTrue();
            assertThat(second.await().inTransaction()).isTrue();
            run(f.loop1, connection::release);
        }
    }

    @Test
    void stopsReadingUnderBackpressure() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            var connection = f.acquire(f.loop1);
            // 40 MB in rows of 1 KB.
            var reply = start(connection, f.loop1, ROWS + 40_000);
            reply.firstBytes.get(10, TimeUnit.SECONDS);
            run(f.loop1, () -> connection.setAutoRead(false));
            run(f.loop1, () -> {});
            long stopped = reply.bytes.get();
            for (int i = 0; i < 50; i++) {
                run(f.loop1, () -> {});
            }
            assertThat(reply.bytes.get() - stopped).isLessThan(1 << 20);
            assertThat(reply.done).isNotDone();

            run(f.loop1, () -> connection.setAutoRead(true));

            reply.await();
            assertThat(reply.bytes).hasValueGreaterThan(40_000_000);
            run(f.loop1, connection::release);
        }
    }

    @Test
    void killsARunningQueryAndTakesTheConnectionOutOfThePool() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(1), key)) {
            var connection = f.acquire(f.loop1);
            var reply = start(connection, f.loop1, "SELECT SLEEP(30)");
            long begun = System.nanoTime();

            on(f.loop1, connection::cancelRunning).get(5, TimeUnit.SECONDS);

            // A killed SLEEP answers by 1, or the statement by 1317, according to the server.
            reply.await();
            assertThat(System.nanoTime() - begun).isLessThan(TimeUnit.SECONDS.toNanos(5));
            assertThat(f.pool.stats(key.endpoint()).controlConnections()).isEqualTo(1);
            long killed = on(f.loop1, connection::threadId);
            run(f.loop1, connection::release);
            var next = f.acquire(f.loop1);
            assertThat(on(f.loop1, next::threadId)).isNotEqualTo(killed);
            assertThat(f.pool.stats(key.endpoint()).closed().get(CloseReason.KILLED))
                    .isEqualTo(1);
            run(f.loop1, next::release);
        }
    }

    @Test
    void whoeverGoesOnWithAConnectionCanWaitForTheAnswersToItsKills() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            var connection = f.acquire(f.loop1);
            assertThat(on(f.loop1, connection::unansweredKills)).isNull();
            var reply = start(connection, f.loop1, "SELECT SLEEP(30)");
            var answers = on(f.loop1, () -> {
                connection.cancelRunning();
                connection.cancelRunning();
                return connection.unansweredKills();
            });

            answers.get(5, TimeUnit.SECONDS);

            assertThat(on(f.loop1, connection::unansweredKills)).isNull();
            reply.await();
            assertThat(query(connection, f.loop1, "SELECT COUNT(*) FROM information_schema.tables")
                            .isError())
                    .isFalse();
            run(f.loop1, connection::release);
        }
    }

    @Test
    void aKillAlsoEndsWhatRunsOnAConnectionThatIsClosedMeanwhile() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(2), key)) {
            var connection = f.acquire(f.loop1);
            var watcher = f.acquire(f.loop2);
            long running = on(f.loop1, connection::threadId);
            start(connection, f.loop1, "SELECT SLEEP(30)");

            var killed = on(f.loop1, () -> {
                var kill = connection.cancelRunning();
                connection.discard("the client is gone");
                return kill;
            });

            killed.get(5, TimeUnit.SECONDS);
            long begun = System.nanoTime();
            String left;
            do {
                var reply = start(
                        watcher,
                        f.loop2,
                        "SELECT CONCAT('left=', COUNT(*)) FROM information_schema.processlist WHERE id = " + running);
                reply.await();
                left = reply.text.toString();
            } while (!left.contains("left=0") && System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(5));
            assertThat(left).contains("left=0");
            run(f.loop2, watcher::release);
        }
    }

    @Test
    void killingTheConnectionBreaksWhatRunsOnIt() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), key)) {
            var connection = f.acquire(f.loop2);
            var closed = new CompletableFuture<Void>();
            run(f.loop2, () -> connection.onClose(() -> closed.complete(null)));
            var reply = start(connection, f.loop2, "SELECT SLEEP(30)");

            on(f.loop2, connection::kill).get(5, TimeUnit.SECONDS);

            closed.get(5, TimeUnit.SECONDS);
            assertThat(reply.done
                            .handle((status, cause) -> cause != null || status.isError())
                            .get(5, TimeUnit.SECONDS))
                    .isTrue();
            run(f.loop2, () -> connection.discard("killed"));
        }
    }
}
