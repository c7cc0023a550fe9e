// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

import com.workersql.breaker.CircuitBreakerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.LongSupplier;

/** Makes a {@link BreakerRegistry}. Not safe for use by several threads at once. */
public final class BreakerRegistryBuilder {
    private CircuitBreakerConfig connect = CircuitBreakerConfig.defaults();
    private CircuitBreakerConfig call = CircuitBreakerConfig.defaults();
    private double maxEjectedReplicaShare = 0.5;
    private final List<GateListener> listeners = new ArrayList<>();

    BreakerRegistryBuilder() {}

    /**
     * How connect gates behave. Default {@link CircuitBreakerConfig#defaults()}.
     *
     * @param config not null
     * @return this
     */
    public BreakerRegistryBuilder connect(CircuitBreakerConfig config) {
        this.connect = Objects.requireNonNull(config, "config");
        return this;
    }

    /**
     * How call gates behave. Default {@link CircuitBreakerConfig#defaults()}.
     *
     * @param config not null
     * @return this
     */
    public BreakerRegistryBuilder call(CircuitBreakerConfig config) {
        this.call = Objects.requireNonNull(config, "config");
        return this;
    }

    /**
     * Which share of a shard's replicas may be ejected at once, rounded down, but at least one. Default 0.5, range 0
     * (none ever) to 1.
     *
     * @param share of the replicas
     * @return this
     */
    public BreakerRegistryBuilder maxEjectedReplicaShare(double share) {
        this.maxEjectedReplicaShare = share;
        return this;
    }

    /**
     * Adds a listener to all gates. Default none.
     *
     * @param listener not null
     * @return this
     */
    public BreakerRegistryBuilder listener(GateListener listener) {
        this.listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * The configuration so far, without listeners.
     *
     * @return a configuration
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public BreakerRegistryConfig toConfig() {
        return new BreakerRegistryConfig(connect, call, maxEjectedReplicaShare);
    }

    /**
     * Makes a registry.
     *
     * @param nanoClock gives a time in nanoseconds that never goes back, as {@code System::nanoTime}; called by many
     *     threads
     * @param random source of the jitter; safe for use by many threads, as {@link Random} itself is
     * @return a new, empty registry
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public BreakerRegistry build(LongSupplier nanoClock, Random random) {
        return new BreakerRegistry(
                toConfig(),
                Objects.requireNonNull(nanoClock, "nanoClock"),
                Objects.requireNonNull(random, "random"),
                listeners);
    }
}
