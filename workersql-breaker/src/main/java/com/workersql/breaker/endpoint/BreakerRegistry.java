// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker.endpoint;

import com.workersql.breaker.CircuitBreaker;
import com.workersql.breaker.CircuitBreakerBuilder;
import com.workersql.breaker.CircuitBreakerConfig;
import com.workersql.breaker.OpeningGuard;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongSupplier;

/**
 * The gates of all endpoints, one pair for each endpoint and role. Safe for use by any number of threads. Holds what it
 * was asked for until {@link #remove}: ask for names of the configuration, not of clients.
 */
public final class BreakerRegistry {
    private final BreakerRegistryConfig config;
    private final LongSupplier nanoClock;
    private final Random random;
    private final List<GateListener> listeners;
    private final ConcurrentMap<EndpointKey, Entry> entries = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, EjectionGroup> replicasOfShards = new ConcurrentHashMap<>();

    private record Entry(EndpointGates gates, EjectionGroup group) {}

    BreakerRegistry(BreakerRegistryConfig config, LongSupplier nanoClock, Random random, List<GateListener> listeners) {
        this.config = config;
        this.nanoClock = nanoClock;
        this.random = random;
        this.listeners = List.copyOf(listeners);
    }

    /**
     * Starts with all defaults.
     *
     * @return a new builder
     */
    public static BreakerRegistryBuilder builder() {
        return new BreakerRegistryBuilder();
    }

    /**
     * What this registry goes by.
     *
     * @return not null
     */
    public BreakerRegistryConfig config() {
        return config;
    }

    /**
     * The gates of a primary, made on the first call.
     *
     * @param endpoint its name, not null
     * @return the same object for the same name until it is removed
     */
    public EndpointGates primary(String endpoint) {
        return entries.computeIfAbsent(
                        new EndpointKey(endpoint, Role.PRIMARY),
                        key -> new Entry(new EndpointGates(key, config, this::createBreaker, null), null))
                .gates();
    }

    /**
     * The gates of a replica, made on the first call. Together the replicas of a shard never have more than
     * {@link BreakerRegistryConfig#maxEjectedReplicaShare()} of them ejected.
     *
     * @param shard whose replica it is, not null; the first call for an endpoint decides
     * @param endpoint its name, not null
     * @return the same object for the same name until it is removed
     */
    public EndpointGates replica(String shard, String endpoint) {
        Objects.requireNonNull(shard, "shard");
        return entries.computeIfAbsent(new EndpointKey(endpoint, Role.REPLICA), key -> createReplica(shard, key))
                .gates();
    }

    private Entry createReplica(String shard, EndpointKey key) {
        EjectionGroup group =
                replicasOfShards.computeIfAbsent(shard, name -> new EjectionGroup(config.maxEjectedReplicaShare()));
        var gates = new EndpointGates(key, config, this::createBreaker, group);
        group.add(gates);
        return new Entry(gates, group);
    }

    private CircuitBreaker createBreaker(
            EndpointKey key, Gate gate, CircuitBreakerConfig breakerConfig, OpeningGuard guard) {
        CircuitBreakerBuilder builder = CircuitBreaker.builder(breakerConfig)
                .name(key + ", " + gate.name().toLowerCase(Locale.ROOT) + " gate")
                .openingGuard(guard);
        for (GateListener listener : listeners) {
            builder.listener(transition -> listener.onTransition(key, gate, transition));
        }
        return builder.build(nanoClock, random);
    }

    /**
     * The gates of an endpoint in a role, if they were made.
     *
     * @param key not null
     * @return empty if nobody has asked for them yet
     */
    public Optional<EndpointGates> find(EndpointKey key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::gates);
    }

    /**
     * Forgets an endpoint in a role. Whoever still holds its gates may go on using them.
     *
     * @param key not null
     */
    public void remove(EndpointKey key) {
        Entry removed = entries.remove(key);
        if (removed != null && removed.group() != null) {
            removed.group().remove(removed.gates());
        }
    }

    /**
     * All gates, in no particular order.
     *
     * @return a copy, never null
     */
    public Collection<EndpointGates> all() {
        return entries.values().stream().map(Entry::gates).toList();
    }
}
