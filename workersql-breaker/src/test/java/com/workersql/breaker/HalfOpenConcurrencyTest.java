// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All threads ask at the same moment, again and again. */
class HalfOpenConcurrencyTest {
    private static final int THREADS = 6;
    private static final int ROUNDS = 1_500;

    private final FakeClock clock = new FakeClock();
    private final ConcurrentLinkedQueue<Transition> transitions = new ConcurrentLinkedQueue<>();
    private final ExecutorService executor = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    private CircuitBreaker breaker(int probes) {
        return CircuitBreaker.builder()
                .consecutiveFailures(1)
                .openJitter(0)
                .openTime(Duration.ofSeconds(1), Duration.ofSeconds(1))
                .probeExpiry(Duration.ofHours(1))
                .probes(probes)
                .listener(transitions::add)
                .build(clock, new Random(1));
    }

    private void onAllThreads(Callable<?> work) throws Exception {
        List<Future<?>> results = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            results.add(executor.submit(work));
        }
        for (Future<?> result : results) {
            result.get();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void exactlyTheConfiguredProbesGetThrough(int probes) throws Exception {
        CircuitBreaker breaker = breaker(probes);
        var given = new AtomicInteger();
        var barrier = new CyclicBarrier(THREADS, () -> {
            // Between rounds one thread alone: what was given is checked, and the breaker is opened anew.
            int expected = breaker.snapshot().totalOpened() == 0 ? 0 : probes;
            assertThat(given.getAndSet(0)).isEqualTo(expected);
            breaker.reportDown();
            clock.advance(Duration.ofSeconds(1));
        });

        onAllThreads(() -> {
            for (int round = 0; round < ROUNDS; round++) {
                barrier.await();
                if (breaker.tryAcquire() != null) {
                    given.incrementAndGet();
                }
            }
            return null;
        });

        assertThat(transitions)
                .filteredOn(t -> t.to() == BreakerState.HALF_OPEN)
                .hasSize(ROUNDS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void neverMoreThanTheConfiguredProbesAreUnderWayWhileSomeAreGivenBack(int probes) throws Exception {
        CircuitBreaker breaker = breaker(probes);
        breaker.reportDown();
        clock.advance(Duration.ofSeconds(1));
        var underWay = new AtomicInteger();
        var most = new AtomicInteger();
        var start = new CyclicBarrier(THREADS);

        onAllThreads(() -> {
            start.await();
            for (int i = 0; i < 20_000; i++) {
                Permit probe = breaker.tryAcquire();
                if (probe != null) {
                    most.accumulateAndGet(underWay.incrementAndGet(), Math::max);
                    underWay.decrementAndGet();
                    probe.released();
                }
            }
            return null;
        });

        assertThat(most).hasValueLessThanOrEqualTo(probes).hasPositiveValue();
        assertThat(breaker.snapshot().probesUnderWay()).isZero();
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void whenProbesAnswerAtOnceThereIsOneTransitionForEachChange(int probes) throws Exception {
        CircuitBreaker breaker = breaker(probes);
        breaker.reportDown();
        var start = new CyclicBarrier(THREADS);

        onAllThreads(() -> {
            start.await();
            for (int i = 0; i < 5_000; i++) {
                clock.advance(Duration.ofMillis(300));
                Permit permit = breaker.tryAcquire();
                if (permit != null) {
                    permit.finish(i % 7 == 0 ? FailureClass.CALL_FAILURE : FailureClass.NEUTRAL, 0);
                }
            }
            return null;
        });

        List<Transition> inOrder = transitions.stream()
                .sorted((a, b) -> Long.compare(a.sequence(), b.sequence()))
                .toList();
        assertThat(inOrder).hasSizeGreaterThan(100);
        for (int i = 0; i < inOrder.size(); i++) {
            assertThat(inOrder.get(i).sequence()).isEqualTo(i + 1);
            assertThat(inOrder.get(i).from())
                    .isEqualTo(i == 0 ? BreakerState.CLOSED : inOrder.get(i - 1).to());
        }
        assertThat(inOrder.get(inOrder.size() - 1).to()).isEqualTo(breaker.state());
    }
}
