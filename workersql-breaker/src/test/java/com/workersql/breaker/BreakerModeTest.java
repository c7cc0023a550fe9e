// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A breaker that an operator forces, or that only tells. */
class BreakerModeTest extends BreakerFixture {
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
}
