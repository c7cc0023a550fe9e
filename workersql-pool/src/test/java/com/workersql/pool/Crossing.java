// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/** Two threads that do something at the same moment, round by round. */
final class Crossing {
    /** Beyond, whoever waits takes it that the other one has no processor. */
    private static final int MOST_SPINS = 6_000;

    private Crossing() {}

    /**
     * Runs all rounds; both threads wait for each other in front of each.
     *
     * @param first gets the number of the round
     * @param second the same, in the other thread
     */
    static void run(int rounds, IntConsumer first, IntConsumer second) throws InterruptedException {
        var arrived = new AtomicInteger();
        var failure = new AtomicReference<Throwable>();
        var threads = new Thread[] {
            new Thread(() -> all(rounds, arrived, failure, first)),
            new Thread(() -> all(rounds, arrived, failure, second))
        };
        for (var thread : threads) {
            thread.start();
        }
        for (var thread : threads) {
            thread.join();
        }
        if (failure.get() != null) {
            throw new AssertionError("a thread failed", failure.get());
        }
    }

    private static void all(int rounds, AtomicInteger arrived, AtomicReference<Throwable> failure, IntConsumer step) {
        for (int i = 0; i < rounds; i++) {
            arrived.incrementAndGet();
            await(arrived, 2 * (i + 1));
            try {
                step.accept(i);
            } catch (RuntimeException | AssertionError e) {
                failure.compareAndSet(null, e);
            }
        }
    }

    /** Both have to be running to cross; on a machine that has other work the one lets the other have its turn. */
    @SuppressWarnings("ThreadPriorityCheck")
    private static void await(AtomicInteger arrived, int all) {
        for (int spins = 0; arrived.get() < all; spins++) {
            if (spins < MOST_SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }
}
