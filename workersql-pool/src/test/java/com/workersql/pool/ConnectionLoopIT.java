// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static com.workersql.pool.PoolFixture.on;
import static com.workersql.pool.PoolFixture.run;
import static com.workersql.pool.PoolFixture.start;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On which threads connections live and are heard. {@link PoolFixture.Reply} checks that replies come on the borrower's loop. */
@Timeout(120)
class ConnectionLoopIT {
    private static final int ROUNDS = 40;

    @Test
    void aConnectionStaysOnItsLoopWhoeverBorrowsIt() throws Exception {
        try (var server = TestServer.start();
                var f = new PoolFixture(PoolConfig.builder().maxConnectionsPerEndpoint(2), server.key())) {
            Map<Long, EventLoop> homes = new HashMap<>();
            Map<Long, Set<EventLoop>> borrowers = new HashMap<>();
            for (int round = 0; round < ROUNDS; round++) {
                var loops = round % 3 == 0 ? List.of(f.loop1, f.loop2) : List.of(f.loop2, f.loop2);
                var first = f.acquire(loops.get(0));
                var second = f.acquire(loops.get(1));
                // Both are lent, so that this one waits, and gets what another loop's borrower gives back.
                var waiter = round % 2 == 0 ? f.loop1 : f.loop2;
                var waiting = f.acquireLater(f.key, waiter, 10_000);
                look(first, loops.get(0), homes, borrowers);
                look(second, loops.get(1), homes, borrowers);
                boolean reset = round % 4 == 0;
                run(loops.get(1), reset ? second::releaseAfterReset : second::release);
                var third = waiting.get();
                look(third, waiter, homes, borrowers);
                run(waiter, third::release);
                run(loops.get(0), first::release);
            }
            assertThat(homes).as("connections").hasSize(2);
            assertThat(borrowers.values())
                    .as("each was lent on both loops")
                    .allSatisfy(loops -> assertThat(loops).containsExactlyInAnyOrder(f.loop1, f.loop2));
        }
    }

    private static void look(
            PooledConnection connection,
            EventLoop borrower,
            Map<Long, EventLoop> homes,
            Map<Long, Set<EventLoop>> borrowers)
            throws Exception {
        long id = on(borrower, connection::threadId);
        var loop = on(borrower, connection::eventLoop);
        assertThat(on(borrower, connection::borrower)).isSameAs(borrower);
        assertThat(homes.computeIfAbsent(id, any -> loop))
                .as("the loop of connection %d", id)
                .isSameAs(loop);
        borrowers.computeIfAbsent(id, any -> new HashSet<>()).add(borrower);
        var reply = start(connection, borrower, "SELECT CONNECTION_ID()");
        assertThat(reply.await().isError()).isFalse();
        assertThat(reply.text.toString()).contains(Long.toString(id));
    }
}
