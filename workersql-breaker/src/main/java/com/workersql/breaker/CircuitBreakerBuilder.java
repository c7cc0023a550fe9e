// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.LongSupplier;

/**
 * Makes a {@link CircuitBreaker} or its {@link CircuitBreakerConfig}. Not safe for use by several threads at once. Ranges
 * are checked when the configuration is made.
 */
public final class CircuitBreakerBuilder {
    private int consecutiveFailures = 5;
    private double failureRate = 0.5;
    private double slowCallRate;
    private Duration slowCall = Duration.ofSeconds(10);
    private int minimumCalls = 20;
    private Duration window = Duration.ofSeconds(30);
    private Duration openTime = Duration.ofSeconds(15);
    private double openGrowth = 2;
    private Duration maxOpenTime = Duration.ofMinutes(2);
    private double openJitter = 0.1;
    private int probes = 1;
    private Duration probeExpiry = Duration.ofSeconds(30);
    private BreakerMode mode = BreakerMode.AUTOMATIC;
    private String name = "breaker";
    private final List<BreakerListener> listeners = new ArrayList<>();
    private OpeningGuard openingGuard = opening -> {
        opening.run();
        return true;
    };

    CircuitBreakerBuilder() {}

    CircuitBreakerBuilder(CircuitBreakerConfig config) {
        consecutiveFailures = config.consecutiveFailures();
        failureRate = config.failureRate();
        slowCallRate = config.slowCallRate();
        slowCall = Duration.ofNanos(config.slowCallNanos());
        minimumCalls = config.minimumCalls();
        window = Duration.ofNanos(config.windowNanos());
        openTime = Duration.ofNanos(config.openNanos());
        openGrowth = config.openGrowth();
        maxOpenTime = Duration.ofNanos(config.maxOpenNanos());
        openJitter = config.openJitter();
        probes = config.probes();
        probeExpiry = Duration.ofNanos(config.probeExpiryNanos());
        mode = config.mode();
    }

    /**
     * How many failures in a row open the breaker, whatever the window holds. Default 5, range 0 to 1000000, 0 turns
     * the rule off.
     *
     * @param count number of failures
     * @return this
     */
    public CircuitBreakerBuilder consecutiveFailures(int count) {
        this.consecutiveFailures = count;
        return this;
    }

    /**
     * Which share of failed calls in the window opens the breaker, once the window holds {@code minimumCalls}. Default
     * 0.5, range 0 to 1, 0 turns the rule off. Checked when a call fails or is slow.
     *
     * @param rate failed calls divided by calls
     * @return this
     */
    public CircuitBreakerBuilder failureRate(double rate) {
        this.failureRate = rate;
        return this;
    }

    /**
     * Which share of slow calls in the window opens the breaker, once the window holds {@code minimumCalls}, and what is
     * slow. With the rule on, a slow probe counts as a failed one. Default 0 (off) and 10 seconds; range 0 to 1 and 1
     * nanosecond to 1 hour.
     *
     * @param rate slow calls divided by calls
     * @param slowCall a call that took at least as long is slow
     * @return this
     */
    public CircuitBreakerBuilder slowCallRate(double rate, Duration slowCall) {
        this.slowCallRate = rate;
        this.slowCall = Objects.requireNonNull(slowCall, "slowCall");
        return this;
    }

    /**
     * How many calls the window must hold before a rate means anything. Default 20, range 1 to 1000000.
     *
     * @param count number of calls
     * @return this
     */
    public CircuitBreakerBuilder minimumCalls(int count) {
        this.minimumCalls = count;
        return this;
    }

    /**
     * How far back the rates look. The window moves on by tenths of its length. A breaker that has stayed closed for a
     * whole window forgets its earlier openings. Default 30 seconds, range 1 second to 1 hour.
     *
     * @param length of the window
     * @return this
     */
    public CircuitBreakerBuilder window(Duration length) {
        this.window = Objects.requireNonNull(length, "window");
        return this;
    }

    /**
     * How long the first opening lasts and what an opening lasts at most. Default 15 seconds and 2 minutes; range 1
     * millisecond to 1 hour, and from the first up to 24 hours.
     *
     * @param first without growth
     * @param max cap of the growth
     * @return this
     */
    public CircuitBreakerBuilder openTime(Duration first, Duration max) {
        this.openTime = Objects.requireNonNull(first, "openTime");
        this.maxOpenTime = Objects.requireNonNull(max, "maxOpenTime");
        return this;
    }

    /**
     * The factor by which each further opening in a row lasts longer. Default 2, range 1 (constant) to 10.
     *
     * @param factor of the growth
     * @return this
     */
    public CircuitBreakerBuilder openGrowth(double factor) {
        this.openGrowth = factor;
        return this;
    }

    /**
     * Which share of an open time chance may take away, so that many gateways do not send their probes in step. Default
     * 0.1, range 0 to 1.
     *
     * @param share of the open time
     * @return this
     */
    public CircuitBreakerBuilder openJitter(double share) {
        this.openJitter = share;
        return this;
    }

    /**
     * How many calls a half-open breaker lets through. All must succeed for it to close; the first that fails opens it
     * again. Default 1, range 1 to 1000.
     *
     * @param count number of probes
     * @return this
     */
    public CircuitBreakerBuilder probes(int count) {
        this.probes = count;
        return this;
    }

    /**
     * After which time without an answer a probe's place may be taken by another call, so that a lost answer cannot keep
     * the breaker half-open for ever. An answer that comes later, but before the place is taken, still counts. Set it
     * above the longest call. Default 30 seconds, range 1 millisecond to 1 hour.
     *
     * @param expiry counted from the moment the probe got its permit
     * @return this
     */
    public CircuitBreakerBuilder probeExpiry(Duration expiry) {
        this.probeExpiry = Objects.requireNonNull(expiry, "probeExpiry");
        return this;
    }

    /**
     * The mode to start in. Default {@link BreakerMode#AUTOMATIC}.
     *
     * @param mode not null
     * @return this
     */
    public CircuitBreakerBuilder mode(BreakerMode mode) {
        this.mode = Objects.requireNonNull(mode, "mode");
        return this;
    }

    /**
     * What messages call the breaker. Default {@code breaker}.
     *
     * @param name not null
     * @return this
     */
    public CircuitBreakerBuilder name(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Adds a listener. Default none.
     *
     * @param listener not null
     * @return this
     */
    public CircuitBreakerBuilder listener(BreakerListener listener) {
        this.listeners.add(Objects.requireNonNull(listener, "listener"));
        return this;
    }

    /**
     * Who is asked before a closed breaker opens. Default: it always may.
     *
     * @param guard not null
     * @return this
     */
    public CircuitBreakerBuilder openingGuard(OpeningGuard guard) {
        this.openingGuard = Objects.requireNonNull(guard, "guard");
        return this;
    }

    /**
     * The configuration so far, without name, listeners and guard.
     *
     * @return a configuration
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public CircuitBreakerConfig toConfig() {
        return new CircuitBreakerConfig(
                consecutiveFailures,
                failureRate,
                slowCallRate,
                nanos(slowCall),
                minimumCalls,
                nanos(window),
                nanos(openTime),
                openGrowth,
                nanos(maxOpenTime),
                openJitter,
                probes,
                nanos(probeExpiry),
                mode);
    }

    /** As many as there are, so that what is beyond every range is refused with its name, too. */
    private static long nanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /**
     * Makes a breaker.
     *
     * @param nanoClock gives a time in nanoseconds that never goes back, as {@code System::nanoTime}; called by many
     *     threads
     * @param random source of the jitter; safe for use by many threads, as {@link Random} itself is
     * @return a new breaker, closed unless the mode says otherwise
     * @throws IllegalArgumentException if a setting is out of its range
     */
    public CircuitBreaker build(LongSupplier nanoClock, Random random) {
        return new CircuitBreaker(
                name,
                toConfig(),
                Objects.requireNonNull(nanoClock, "nanoClock"),
                Objects.requireNonNull(random, "random"),
                listeners,
                openingGuard);
    }
}
