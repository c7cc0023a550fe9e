// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
    private final FakeClock clock = new FakeClock();
    private final List<Transition> transitions = new ArrayList<>();

    private CircuitBreaker breaker(UnaryOperator<CircuitBreakerBuilder> settings) {
        CircuitBreakerBuilder builder =
                CircuitBreaker.builder().name("orders").openJitter(0).listener(transitions::add);
        return settings.apply(builder).build(clock, new Random(1));
    }

    private static void fail(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.tryAcquire().failed(0);
        }
    }

    private static void succeed(CircuitBreaker breaker, int times) {
        for (int i = 0; i < times; i++) {
            breaker.tryAcquire().succeeded(0);
        }
    }

    private List<TransitionCause> causes() {
        return transitions.stream().map(Transition::cause).toList();
    }

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
    void letsTheProbeThroughWhenTheOpenTimeIsOverAndClosesWhenItSucceeds() {
        CircuitBreaker breaker = breaker(b -> b);
        fail(breaker, 5);

        clock.advanceMillis(14_999);
        assertThat(breaker.tryAcquire()).isNull();
        assertThat(breaker.retryAfterNanos()).isEqualTo(1_000_000);
        clock.advanceMillis(1);
        Permit probe = breaker.tryAcquire();
        assertThat(probe.isProbe()).isTrue();
        assertThat(breaker.tryAcquire()).isNull();
        probe.succeeded(0);

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(causes())
                .containsExactly(
                        TransitionCause.CONSECUTIVE_FAILURES,
                        TransitionCause.OPEN_TIME_OVER,
                        TransitionCause.PROBES_SUCCEEDED);
        assertThat(transitions).extracting(Transition::sequence).containsExactly(1L, 2L, 3L);
    }

    @Test
    void closesOnlyWhenAllProbesHaveSucceeded() {
        CircuitBreaker breaker = halfOpen(b -> b.probes(3));
        List<Permit> probes = List.of(breaker.tryAcquire(), breaker.tryAcquire(), breaker.tryAcquire());
        assertThat(breaker.tryAcquire()).isNull();

        probes.get(0).succeeded(0);
        probes.get(2).succeeded(0);
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(breaker.tryAcquire()).isNull();
        probes.get(1).succeeded(0);

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aFailedProbeOpensAgainForLonger() {
        CircuitBreaker breaker = halfOpen(b -> b.probes(2));
        Permit first = breaker.tryAcquire();
        Permit second = breaker.tryAcquire();

        first.failed(0);
        second.succeeded(0);

        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(breaker.retryAfterNanos()).isEqualTo(Duration.ofSeconds(30).toNanos());
        assertThat(breaker.snapshot().openings()).isEqualTo(2);
    }

    private CircuitBreaker halfOpen(UnaryOperator<CircuitBreakerBuilder> settings) {
        CircuitBreaker breaker = breaker(settings);
        fail(breaker, 5);
        clock.advance(Duration.ofSeconds(15));
        return breaker;
    }

    @Test
    void growsTheOpenTimeUpToItsCap() {
        CircuitBreaker breaker = halfOpen(b -> b.openTime(Duration.ofSeconds(15), Duration.ofSeconds(40)));
        List<Long> seconds = new ArrayList<>();

        for (int i = 0; i < 3; i++) {
            breaker.tryAcquire().failed(0);
            long nanos = breaker.retryAfterNanos();
            seconds.add(nanos / 1_000_000_000);
            clock.advance(Duration.ofNanos(nanos));
        }

        assertThat(seconds).containsExactly(30L, 40L, 40L);
    }

    @Test
    void jitterShortensTheOpenTimeByAtMostItsShare() {
        var random = new Random(7);
        var lengths = new ArrayList<Double>();
        for (int i = 0; i < 1_000; i++) {
            CircuitBreaker breaker = CircuitBreaker.builder().openJitter(0.2).build(clock, random);
            fail(breaker, 5);
            lengths.add(breaker.retryAfterNanos() / 1e9);
        }

        assertThat(lengths).allSatisfy(length -> assertThat(length).isBetween(12.0, 15.0));
        assertThat(lengths).anySatisfy(length -> assertThat(length).isLessThan(12.5));
        assertThat(lengths).anySatisfy(length -> assertThat(length).isGreaterThan(14.5));
    }

    @Test
    void aBreakerThatFlapsKeepsItsGrowth() {
        CircuitBreaker breaker = halfOpen(b -> b);
        breaker.tryAcquire().succeeded(0);

        clock.advanceMillis(29_999);
        fail(breaker, 5);

        assertThat(breaker.snapshot().openings()).isEqualTo(2);
    }

    @Test
    void aBreakerThatStayedClosedForAWholeWindowForgetsItsGrowth() {
        CircuitBreaker breaker = halfOpen(b -> b);
        breaker.tryAcquire().succeeded(0);

        clock.advanceMillis(30_000);
        fail(breaker, 5);

        assertThat(breaker.snapshot().openings()).isEqualTo(1);
    }

    @Test
    void aProbeThatIsGivenBackMakesRoomForAnother() {
        CircuitBreaker breaker = halfOpen(b -> b);

        breaker.tryAcquire().released();
        Permit second = breaker.tryAcquire();

        assertThat(second).isNotNull();
        assertThat(breaker.tryAcquire()).isNull();
    }

    @Test
    void onlyTheFirstAnswerOfAProbeCounts() {
        CircuitBreaker breaker = halfOpen(b -> b.probes(2));
        Permit probe = breaker.tryAcquire();

        probe.succeeded(0);
        probe.succeeded(0);
        probe.released();
        probe.failed(0);

        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(breaker.tryAcquire()).isNotNull();
        assertThat(breaker.tryAcquire()).isNull();
    }

    @Test
    void aProbeWithoutAnAnswerLosesItsPlaceAfterTheExpiry() {
        CircuitBreaker breaker = halfOpen(b -> b);
        Permit lost = breaker.tryAcquire();

        clock.advanceMillis(29_999);
        assertThat(breaker.tryAcquire()).isNull();
        clock.advanceMillis(1);
        Permit second = breaker.tryAcquire();
        assertThat(second.isProbe()).isTrue();
        lost.failed(0);
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        second.succeeded(0);

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(breaker.snapshot().totalExpiredProbes()).isEqualTo(1);
        assertThat(breaker.snapshot().totalLateOutcomes()).isEqualTo(1);
    }

    @Test
    void anExpiredProbeStillCountsWhileNobodyHasTakenItsPlace() {
        CircuitBreaker breaker = halfOpen(b -> b);
        Permit late = breaker.tryAcquire();

        clock.advance(Duration.ofMinutes(10));
        late.succeeded(0);

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void aSlowProbeDoesNotCloseABreakerThatMindsSlowCalls() {
        CircuitBreaker breaker = halfOpen(b -> b.slowCallRate(0.5, Duration.ofSeconds(1)));

        breaker.tryAcquire().succeeded(1_000_000_000);

        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void outcomesOfCallsFromBeforeTheOpeningChangeNothing() {
        CircuitBreaker breaker = breaker(b -> b);
        Permit early = breaker.tryAcquire();
        fail(breaker, 5);
        clock.advance(Duration.ofSeconds(15));
        Permit probe = breaker.tryAcquire();

        early.failed(0);
        early.succeeded(0);
        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        probe.succeeded(0);
        for (int i = 0; i < 100; i++) {
            early.failed(0);
        }

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(breaker.snapshot().totalLateOutcomes()).isEqualTo(102);
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
    void forcedOpenRefusesWhateverTheOutcomes() {
        CircuitBreaker breaker = breaker(b -> b);
        Permit early = breaker.tryAcquire();

        breaker.mode(BreakerMode.FORCED_OPEN);
        early.succeeded(0);
        breaker.reportHealthy();
        clock.advance(Duration.ofDays(1));

        assertThat(breaker.tryAcquire()).isNull();
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(breaker.retryAfterNanos()).isEqualTo(-1);
        assertThat(new BreakerOpenException(breaker)).hasMessageContaining("'orders' is forced open");
    }

    @Test
    void forcedClosedNeverOpens() {
        CircuitBreaker breaker = breaker(b -> b);
        fail(breaker, 5);

        breaker.mode(BreakerMode.FORCED_CLOSED);
        fail(breaker, 100);
        breaker.reportDown();

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(breaker.snapshot().failures()).isEqualTo(100);
    }

    @Test
    void backInAutomaticModeItStartsAnew() {
        CircuitBreaker breaker = breaker(b -> b);
        breaker.mode(BreakerMode.FORCED_CLOSED);
        fail(breaker, 100);

        breaker.mode(BreakerMode.AUTOMATIC);
        fail(breaker, 4);

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
        assertThat(causes()).containsExactly(TransitionCause.MODE_CHANGED, TransitionCause.MODE_CHANGED);
    }

    @Test
    void metricsOnlyTellsButNeverRefuses() {
        CircuitBreaker breaker = breaker(b -> b.mode(BreakerMode.METRICS_ONLY));

        fail(breaker, 5);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        Permit ungated = breaker.tryAcquire();
        assertThat(ungated).isNotNull();
        assertThat(breaker.snapshot().totalRejected()).isEqualTo(1);
        ungated.succeeded(0);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        clock.advance(Duration.ofSeconds(15));
        Permit probe = breaker.tryAcquire();
        assertThat(probe.isProbe()).isTrue();
        assertThat(breaker.tryAcquire().isProbe()).isFalse();
        probe.succeeded(0);

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void fromMetricsOnlyToAutomaticItKeepsItsState() {
        CircuitBreaker breaker = breaker(b -> b.mode(BreakerMode.METRICS_ONLY));
        fail(breaker, 5);

        breaker.mode(BreakerMode.AUTOMATIC);

        assertThat(breaker.tryAcquire()).isNull();
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
    void theExceptionSaysHowManyProbesAreUnderWay() {
        CircuitBreaker breaker = halfOpen(b -> b.probes(2));
        breaker.tryAcquire();
        breaker.tryAcquire();

        assertThat(new BreakerOpenException(breaker))
                .hasMessage("Call refused, not made: circuit breaker 'orders' is half-open with 2 probes under way"
                        + " (probes allowed: 2)");
    }

    @Test
    void refusesSettingsOutOfRangeByName() {
        assertThatThrownBy(() -> CircuitBreaker.builder().failureRate(1.5).toConfig())
                .hasMessage("failureRate is 1.5, allowed is 0.0 to 1.0");
        assertThatThrownBy(
                        () -> CircuitBreaker.builder().failureRate(Double.NaN).toConfig())
                .hasMessage("failureRate is NaN, allowed is 0.0 to 1.0");
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
