// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    private final AtomicLong nanos = new AtomicLong(5);

    @Test
    void startsFullAndRunsDry() {
        var budget = new RetryBudget(0.2, 1, 10, nanos::get);

        assertThat(take(budget, 100)).isEqualTo(10);
        assertThat(budget.balance()).isZero();
        assertThat(budget.granted()).isEqualTo(10);
        assertThat(budget.refused()).isEqualTo(90);
    }

    @Test
    void allowsAShareOfTheCalls() {
        var budget = new RetryBudget(0.2, 0, 1, nanos::get);
        take(budget, 100);

        for (int call = 0; call < 14; call++) {
            budget.recordCall();
        }

        assertThat(take(budget, 100)).isEqualTo(2);
    }

    @Test
    void allowsAFewPerSecondWithoutCalls() {
        var budget = new RetryBudget(0, 10, 10, nanos::get);
        take(budget, 1_000);

        nanos.addAndGet(3_000_000_000L);

        assertThat(take(budget, 1_000)).isEqualTo(30);
    }

    @Test
    void savesNoMoreThanItsCapacity() {
        var budget = new RetryBudget(1, 10, 10, nanos::get);
        for (int call = 0; call < 10_000; call++) {
            budget.recordCall();
        }
        nanos.addAndGet(1_000_000_000_000L);

        assertThat(take(budget, 1_000)).isEqualTo(100);
    }

    @Test
    void givesNoTokenTwice() throws InterruptedException {
        var budget = new RetryBudget(0, 10, 10, nanos::get);
        var taken = new AtomicInteger();
        var ready = new CountDownLatch(4);
        var threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                ready.countDown();
                taken.addAndGet(take(budget, 1_000));
            });
            threads[i].start();
        }
        for (var thread : threads) {
            thread.join();
        }

        assertThat(taken).hasValue(100);
    }

    @Test
    void refusesValuesOutOfRange() {
        assertThatThrownBy(() -> new RetryBudget(1.5, 1, 1, nanos::get)).hasMessageContaining("share is 1.5");
        assertThatThrownBy(() -> new RetryBudget(0.5, -1, 1, nanos::get)).hasMessageContaining("perSecond is -1");
        assertThatThrownBy(() -> new RetryBudget(0.5, 1, 0, nanos::get)).hasMessageContaining("capacitySeconds is 0");
    }

    private static int take(RetryBudget budget, int times) {
        int taken = 0;
        for (int i = 0; i < times; i++) {
            if (budget.tryRetry()) {
                taken++;
            }
        }
        return taken;
    }
}
