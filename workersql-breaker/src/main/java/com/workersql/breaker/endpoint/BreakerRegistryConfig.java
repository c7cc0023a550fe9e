// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

import com.workersql.breaker.CircuitBreakerConfig;
import java.util.Objects;

/**
 * What a {@link BreakerRegistry} goes by. Made by {@link BreakerRegistryBuilder}, whose methods state defaults.
 *
 * @param connect for the connect gates, not null
 * @param call for the call gates, not null
 * @param maxEjectedReplicaShare which share of a shard's replicas may be ejected at once, 0 to 1
 */
public record BreakerRegistryConfig(
        CircuitBreakerConfig connect, CircuitBreakerConfig call, double maxEjectedReplicaShare) {
    /**
     * Checks each setting.
     *
     * @throws IllegalArgumentException if {@code maxEjectedReplicaShare} is out of its range
     */
    public BreakerRegistryConfig {
        Objects.requireNonNull(connect, "connect");
        Objects.requireNonNull(call, "call");
        if (!(maxEjectedReplicaShare >= 0 && maxEjectedReplicaShare <= 1)) {
            throw new IllegalArgumentException(
                    "maxEjectedReplicaShare is " + maxEjectedReplicaShare + ", allowed is 0 to 1");
        }
    }
}
