// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.on;
import static com.workersql.pool.PoolFixture.run;
import static com.workersql.pool.PoolFixture.start;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a server counts when a borrower has a connection closed. */
@Timeout(120)
class DismissedConnectionIT {
    @RegisterExtension
    static final OwnServer SERVER = new OwnServer();

    @Test
    void theServerHearsOfADismissalAndCountsADiscardedOneAsAborted() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), SERVER.key())) {
            var watching = f.acquire(f.loop2);
            String before = aborted(f, watching);

            endsBy(f, watching, PooledConnection::dismiss);
            assertThat(aborted(f, watching)).isEqualTo(before);
            assertThat(f.pool.stats(f.key.endpoint()).closed()).containsEntry(CloseReason.DISMISSED, 1L);

            endsBy(f, watching, connection -> connection.discard("of the test"));
            assertThat(aborted(f, watching)).isNotEqualTo(before);
            run(f.loop2, watching::release);
        }
    }

    @Test
    void withACommandPendingItIsDiscarded() throws Exception {
        try (var f = new PoolFixture(PoolConfig.builder(), SERVER.key())) {
            var connection = f.acquire(f.loop1);
            start(connection, f.loop1, "SELECT SLEEP(10)");
            run(f.loop1, connection::dismiss);

            assertThat(f.pool.stats(f.key.endpoint()).closed())
                    .containsEntry(CloseReason.DISCARDED, 1L)
                    .containsEntry(CloseReason.DISMISSED, 0L);
        }
    }

    private static String aborted(PoolFixture f, PooledConnection watching) throws Exception {
        return answer(f, watching, "SHOW GLOBAL STATUS LIKE 'Aborted_clients'");
    }

    private static String answer(PoolFixture f, PooledConnection watching, String sql) throws Exception {
        var reply = start(watching, f.loop2, sql);
        assertThat(reply.await().isError()).isFalse();
        return reply.text.toString();
    }

    /** Borrows a connection, has it closed, and waits until the server has done with it. */
    private static void endsBy(PoolFixture f, PooledConnection watching, Consumer<PooledConnection> end)
            throws Exception {
        var connection = f.acquire(f.loop1);
        long id = on(f.loop1, connection::threadId);
        run(f.loop1, () -> end.accept(connection));
        String sql = "SELECT CONCAT('open: ', COUNT(*)) FROM information_schema.PROCESSLIST WHERE ID = " + id;
        long late = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!answer(f, watching, sql).contains("open: 0")) {
            assertThat(System.nanoTime()).isLessThan(late);
        }
    }
}
