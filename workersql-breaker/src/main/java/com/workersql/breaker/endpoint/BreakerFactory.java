// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.CircuitBreakerConfig;
import com.workersql.breaker.OpeningGuard;

/** Makes a gate's breaker with the registry's clock, random source and listeners. */
@FunctionalInterface
interface BreakerFactory {
    CircuitBreaker create(EndpointKey key, Gate gate, CircuitBreakerConfig config, OpeningGuard guard);
}
