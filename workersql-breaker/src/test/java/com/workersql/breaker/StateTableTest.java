// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every state and mode against every event: one failure trips, one probe decides. */
class StateTableTest {
    private final FakeClock clock = new FakeClock();
    private final CircuitBreaker breaker = CircuitBreaker.builder()
            .consecutiveFailures(1)
            .openJitter(0)
            .slowCallRate(1, Duration.ofSeconds(1))
            .minimumCalls(1)
            .build(clock, new Random(1));

    @ParameterizedTest(name = "{0} --{1}--> {2}, call allowed: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            closed          | nothing      | CLOSED    | yes
            closed          | success      | CLOSED    | yes
            closed          | slow success | OPEN      | no
            closed          | timeout      | OPEN      | no
            closed          | failure      | OPEN      | no
            closed          | release      | CLOSED    | yes
            closed          | outside      | OPEN      | no
            closed          | down         | OPEN      | no
            closed          | healthy      | CLOSED    | yes
            closed          | time         | CLOSED    | yes
            open            | nothing      | OPEN      | no
            open            | outside      | OPEN      | no
            open            | down         | OPEN      | no
            open            | healthy      | CLOSED    | yes
            open            | time         | OPEN      | probe
            half-open       | nothing      | HALF_OPEN | no
            half-open       | success      | CLOSED    | yes
            half-open       | slow success | OPEN      | no
            half-open       | timeout      | OPEN      | no
            half-open       | failure      | OPEN      | no
            half-open       | release      | HALF_OPEN | probe
            half-open       | outside      | OPEN      | no
            half-open       | down         | OPEN      | no
            half-open       | healthy      | CLOSED    | yes
            half-open       | time         | HALF_OPEN | no
            half-open       | long time    | HALF_OPEN | probe
            forced open     | nothing      | OPEN      | no
            forced open     | outside      | OPEN      | no
            forced open     | down         | OPEN      | no
            forced open     | healthy      | OPEN      | no
            forced open     | long time    | OPEN      | no
            forced open     | automatic    | CLOSED    | yes
            forced closed   | success      | CLOSED    | yes
            forced closed   | timeout      | CLOSED    | yes
            forced closed   | failure      | CLOSED    | yes
            forced closed   | outside      | CLOSED    | yes
            forced closed   | down         | CLOSED    | yes
            forced closed   | automatic    | CLOSED    | yes
            metrics, open   | nothing      | OPEN      | yes
            metrics, open   | success      | OPEN      | yes
            metrics, open   | failure      | OPEN      | yes
            metrics, open   | healthy      | CLOSED    | yes
            metrics, open   | time         | OPEN      | probe
            metrics, open   | automatic    | OPEN      | no
            metrics, closed | failure      | OPEN      | yes
            metrics, closed | automatic    | CLOSED    | yes
            """)
    void followsTheTable(String state, String event, BreakerState next, String callAllowed) {
        Permit permit = enter(state);

        happen(event, permit);

        assertThat(breaker.state()).isEqualTo(next);
        assertThat(breaker.wouldAdmit()).isEqualTo(!"no".equals(callAllowed));
        assertThat(describe(breaker.tryAcquire())).isEqualTo(callAllowed);
    }

    private Permit enter(String state) {
        return switch (state) {
            case "closed" -> breaker.tryAcquire();
            case "open" -> open();
            case "half-open" -> {
                open();
                clock.advance(Duration.ofSeconds(15));
                yield breaker.tryAcquire();
            }
            case "forced open" -> force(BreakerMode.FORCED_OPEN);
            case "forced closed" -> {
                open();
                yield force(BreakerMode.FORCED_CLOSED);
            }
            case "metrics, closed" -> force(BreakerMode.METRICS_ONLY);
            case "metrics, open" -> {
                open();
                yield force(BreakerMode.METRICS_ONLY);
            }
            default -> throw new IllegalArgumentException(state);
        };
    }

    private Permit open() {
        breaker.tryAcquire().failed(0);
        return null;
    }

    private Permit force(BreakerMode mode) {
        breaker.mode(mode);
        return breaker.tryAcquire();
    }

    private void happen(String event, Permit permit) {
        switch (event) {
            case "nothing" -> {}
            case "success" -> permit.succeeded(999_999_999);
            case "slow success" -> permit.succeeded(1_000_000_000);
            case "timeout" -> permit.timedOut();
            case "failure" -> permit.failed(0);
            case "release" -> permit.released();
            case "outside" -> breaker.recordFailure();
            case "down" -> breaker.reportDown();
            case "healthy" -> breaker.reportHealthy();
            case "time" -> clock.advance(Duration.ofSeconds(15));
            case "long time" -> clock.advance(Duration.ofSeconds(30));
            case "automatic" -> breaker.mode(BreakerMode.AUTOMATIC);
            default -> throw new IllegalArgumentException(event);
        }
    }

    private static String describe(Permit permit) {
        if (permit == null) {
            return "no";
        }
        return permit.isProbe() ? "probe" : "yes";
    }
}
