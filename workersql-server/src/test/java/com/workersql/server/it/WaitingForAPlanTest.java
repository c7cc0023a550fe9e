// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Statements that wait for their first analysis behind one that takes long, and are ended there: nothing of them is carried out. */
class WaitingForAPlanTest {
    private final CountDownLatch patience = new CountDownLatch(1);
    private final Semaphore analysing = new Semaphore(0);

    private ShardlessDoor door;
    private RawClient killer;
    private RawClient first;

    /** The planner is at work on another session's statement until it is let go on. */
    @BeforeEach
    void keepThePlannerBusy() throws Exception {
        door = new ShardlessDoor();
        killer = door.acme();
        first = door.acme();
        door.ofResolver(() -> {
            if (Thread.currentThread().getName().startsWith("workersql-planner")) {
                analysing.release();
                awaitUninterruptibly();
            }
        });
        first.send(Command.COM_QUERY, bytes("SELECT first FROM t"));
        assertThat(analysing.tryAcquire(30, TimeUnit.SECONDS)).isTrue();
    }

    @AfterEach
    void close() throws IOException {
        patience.countDown();
        first.close();
        killer.close();
        door.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {Command.COM_QUERY, Command.COM_STMT_PREPARE})
    void aStatementThatIsKilledThereIsAnsweredAtOnce(int command) throws Exception {
        try (var victim = door.acme()) {
            victim.send(command, bytes("SELECT second FROM t"));
            awaitRunning(2);

            assertThat(killer.query("KILL QUERY " + victim.connectionId()).errno())
                    .isZero();

            assertThat(victim.results().errno()).isEqualTo(1317);
            awaitRunning(1);
            letThePlannerGoOn();
            assertThat(victim.query("SELECT third FROM t").errno())
                    .as("the session goes on, and there is no shard")
                    .isEqualTo(1429);
        }
    }

    @Test
    void whatIsBeingAnalysedIsAnsweredAtOnceToo() throws Exception {
        assertThat(killer.query("KILL QUERY " + first.connectionId()).errno()).isZero();

        assertThat(first.results().errno()).isEqualTo(1317);
        awaitRunning(0);
        letThePlannerGoOn();
        assertThat(first.query("SELECT second FROM t").errno())
                .as("the late plan is no answer to the next statement")
                .isEqualTo(1429);
    }

    @Test
    void aClientThatGoesAwayThereLeavesNothing() throws Exception {
        var victim = door.acme();
        victim.send(Command.COM_QUERY, bytes("SELECT second FROM t"));
        awaitRunning(2);

        victim.abort();

        awaitRunning(1);
        letThePlannerGoOn();
    }

    private void letThePlannerGoOn() {
        patience.countDown();
        awaitRunning(0);
    }

    private void awaitRunning(int statements) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (door.running() != statements) {
            assertThat(System.nanoTime())
                    .as("%d statements under way", statements)
                    .isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    private void awaitUninterruptibly() {
        try {
            patience.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static byte[] bytes(String sql) {
        return sql.getBytes(StandardCharsets.UTF_8);
    }
}
