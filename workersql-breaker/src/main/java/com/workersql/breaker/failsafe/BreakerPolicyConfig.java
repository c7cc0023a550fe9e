// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.failsafe;

import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.FailureClass;
import dev.failsafe.PolicyConfig;
import java.util.concurrent.CancellationException;

/**
 * What a {@link BreakerPolicy} goes by.
 *
 * @param <R> type of the result
 */
public final class BreakerPolicyConfig<R> extends PolicyConfig<R> {
    private final CircuitBreaker breaker;
    private OutcomeClassifier<R> classifier = BreakerPolicyConfig::classifyByDefault;

    BreakerPolicyConfig(CircuitBreaker breaker) {
        this.breaker = breaker;
    }

    BreakerPolicyConfig(BreakerPolicyConfig<R> config) {
        super(config);
        this.breaker = config.breaker;
        this.classifier = config.classifier;
    }

    /**
     * The breaker that is asked and told.
     *
     * @return not null
     */
    public CircuitBreaker getBreaker() {
        return breaker;
    }

    /**
     * Says what outcomes mean.
     *
     * @return not null
     */
    public OutcomeClassifier<R> getClassifier() {
        return classifier;
    }

    void setClassifier(OutcomeClassifier<R> classifier) {
        this.classifier = classifier;
    }

    private static <R> FailureClass classifyByDefault(R result, Throwable exception) {
        if (exception == null) {
            return FailureClass.NEUTRAL;
        }
        return exception instanceof CancellationException || exception instanceof InterruptedException
                ? FailureClass.CALLER
                : FailureClass.CALL_FAILURE;
    }
}
