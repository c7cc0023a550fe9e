// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.on;
import static com.workersql.pool.PoolFixture.query;
import static com.workersql.pool.PoolFixture.run;
import static com.workersql.pool.PoolFixture.start;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.pool.BackendUnavailableException.Reason;
import com.workersql.pool.BrokenConnectionException.Phase;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What happens to connections when the server dies, freezes and comes back. */
@Timeout(120)
class ServerCrashIT {
    @RegisterExtension
    static final OwnServer SERVER = new OwnServer();

    @Test
    void idleConnectionsGoWithTheServerAndComeBackWithIt() throws Exception {
        var broken = new CountDownLatch(2);
        var listener = new PoolListener() {
            @Override
            public void connectionBroken(Endpoint endpoint, BrokenConnectionException cause, boolean wasIdle) {
                assertThat(wasIdle).isTrue();
                assertThat(cause.phase()).isEqualTo(Phase.NOT_SENT);
                broken.countDown();
            }
        };
        try (var f = new PoolFixture(PoolConfig.builder().listener(listener), SERVER.key())) {
            var first = f.acquire(f.loop1);
            var second = f.acquire(f.loop2);
            run(f.loop1, first::release);
            run(f.loop2, second::release);

            SERVER.server().crash();

            assertThat(broken.await(5, TimeUnit.SECONDS)).isTrue();
            // The listener hears of a connection before the pool has let go of it, on the connection's loop.
            run(f.loop1, () -> {});
            run(f.loop2, () -> {});
            assertThatThrownBy(() -> f.acquire(f.loop1))
                    .cause()
                    .isInstanceOfSatisfying(
                            BackendUnavailableException.class,
                            e -> assertThat(e.reason()).isEqualTo(Reason.REFUSED));
            assertThat(f.pool.stats(f.key.endpoint()).open()).isZero();

            SERVER.server().restart();

            var again = f.acquire(f.loop1);
            assertThat(query(again, f.loop1, "SELECT 1").isError()).isFalse();
            run(f.loop1, again::release);
        }
    }

    @Test
    void aRunningCommandHearsHowFarItCame() throws Exception {
        var broken = new AtomicInteger();
        var listener = new PoolListener() {
            @Override
            public void connectionBroken(Endpoint endpoint, BrokenConnectionException cause, boolean wasIdle) {
                broken.incrementAndGet();
            }
        };
        try (var f = new PoolFixture(PoolConfig.builder().listener(listener), SERVER.key())) {
            var silent = f.acquire(f.loop1);
            var streaming = f.acquire(f.loop2);
            var sent = start(silent, f.loop1, "SELECT SLEEP(30)");
            var behind = start(silent, f.loop1, "SELECT 1");
            var streamed = start(
                    streaming,
                    f.loop2,
                    "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 1000)"
                            + " SELECT REPEAT('x', 1000) FROM s a, s b");
            streamed.firstBytes.get(5, TimeUnit.SECONDS);
            run(f.loop2, () -> streaming.setAutoRead(false));

            SERVER.server().crash();
            run(f.loop2, () -> streaming.setAutoRead(true));

            assertThat(phase(sent)).isEqualTo(Phase.SENT);
            assertThat(phase(behind)).isEqualTo(Phase.SENT);
            assertThat(phase(streamed)).isEqualTo(Phase.ROWS_STREAMED);
            assertThat(phase(start(silent, f.loop1, "SELECT 1"))).isEqualTo(Phase.NOT_SENT);
            assertThat(on(f.loop1, silent::isOpen)).isFalse();
            run(f.loop2, () -> {});
            assertThat(broken).hasValue(2);
            run(f.loop1, silent::release);
            run(f.loop2, () -> streaming.discard("broken"));
            SERVER.server().restart();
            var again = f.acquire(f.loop1);
            run(f.loop1, again::release);
            assertThat(f.pool.stats(f.key.endpoint()).open()).isEqualTo(1);
        }
    }

    @Test
    void aFrozenServerFailsTheCheckAndTheLoginInTime() throws Exception {
        var closed = new AtomicInteger();
        var listener = new PoolListener() {
            @Override
            public void connectionBroken(Endpoint endpoint, BrokenConnectionException cause, boolean wasIdle) {
                closed.incrementAndGet();
            }
        };
        var config = PoolConfig.builder()
                .validateAfterIdleMillis(0)
                .validationTimeoutMillis(200)
                .connectTimeoutMillis(2_000)
                .listener(listener);
        try (var f = new PoolFixture(config, SERVER.key())) {
            var connection = f.acquire(f.loop1);
            run(f.loop1, connection::release);
            SERVER.server().freeze();
            try {
                assertThatThrownBy(() ->
                                f.acquireLater(SERVER.key(), f.loop1, 5_000).get(5, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .isInstanceOfSatisfying(
                                BackendUnavailableException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.TIMEOUT));
                assertThat(closed).hasValue(1);
            } finally {
                SERVER.server().thaw();
            }
            var again = f.acquire(f.loop1);
            assertThat(query(again, f.loop1, "SELECT 1").isError()).isFalse();
            run(f.loop1, again::release);
        }
    }

    @Test
    void aRestartIsSeenByTheConnectionIds() throws Exception {
        var restarts = new AtomicInteger();
        var listener = new PoolListener() {
            @Override
            public void restartDetected(Endpoint endpoint) {
                restarts.incrementAndGet();
            }
        };
        try (var f = new PoolFixture(PoolConfig.builder().listener(listener), SERVER.key())) {
            for (int i = 0; i < 5; i++) {
                var connection = f.acquire(f.loop1);
                run(f.loop1, () -> connection.discard("to count the server's ids up"));
            }
            SERVER.server().crash();
            SERVER.server().restart();

            var connection = f.acquire(f.loop1);

            assertThat(restarts).hasValue(1);
            run(f.loop1, connection::release);
            assertThat(f.pool.stats(f.key.endpoint()).idle()).isEqualTo(1);
        }
    }

    private static Phase phase(PoolFixture.Reply reply) throws Exception {
        var cause = reply.done.handle((status, e) -> e).get(10, TimeUnit.SECONDS);
        return ((BrokenConnectionException) cause).phase();
    }
}
