// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.failsafe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.breaker.BreakerOpenException;
import com.workersql.breaker.BreakerState;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.FailureClass;
import com.workersql.breaker.FakeClock;
import dev.failsafe.AsyncExecution;
import dev.failsafe.Call;
import dev.failsafe.Failsafe;
import dev.failsafe.Fallback;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import dev.failsafe.TimeoutExceededException;
import java.io.IOException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BreakerPolicyTest {
    private final FakeClock clock = new FakeClock();
    private final CircuitBreaker breaker = CircuitBreaker.builder()
            .name("db1")
            .consecutiveFailures(3)
            .openJitter(0)
            .build(clock, new Random(1));
    private final BreakerPolicy<String> policy = BreakerPolicy.of(breaker);

    private void halfOpen() {
        breaker.reportDown();
        clock.advance(Duration.ofSeconds(15));
    }

    @Test
    void countsExceptionsAndRefusesWithoutCalling() {
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> Failsafe.with(policy).get(() -> {
                        throw new IOException("reset");
                    }))
                    .hasCauseInstanceOf(IOException.class);
        }
        var calls = new AtomicInteger();

        assertThatThrownBy(() -> Failsafe.with(policy).get(() -> "row " + calls.incrementAndGet()))
                .isInstanceOf(BreakerOpenException.class)
                .hasMessageContaining("'db1' is open");
        assertThat(calls).hasValue(0);
    }

    @Test
    void measuresTheDurationByTheBreakersClock() {
        CircuitBreaker mindsSlowCalls = CircuitBreaker.builder()
                .slowCallRate(1, Duration.ofSeconds(1))
                .minimumCalls(1)
                .build(clock, new Random(1));

        Failsafe.with(BreakerPolicy.<String>of(mindsSlowCalls)).get(() -> {
            clock.advance(Duration.ofSeconds(2));
            return "late";
        });

        assertThat(mindsSlowCalls.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void theClassifierDecidesWhatCounts() {
        BreakerPolicy<String> lenient = BreakerPolicy.<String>builder(breaker)
                .classifier((result, exception) -> FailureClass.NEUTRAL)
                .build();

        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> Failsafe.with(lenient).get(() -> {
                        throw new IllegalStateException("duplicate key");
                    }))
                    .isInstanceOf(IllegalStateException.class);
        }

        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void eachAttemptOfARetryPolicyIsACall() {
        RetryPolicy<String> retry = RetryPolicy.<String>builder()
                .withMaxAttempts(10)
                .abortOn(BreakerOpenException.class)
                .build();
        var calls = new AtomicInteger();

        assertThatThrownBy(() -> Failsafe.with(retry, policy).get(() -> {
                    calls.incrementAndGet();
                    throw new IOException("reset");
                }))
                .isInstanceOf(BreakerOpenException.class);

        assertThat(calls).hasValue(3);
    }

    @Test
    void aFallbackOutsideAnswersForAnOpenBreaker() {
        breaker.reportDown();

        String answer = Failsafe.with(Fallback.of("stale"), policy).get(() -> "fresh");

        assertThat(answer).isEqualTo("stale");
    }

    @Test
    void aTimeoutInsideCountsAsAFailure() {
        halfOpen();
        Timeout<String> timeout =
                Timeout.<String>builder(Duration.ofMillis(20)).withInterrupt().build();

        assertThatThrownBy(() -> Failsafe.with(policy, timeout).get(BreakerPolicyTest::waitForInterrupt))
                .isInstanceOf(TimeoutExceededException.class);

        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aTimeoutOutsideCountsJustTheSame() {
        halfOpen();
        Timeout<String> timeout =
                Timeout.<String>builder(Duration.ofMillis(20)).withInterrupt().build();

        assertThatThrownBy(() -> Failsafe.with(timeout, policy).get(BreakerPolicyTest::waitForInterrupt))
                .isInstanceOf(TimeoutExceededException.class);

        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    @Test
    void aTimeoutOutsideOfAnAsynchronousCallCountsJustTheSame() {
        halfOpen();
        Timeout<String> timeout = Timeout.of(Duration.ofMillis(20));

        CompletableFuture<String> future =
                Failsafe.with(timeout, policy).getStageAsync(() -> new CompletableFuture<String>());

        assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(TimeoutExceededException.class);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
    }

    private static String waitForInterrupt() throws InterruptedException {
        new CountDownLatch(1).await();
        return "never";
    }

    @Test
    void aCancelledCallGivesItsPermitBack() throws Exception {
        halfOpen();
        var started = new CountDownLatch(1);
        var ended = new CompletableFuture<Throwable>();
        var created = new CompletableFuture<Call<String>>();
        // Failsafe interrupts the thread that made the call object, so that is made where it is executed.
        var thread = new Thread(() -> {
            Call<String> call = Failsafe.with(policy).newCall(context -> {
                started.countDown();
                return waitForInterrupt();
            });
            created.complete(call);
            try {
                call.execute();
                ended.complete(null);
            } catch (RuntimeException e) {
                ended.complete(e);
            }
        });
        thread.start();
        started.await();

        created.get().cancel(true);
        assertThat(ended.get(10, TimeUnit.SECONDS)).isNotNull();

        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(breaker.tryAcquire().isProbe()).isTrue();
    }

    @Test
    void aCancelledFutureGivesItsPermitBack() {
        halfOpen();
        CompletableFuture<String> future = Failsafe.with(policy).getStageAsync(() -> new CompletableFuture<String>());
        assertThat(breaker.tryAcquire()).isNull();

        future.cancel(true);

        assertThat(breaker.state()).isEqualTo(BreakerState.HALF_OPEN);
        assertThat(breaker.tryAcquire().isProbe()).isTrue();
    }

    @Test
    void aStageThatSucceedsClosesTheBreaker() throws Exception {
        halfOpen();
        var stage = new CompletableFuture<String>();
        CompletableFuture<String> future = Failsafe.with(policy).getStageAsync(() -> stage);

        stage.complete("row");

        assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo("row");
        assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
    }

    @Test
    void anAsynchronousExecutionThatIsRecordedLaterIsCountedOnce() throws Exception {
        halfOpen();

        var started = new CompletableFuture<AsyncExecution<String>>();
        CompletableFuture<String> future = Failsafe.with(policy).getAsyncExecution(started::complete);
        started.get(10, TimeUnit.SECONDS).recordException(new IOException("reset"));

        assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(IOException.class);
        assertThat(breaker.state()).isEqualTo(BreakerState.OPEN);
        assertThat(breaker.snapshot().openings()).isEqualTo(2);
    }

    @Test
    void asynchronousRetriesAskTheBreakerEachTime() {
        RetryPolicy<String> retry = RetryPolicy.<String>builder()
                .withMaxAttempts(10)
                .withDelay(Duration.ofMillis(1))
                .abortOn(BreakerOpenException.class)
                .build();
        var calls = new AtomicInteger();

        CompletableFuture<String> future = Failsafe.with(retry, policy).getStageAsync(() -> {
            calls.incrementAndGet();
            return CompletableFuture.failedFuture(new IOException("reset"));
        });

        assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(BreakerOpenException.class);
        assertThat(calls).hasValue(3);
    }

    @Test
    void listenersOfThePolicyHearOfSuccessAndFailure() {
        var heard = new StringBuilder();
        BreakerPolicy<String> listened = BreakerPolicy.<String>builder(breaker)
                .onSuccess(event -> heard.append('+'))
                .onFailure(event -> heard.append('-'))
                .build();

        Failsafe.with(listened).get(() -> "row");
        assertThatThrownBy(() -> Failsafe.with(listened).get(() -> {
            throw new IOException("reset");
        }));

        assertThat(heard).hasToString("+-");
    }
}
