// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.failsafe;

import com.workersql.breaker.BreakerOpenException;
import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.FailureClass;
import com.workersql.breaker.Permit;
import dev.failsafe.ExecutionContext;
import dev.failsafe.TimeoutExceededException;
import dev.failsafe.spi.ExecutionInternal;
import dev.failsafe.spi.ExecutionResult;
import dev.failsafe.spi.FailsafeFuture;
import dev.failsafe.spi.PolicyExecutor;
import dev.failsafe.spi.Scheduler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One execution, that is all attempts of one call. Attempts follow each other, so there is one permit at a time;
 * whoever takes it out of {@code attempt} answers it, be it the outcome, a time-out of an outer policy or a cancellation.
 */
final class BreakerPolicyExecutor<R> extends PolicyExecutor<R> {
    private final CircuitBreaker breaker;
    private final OutcomeClassifier<R> classifier;
    private final AtomicReference<Attempt> attempt = new AtomicReference<>();

    private record Attempt(Permit permit, long startedAtNanos) {}

    BreakerPolicyExecutor(BreakerPolicy<R> policy, int policyIndex) {
        super(policy, policyIndex);
        this.breaker = policy.getConfig().getBreaker();
        this.classifier = policy.getConfig().getClassifier();
    }

    @Override
    protected ExecutionResult<R> preExecute() {
        Permit permit = breaker.tryAcquire();
        if (permit == null) {
            return ExecutionResult.exception(new BreakerOpenException(breaker));
        }
        attempt.set(new Attempt(permit, breaker.nowNanos()));
        return null;
    }

    @Override
    protected CompletableFuture<ExecutionResult<R>> preExecuteAsync(Scheduler scheduler, FailsafeFuture<R> future) {
        // The future's own lock orders this against its cancellation: one of the two sees the other.
        synchronized (future) {
            if (future.isDone()) {
                return ExecutionResult.nullFuture();
            }
            ExecutionResult<R> refusal = preExecute();
            if (refusal != null) {
                return CompletableFuture.completedFuture(refusal);
            }
            future.setCancelFn(this, (mayInterrupt, cancelResult) -> answerCancelled(cancelResult));
            return null;
        }
    }

    @Override
    public ExecutionResult<R> postExecute(ExecutionInternal<R> execution, ExecutionResult<R> result) {
        // An outer policy or the caller gave up on this attempt: what it came to afterwards is not the outcome.
        if (execution.isCancelled(this)) {
            answerCancelled(execution.getResult());
        }
        return super.postExecute(execution, result);
    }

    @Override
    protected boolean isFailure(ExecutionResult<R> result) {
        return !result.isNonResult() && isFailure(classify(result));
    }

    private static boolean isFailure(FailureClass outcome) {
        return switch (outcome) {
            case CONNECT_FAILURE, CALL_FAILURE, CALL_FAILURE_IF_CONNECT_FAILS -> true;
            case NEUTRAL, ROLE_CHANGE, SLOW, CALLER -> false;
        };
    }

    @Override
    protected void onSuccess(ExecutionResult<R> result) {
        answer(classify(result));
    }

    @Override
    protected ExecutionResult<R> onFailure(ExecutionContext<R> context, ExecutionResult<R> result) {
        answer(classify(result));
        return result;
    }

    private FailureClass classify(ExecutionResult<R> result) {
        return classifier.classify(result.getResult(), result.getException());
    }

    private void answerCancelled(ExecutionResult<R> cancelResult) {
        boolean isTimeout = cancelResult != null && cancelResult.getException() instanceof TimeoutExceededException;
        answer(isTimeout ? classify(cancelResult) : FailureClass.CALLER);
    }

    private void answer(FailureClass outcome) {
        Attempt answered = attempt.getAndSet(null);
        if (answered != null) {
            answered.permit().finish(outcome, breaker.nowNanos() - answered.startedAtNanos());
        }
    }
}
