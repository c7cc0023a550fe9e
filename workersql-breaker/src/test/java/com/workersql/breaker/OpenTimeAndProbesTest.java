// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How long a breaker stays open, and what its probes do when that time is over. */
class OpenTimeAndProbesTest extends BreakerFixture {
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
    void theExceptionSaysHowManyProbesAreUnderWay() {
        CircuitBreaker breaker = halfOpen(b -> b.probes(2));
        breaker.tryAcquire();
        breaker.tryAcquire();

        assertThat(new BreakerOpenException(breaker))
                .hasMessage("Call refused, not made: circuit breaker 'orders' is half-open with 2 probes under way"
                        + " (probes allowed: 2)");
    }
}
