// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Breakers on a clock that moves when a test says so, and what they told. */
abstract class BreakerFixture {
    final FakeClock clock = new FakeClock();
    final List<Transition> transitions = new ArrayList<>();

    CircuitBreaker breaker(UnaryOperator<CircuitBreakerBuilder> settings) {
        CircuitBreakerBuilder builder =
                CircuitBreaker.builder().name("orders").openJitter(0).listener(transitions::add);
        return settings.apply(builder).build(clock, new Random(1));
    }

    /** A breaker that opened by failures and half-opens with the next call. */
    CircuitBreaker halfOpen(UnaryOperator<CircuitBreakerBuilder> settings) {
        CircuitBreaker breaker = breaker(settings);
        fail(breaker, 5);
        clock.advance(Duration.ofSeconds(15));
        return breaker;
    }

    static void fail(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.tryAcquire().failed(0);
        }
    }

    static void succeed(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.tryAcquire().succeeded(0);
        }
    }

    List<TransitionCause> causes() {
        return transitions.stream().map(Transition::cause).toList();
    }
}
