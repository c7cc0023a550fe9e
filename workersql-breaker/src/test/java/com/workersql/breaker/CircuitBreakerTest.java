// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What opens a breaker, what does not, and what it says and is told. */
class CircuitBreakerTest extends BreakerFixture {
    @Test
    void opensAtTheFifthFailureInARow() {
        CircuitBreaker breaker = breaker(b -> b);

        fail(breaker, 4);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        fail(breaker, 1);

        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(breaker.tryAcquire()).isNull();
        assertThat(causes()).containsExactly(TransitionCause.CONSECUTIVE_FAILURES);
    }

    @Test
    void aSuccessStartsTheCountOfFailuresInARowAnew() {
        CircuitBreaker breaker = breaker(b -> b);

        fail(breaker, 4);
        succeed(breaker, 1);
        fail(breaker, 4);

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void opensByFailureRateOnceTheWindowHoldsTheMinimumOfCalls() {
        CircuitBreaker breaker = breaker(b -> b.consecutiveFailures(0));

        fail(breaker, 9);
        succeed(breaker, 10);
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        fail(breaker, 1);

        assertThat(causes()).containsExactly(TransitionCause.FAILURE_RATE);
    }

    @Test
    void staysClosedBelowTheFailureRate() {
        CircuitBreaker breaker = breaker(b -> b.consecutiveFailures(0));

        succeed(breaker, 51);
        fail(breaker, 49);

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void forgetsFailuresThatHaveLeftTheWindow() {
        CircuitBreaker breaker = breaker(b -> b.consecutiveFailures(0));

        fail(breaker, 19);
        clock.advanceMillis(30_001);
        succeed(breaker, 19);
        fail(breaker, 1);

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(breaker.snapshot().failures()).isEqualTo(1);
    }

    @Test
    void countsAcrossTheSlicesOfTheWindow() {
        CircuitBreaker breaker = breaker(b -> b.consecutiveFailures(0));

        for (int i = 0; i < 20; i++) {
            breaker.tryAcquire().failed(0);
            clock.advanceMillis(1_400);
        }

        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void opensBySlowCallRate() {
        CircuitBreaker breaker = breaker(b -> b.slowCallRate(0.5, Duration.ofSeconds(1)));

        succeed(breaker, 10);
        for (int i = 0; i < 10; i++) {
            breaker.tryAcquire().succeeded(1_000_000_000);
        }

        assertThat(causes()).containsExactly(TransitionCause.SLOW_CALL_RATE);
    }

    @Test
    void aTimedOutCallIsSlowButNotFailed() {
        CircuitBreaker breaker = breaker(b -> b.slowCallRate(1, Duration.ofSeconds(1)));

        for (int i = 0; i < 20; i++) {
            breaker.tryAcquire().timedOut();
        }

        assertThat(causes()).containsExactly(TransitionCause.SLOW_CALL_RATE);
    }

    @Test
    void withTheRuleOffSlowCallsAreCallsLikeOthers() {
        CircuitBreaker breaker = breaker(b -> b);

        for (int i = 0; i < 100; i++) {
            breaker.tryAcquire().succeeded(Duration.ofHours(1).toNanos());
        }

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aReportOpensAndClosesAtOnce() {
        CircuitBreaker breaker = breaker(b -> b);

        breaker.reportDown();
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        breaker.reportHealthy();

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(causes()).containsExactly(TransitionCause.REPORTED_DOWN, TransitionCause.REPORTED_HEALTHY);
    }

    @Test
    void aFailureFromOutsideCountsLikeAnyOther() {
        CircuitBreaker breaker = breaker(b -> b);

        for (int i = 0; i < 5; i++) {
            breaker.recordFailure();
        }

        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aGuardCanKeepItFromOpening() {
        CircuitBreaker breaker = breaker(b -> b.openingGuard(opening -> false));

        fail(breaker, 12);

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(transitions).isEmpty();
        assertThat(breaker.snapshot().totalVetoed()).isEqualTo(2);
        assertThat(breaker.snapshot().consecutiveFailures()).isEqualTo(2);
    }

    @Test
    void whatAListenerThrowsDoesNotReachTheCaller() {
        CircuitBreaker breaker = breaker(b -> b.listener(transition -> {
            throw new IllegalStateException("listener");
        }));
        List<Throwable> uncaught = new ArrayList<>();
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((t, e) -> uncaught.add(e));
        try {
            fail(breaker, 5);
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }

        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(uncaught).singleElement().isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theExceptionSaysHowLongAndByWhichSetting() {
        CircuitBreaker breaker = breaker(b -> b);
        fail(breaker, 5);

        assertThat(new BreakerOpenException(breaker))
                .hasMessage("Call refused, not made: circuit breaker 'orders' is open for another 15000 ms"
                        + " (opening 1 in a row; openTime 15000 ms, at most 120000 ms)");
    }

    @Test
    void refusesSettingsOutOfRangeByName() {
        assertThatThrownBy(() -> CircuitBreaker.builder().failureRate(1.5).toConfig())
                .hasMessage("failureRate is 1.5, allowed is 0.0 to 1.0");
        assertThatThrownBy(
                        () -> CircuitBreaker.builder().failureRate(Double.NaN).toConfig())
                .hasMessage("failureRate is NaN, allowed is 0.0 to 1.0");
        assertThatThrownBy(() -> CircuitBreaker.builder()
                        .window(Duration.ofDays(1_000_000))
                        .toConfig())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("windowNanos is 9223372036854775807, allowed is 1000000000 to 3600000000000");
        assertThatThrownBy(() -> CircuitBreaker.builder()
                        .probeExpiry(Duration.ofSeconds(Long.MIN_VALUE))
                        .toConfig())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CircuitBreaker.builder().probes(0).toConfig())
                .hasMessage("probes is 0, allowed is 1 to 1000");
    }

    @Test
    void aConfigurationSurvivesItsBuilder() {
        CircuitBreakerConfig config = CircuitBreaker.builder()
                .consecutiveFailures(3)
                .failureRate(0.25)
                .slowCallRate(0.75, Duration.ofMillis(5))
                .minimumCalls(7)
                .window(Duration.ofSeconds(9))
                .openTime(Duration.ofSeconds(2), Duration.ofSeconds(11))
                .openGrowth(3)
                .openJitter(0.5)
                .probes(4)
                .probeExpiry(Duration.ofSeconds(6))
                .mode(BreakerMode.METRICS_ONLY)
                .toConfig();

        assertThat(CircuitBreaker.builder(config).toConfig()).isEqualTo(config);
    }
}
