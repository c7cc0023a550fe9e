// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The core under several real threads, one per event loop: what must never happen is counted, and in the end nothing may be left. */
class EndpointCoreStressTest {
    private static final int LOOPS = 4;
    private static final int LIMIT = 5;

    private final List<ExecutorService> loops = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger overLimit = new AtomicInteger();
    private final AtomicInteger twoOwners = new AtomicInteger();
    private final AtomicLong threadIds = new AtomicLong();
    private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private EndpointCore<FakeConnection> core;

    @AfterEach
    void stop() {
        loops.forEach(ExecutorService::shutdownNow);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void keepsItsPromisesWhateverTheOrder(long seed) throws Exception {
        int requestsPerLoop = 4_000;
        core = newCore(0);
        var left = new CountDownLatch(LOOPS * requestsPerLoop);
        var borrowers = new ArrayList<Borrower>();
        for (int i = 0; i < LOOPS; i++) {
            borrowers.add(new Borrower(loops.get(i), new Random(seed * 31 + i), left));
        }
        for (int n = 0; n < requestsPerLoop; n++) {
            for (var borrower : borrowers) {
                borrower.loop.execute(borrower::request);
            }
            if (n % 500 == 250) {
                core.sweep();
                core.limit(1 + n % LIMIT);
                core.limit(LIMIT);
            }
            if (n == requestsPerLoop / 2) {
                core.invalidate();
            }
        }

        assertThat(left.await(60, TimeUnit.SECONDS))
                .as("every request is answered")
                .isTrue();
        core.close();
        settle();
        assertThat(failures).isEmpty();
        assertThat(overLimit).hasValue(0);
        assertThat(twoOwners).hasValue(0);
        assertThat(open).hasValue(0);
        assertThat(core.permitsTaken()).isZero();
        assertThat(core.stats(0).waiting()).isZero();
    }

    @Test
    void aReturnAndARequestThatCrossNeverMissEachOther() throws Exception {
        core = newCore(1_000);
        core.limit(1);
        int rounds = 20_000;
        var left = new CountDownLatch(2 * rounds);
        for (int n = 0; n < rounds; n++) {
            for (int i = 0; i < 2; i++) {
                var borrower = new Borrower(loops.get(i), null, left);
                borrower.loop.execute(borrower::request);
            }
        }

        assertThat(left.await(60, TimeUnit.SECONDS))
                .as("every request is answered")
                .isTrue();
        assertThat(twoOwners).hasValue(0);
        assertThat(overLimit).hasValue(0);
    }

    private EndpointCore<FakeConnection> newCore(int validateAfterIdleMillis) {
        for (int i = 0; i < LOOPS; i++) {
            loops.add(Executors.newSingleThreadExecutor());
        }
        var config = PoolConfig.builder()
                .maxConnectionsPerEndpoint(LIMIT)
                .maxWaitersPerEndpoint(1_000_000)
                .validateAfterIdleMillis(validateAfterIdleMillis)
                .keySwitchMillis(1)
                .build();
        return new EndpointCore<>(CoreFixture.ENDPOINT, config, new FakeConnector(), PoolListener.NONE, () -> {});
    }

    /** Lets every task that the last ones started run to its end. */
    private void settle() throws Exception {
        for (int round = 0; round < 20; round++) {
            for (var loop : loops) {
                loop.submit(() -> {}).get(10, TimeUnit.SECONDS);
            }
        }
    }

    private static final class FakeConnection {
        final AtomicInteger owners = new AtomicInteger();
    }

    private final class FakeConnector implements Connector<FakeConnection> {
        private final AtomicInteger opens = new AtomicInteger();
        private final AtomicInteger checks = new AtomicInteger();

        @Override
        public void open(Entry<FakeConnection> entry) {
            if (open.incrementAndGet() > LIMIT) {
                overLimit.incrementAndGet();
            }
            ((ExecutorService) entry.loop).execute(() -> {
                if (opens.incrementAndGet() % 7 == 0) {
                    open.decrementAndGet();
                    core.openFailed(
                            entry,
                            new BackendUnavailableException(
                                    CoreFixture.ENDPOINT,
                                    BackendUnavailableException.Reason.REFUSED,
                                    0,
                                    null,
                                    "refused",
                                    null));
                } else {
                    core.opened(entry, new FakeConnection(), threadIds.incrementAndGet(), null);
                }
            });
        }

        @Override
        public void validate(Entry<FakeConnection> entry) {
            ((ExecutorService) entry.loop).execute(() -> core.validated(entry, checks.incrementAndGet() % 11 != 0));
        }

        @Override
        public void close(Entry<FakeConnection> entry, CloseReason reason) {
            ((ExecutorService) entry.loop).execute(() -> {
                open.decrementAndGet();
                core.closed(entry);
            });
        }
    }

    /** Requests on its loop, holds for a few tasks, gives back or discards; sometimes cancels. */
    private final class Borrower {
        final ExecutorService loop;
        private final Random random;
        private final CountDownLatch left;

        Borrower(ExecutorService loop, Random random, CountDownLatch left) {
            this.loop = loop;
            this.random = random;
            this.left = left;
        }

        void request() {
            try {
                var key = random != null && random.nextInt(4) == 0 ? CoreFixture.KEY_B : CoreFixture.KEY_A;
                var now = core.acquireNow(key, loop, c -> ConnectionPreference.PERFECT);
                if (now != null) {
                    hold(now);
                    return;
                }
                var waiter = new Waiter<FakeConnection>(key, loop, System.nanoTime(), Long.MAX_VALUE) {
                    @Override
                    void acquired(Entry<FakeConnection> entry, AcquireSource source) {
                        Borrower.this.loop.execute(() -> hold(entry));
                    }

                    @Override
                    void failed(Throwable cause) {
                        left.countDown();
                    }
                };
                core.submit(waiter);
                if (random != null && random.nextInt(20) == 0 && core.cancel(waiter)) {
                    left.countDown();
                }
            } catch (Throwable t) {
                failures.add(t);
            }
        }

        private void hold(Entry<FakeConnection> entry) {
            if (entry.connection.owners.incrementAndGet() != 1) {
                twoOwners.incrementAndGet();
            }
            loop.execute(() -> giveBack(entry));
        }

        private void giveBack(Entry<FakeConnection> entry) {
            entry.connection.owners.decrementAndGet();
            int choice = random == null ? 1 : random.nextInt(30);
            ((ExecutorService) entry.loop).execute(() -> {
                if (choice == 0) {
                    core.discard(entry, CloseReason.DISCARDED);
                } else {
                    core.release(entry);
                }
                left.countDown();
            });
        }
    }
}
