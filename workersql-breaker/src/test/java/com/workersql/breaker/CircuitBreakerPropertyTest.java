// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random schedules of events, each run against the breaker and against a model that keeps plain lists. */
class CircuitBreakerPropertyTest {
    private static final int SCHEDULES = 400;
    private static final int STEPS = 300;

    @Test
    void agreesWithTheModelOnRandomSchedules() {
        long firstSeed = Long.getLong("breaker.seed", System.nanoTime());
        System.out.println("schedules from -Dbreaker.seed=" + firstSeed);
        for (int i = 0; i < SCHEDULES; i++) {
            run(firstSeed + i);
        }
    }

    private static void run(long seed) {
        var random = new Random(seed);
        CircuitBreakerConfig config = CircuitBreaker.builder()
                .consecutiveFailures(random.nextInt(5))
                .failureRate(random.nextInt(3) * 0.4)
                .slowCallRate(random.nextInt(3) * 0.4, Duration.ofMillis(100))
                .minimumCalls(1 + random.nextInt(8))
                .window(Duration.ofSeconds(1 + random.nextInt(5)))
                .openTime(Duration.ofSeconds(2), Duration.ofSeconds(9))
                .openGrowth(1 + random.nextInt(3))
                .openJitter(0)
                .probes(1 + random.nextInt(3))
                .probeExpiry(Duration.ofSeconds(3))
                .toConfig();
        var clock = new FakeClock();
        CircuitBreaker breaker = CircuitBreaker.builder(config).build(clock, random);
        var model = new ModelBreaker(config);
        List<Permit> permits = new ArrayList<>();
        List<ModelBreaker.Call> calls = new ArrayList<>();

        for (int step = 0; step < STEPS; step++) {
            String did = "step %d of seed %d with %s".formatted(step, seed, config);
            // No two probes begin at the same moment, so it is clear which of them is the oldest.
            clock.advance(Duration.ofNanos(1));
            model.advance(Duration.ofNanos(1));
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3 -> {
                    Permit permit = breaker.tryAcquire();
                    ModelBreaker.Call call = model.tryAcquire();
                    assertThat(permit != null).as(did).isEqualTo(call != null);
                    if (permit != null) {
                        assertThat(permit.isProbe()).as(did).isEqualTo(call.isProbe());
                        permits.add(permit);
                        calls.add(call);
                    }
                }
                case 4, 5, 6, 7 -> {
                    if (!permits.isEmpty()) {
                        int which = random.nextInt(permits.size());
                        answer(random, permits.remove(which), model, calls.remove(which));
                    }
                }
                case 8 -> {
                    Duration pause = Duration.ofMillis(random.nextInt(2_500));
                    clock.advance(pause);
                    model.advance(pause);
                }
                default -> reportSometimes(random, breaker, model);
            }
            assertThat(breaker.state()).as(did).isEqualTo(model.state());
            assertThat(breaker.retryAfterNanos()).as(did).isEqualTo(model.retryAfterNanos());
            assertThat(breaker.snapshot().calls()).as(did).isEqualTo(model.callsInWindow());
        }
    }

    private static void answer(Random random, Permit permit, ModelBreaker model, ModelBreaker.Call call) {
        switch (random.nextInt(5)) {
            case 0, 1 -> {
                long durationNanos = random.nextInt(200_000_000);
                permit.succeeded(durationNanos);
                model.answer(call, false, durationNanos >= 100_000_000);
            }
            case 2, 3 -> {
                permit.failed(0);
                model.answer(call, true, false);
            }
            default -> {
                permit.released();
                model.release(call);
            }
        }
    }

    private static void reportSometimes(Random random, CircuitBreaker breaker, ModelBreaker model) {
        switch (random.nextInt(8)) {
            case 0 -> {
                breaker.reportDown();
                model.reportDown();
            }
            case 1 -> {
                breaker.reportHealthy();
                model.reportHealthy();
            }
            default -> {}
        }
    }
}
