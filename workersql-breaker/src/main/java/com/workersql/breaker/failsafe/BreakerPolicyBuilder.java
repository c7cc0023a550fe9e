// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.failsafe;

import com.workersql.breaker.CircuitBreaker;
import dev.failsafe.PolicyBuilder;
import java.util.Objects;

/**
 * Makes a {@link BreakerPolicy}. Not safe for use by several threads at once.
 *
 * @param <R> type of the result
 */
public final class BreakerPolicyBuilder<R> extends PolicyBuilder<BreakerPolicyBuilder<R>, BreakerPolicyConfig<R>, R> {
    BreakerPolicyBuilder(CircuitBreaker breaker) {
        super(new BreakerPolicyConfig<>(breaker));
    }

    /**
     * Says what outcomes mean for the breaker. Default: a result is {@code NEUTRAL}, a {@code CancellationException} or
     * {@code InterruptedException} is the {@code CALLER}'s, any other exception is a {@code CALL_FAILURE}.
     *
     * @param classifier not null
     * @return this
     */
    public BreakerPolicyBuilder<R> classifier(OutcomeClassifier<R> classifier) {
        config.setClassifier(Objects.requireNonNull(classifier, "classifier"));
        return this;
    }

    /**
     * Makes the policy.
     *
     * @return a new policy
     */
    public BreakerPolicy<R> build() {
        return new BreakerPolicy<>(new BreakerPolicyConfig<>(config));
    }
}
