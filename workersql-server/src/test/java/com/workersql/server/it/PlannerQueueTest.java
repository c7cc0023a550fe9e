// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import com.workersql.server.config.Limits;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Statements of kinds that nobody has sent before wait for one thread, and no more than so many of them. */
class PlannerQueueTest {
    private static final int QUEUE = 2;
    /** There is no shard to send a statement to, once it is planned. */
    private static final int PLANNED = 1429;

    private static CompletableFuture<RawReply> asked(RawClient client, String sql) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return client.query(sql);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void awaitWaiting(ShardlessDoor door, int statements) {
        while (door.planner().waiting() != statements) {
            assertThat(Thread.currentThread().isInterrupted()).as("out of time").isFalse();
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @CsvSource({"planner_queue, 2 statements", "planner_queue_per_tenant, 2 statements of this tenant"})
    @Timeout(60)
    void whoComesWhenItIsFullIsToldTheLimitAndThePlannerGoesOnBehindIt(String setting, String who) throws Exception {
        var limits = Limits.of(
                Map.of("planner_queue".equals(setting) ? Limits.PLANNER_QUEUE : Limits.PLANNER_QUEUE_PER_TENANT, (long)
                        QUEUE));
        var entered = new CountDownLatch(1);
        var released = new CountDownLatch(1);
        try (var door = new ShardlessDoor(limits);
                var first = door.acme();
                var second = door.acme();
                var third = door.acme();
                var late = door.acme()) {
            door.ofResolver(() -> {
                entered.countDown();
                await(released);
            });
            var analysed = asked(first, "SELECT a FROM t");
            await(entered);
            var waiting = asked(second, "SELECT a, b FROM t");
            awaitWaiting(door, 1);
            var waitingToo = asked(third, "SELECT a, b, c FROM t");
            awaitWaiting(door, QUEUE);

            for (int attempt = 0; attempt < 2; attempt++) {
                RawReply refused = late.query("SELECT a, b, c, d FROM t");
                assertThat(refused.errno()).isEqualTo(1203);
                assertThat(new String(refused.payloads().get(0), StandardCharsets.UTF_8))
                        .contains("#42000The planner's queue is full: " + who
                                + " wait for their first analysis (limits." + setting + ")");
            }
            assertThat(late.command(Command.COM_PING, new byte[0]).errno())
                    .as("the connection stays")
                    .isZero();

            released.countDown();
            assertThat(analysed.get().errno()).isEqualTo(PLANNED);
            assertThat(waiting.get().errno()).isEqualTo(PLANNED);
            assertThat(waitingToo.get().errno()).isEqualTo(PLANNED);
            assertThat(late.query("SELECT a, b, c, d FROM t").errno()).isEqualTo(PLANNED);
            assertThat(door.planner().waiting()).isZero();
        } finally {
            released.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
