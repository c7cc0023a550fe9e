// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SlidingWindowTest {
    @Test
    void dropsOneSliceAfterTheOther() {
        var window = new SlidingWindow(0, 1_000);
        for (int slice = 0; slice < SlidingWindow.SLICES; slice++) {
            window.add(slice * 100L, slice % 2 == 0, slice % 5 == 0);
        }
        assertThat(window.calls(999)).isEqualTo(10);
        assertThat(window.failures(999)).isEqualTo(5);
        assertThat(window.slowCalls(999)).isEqualTo(2);

        assertThat(window.calls(1_000)).isEqualTo(9);
        assertThat(window.failures(1_000)).isEqualTo(4);
        assertThat(window.slowCalls(1_500)).isEqualTo(0);
        assertThat(window.calls(1_899)).isEqualTo(1);
        assertThat(window.calls(1_900)).isEqualTo(0);
    }

    @Test
    void aSliceOfALaterTurnStartsFromNothing() {
        var window = new SlidingWindow(0, 1_000);
        window.add(0, true, false);
        window.add(0, true, false);

        window.add(10_000, true, false);

        assertThat(window.failures(10_000)).isEqualTo(1);
    }

    @Test
    void aRecorderThatWasHeldUpIsCountedInTheYoungerSlice() {
        var window = new SlidingWindow(0, 1_000);
        window.add(1_000, true, false);

        window.add(0, true, false);

        assertThat(window.failures(1_000)).isEqualTo(2);
    }

    @Test
    void losesNoIncrementWhenThreadsMeetInASliceThatStartsAnew() throws Exception {
        int threads = 4;
        int rounds = 2_000;
        var window = new SlidingWindow(0, 1_000);
        var barrier = new CyclicBarrier(threads);
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> results = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                results.add(executor.submit(() -> {
                    for (int round = 1; round <= rounds; round++) {
                        barrier.await();
                        window.add(round * 1_000L, true, false);
                        barrier.await();
                        assertThat(window.failures(round * 1_000L)).isEqualTo(threads);
                    }
                    return null;
                }));
            }
            for (Future<?> result : results) {
                result.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
