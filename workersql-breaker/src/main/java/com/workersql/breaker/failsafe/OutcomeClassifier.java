// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.failsafe;

import com.workersql.breaker.FailureClass;

/**
 * Says what an outcome means for the breaker.
 *
 * @param <R> type of the result
 */
@FunctionalInterface
public interface OutcomeClassifier<R> {
    /**
     * Classifies an outcome. Called on the thread that completes the call; must not block or throw.
     *
     * @param result what the call gave, or null
     * @param exception what it threw, or null if it gave a result
     * @return not null
     */
    FailureClass classify(R result, Throwable exception);
}
