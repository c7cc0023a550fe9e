// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.failsafe;

import com.workersql.breaker.CircuitBreaker;
import dev.failsafe.Policy;
import dev.failsafe.spi.PolicyExecutor;
import java.util.Objects;

/**
 * A {@link CircuitBreaker} for use with {@code Failsafe.with(...)}.
 *
 * <p>A call that the breaker refuses ends with {@link com.workersql.breaker.BreakerOpenException}; tell a retry policy
 * outside of this one to abort on it, or to wait longer. Put a {@code Timeout} inside of this policy and its
 * {@code TimeoutExceededException} is an outcome like any other; outside of this policy it counts just the same. A call
 * that is cancelled, by its {@code Call} or its future, gives its permit back.
 *
 * <p>Immutable and safe for use by any number of threads; one breaker may be behind several policies and be used without
 * Failsafe at the same time.
 *
 * @param <R> type of the result
 */
public final class BreakerPolicy<R> implements Policy<R> {
    private final BreakerPolicyConfig<R> config;

    BreakerPolicy(BreakerPolicyConfig<R> config) {
        this.config = config;
    }

    /**
     * A policy with all defaults.
     *
     * @param <R> type of the result
     * @param breaker to ask and to tell, not null
     * @return a new policy
     */
    public static <R> BreakerPolicy<R> of(CircuitBreaker breaker) {
        return BreakerPolicy.<R>builder(breaker).build();
    }

    /**
     * Starts with all defaults.
     *
     * @param <R> type of the result
     * @param breaker to ask and to tell, not null
     * @return a new builder
     */
    public static <R> BreakerPolicyBuilder<R> builder(CircuitBreaker breaker) {
        return new BreakerPolicyBuilder<>(Objects.requireNonNull(breaker, "breaker"));
    }

    @Override
    public BreakerPolicyConfig<R> getConfig() {
        return config;
    }

    /**
     * For Failsafe: carries the policy out for one execution.
     *
     * @param policyIndex place among the policies, innermost first
     * @return a new executor
     */
    @Override
    public PolicyExecutor<R> toExecutor(int policyIndex) {
        return new BreakerPolicyExecutor<>(this, policyIndex);
    }
}
