// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * Decides from the outcomes of past calls whether to make the next one.
 *
 * <pre>{@code
 * Permit permit = breaker.tryAcquire();
 * if (permit == null) {
 *     throw new BreakerOpenException(breaker);
 * }
 * // call, then one of:
 * permit.succeeded(durationNanos);
 * permit.failed(durationNanos);
 * permit.released();
 * }</pre>
 *
 * <p>Closed, it opens by failures in a row, by the share of failed calls in a sliding window, or by the share of slow
 * ones. Open, it refuses calls for a time that grows with each opening in a row. Then the next call finds it half-open:
 * a fixed number of probes get through, and they decide. There is no timer: the end of the open time takes effect when a
 * call asks for a permit.
 *
 * <p>Safe for use by any number of threads, event loops among them: nothing blocks, and in the closed state neither
 * asking for a permit nor answering it allocates.
 */
public final class CircuitBreaker {
    private final String name;
    private final CircuitBreakerConfig config;
    private final LongSupplier nanoClock;
    private final Random random;
    private final List<BreakerListener> listeners;
    private final OpeningGuard openingGuard;
    private final Object modeLock = new Object();
    private final AtomicReference<Phase> phase = new AtomicReference<>();
    private volatile BreakerMode mode;

    private final LongAdder rejected = new LongAdder();
    private final LongAdder opened = new LongAdder();
    private final LongAdder vetoed = new LongAdder();
    private final LongAdder lateOutcomes = new LongAdder();
    private final LongAdder expiredProbes = new LongAdder();

    CircuitBreaker(
            String name,
            CircuitBreakerConfig config,
            LongSupplier nanoClock,
            Random random,
            List<BreakerListener> listeners,
            OpeningGuard openingGuard) {
        this.name = name;
        this.config = config;
        this.nanoClock = nanoClock;
        this.random = random;
        this.listeners = List.copyOf(listeners);
        this.openingGuard = openingGuard;
        this.mode = config.mode();
        this.phase.set(new ClosedPhase(this, 0, nowNanos(), 0));
    }

    /**
     * Starts with all defaults.
     *
     * @return a new builder
     */
    public static CircuitBreakerBuilder builder() {
        return new CircuitBreakerBuilder();
    }

    /**
     * Starts from a configuration.
     *
     * @param config not null
     * @return a new builder
     */
    public static CircuitBreakerBuilder builder(CircuitBreakerConfig config) {
        return new CircuitBreakerBuilder(Objects.requireNonNull(config, "config"));
    }

    /**
     * What messages call this breaker.
     *
     * @return not null
     */
    public String name() {
        return name;
    }

    /**
     * What this breaker goes by.
     *
     * @return not null
     */
    public CircuitBreakerConfig config() {
        return config;
    }

    /**
     * The mode.
     *
     * @return not null
     */
    public BreakerMode mode() {
        return mode;
    }

    /**
     * The state, as the mode makes it: a breaker that is forced open is open. An open breaker whose time is over stays
     * open until the next call.
     *
     * @return not null
     */
    public BreakerState state() {
        return switch (mode) {
            case FORCED_OPEN -> BreakerState.OPEN;
            case FORCED_CLOSED -> BreakerState.CLOSED;
            case AUTOMATIC, METRICS_ONLY -> phase.get().state();
        };
    }

    /**
     * Asks to make a call.
     *
     * @return a permit to be answered once, or null: the call must not be made
     */
    public Permit tryAcquire() {
        if (mode == BreakerMode.AUTOMATIC && phase.get() instanceof ClosedPhase closed) {
            return closed;
        }
        return tryAcquireUnlessClosed();
    }

    private Permit tryAcquireUnlessClosed() {
        BreakerMode currentMode = mode;
        if (currentMode == BreakerMode.FORCED_CLOSED) {
            return phase.get() instanceof ClosedPhase closed ? closed : UngatedPermit.INSTANCE;
        }
        Permit permit = currentMode == BreakerMode.FORCED_OPEN ? null : admit();
        if (permit == null) {
            rejected.increment();
            return currentMode == BreakerMode.METRICS_ONLY ? UngatedPermit.INSTANCE : null;
        }
        return permit;
    }

    private Permit admit() {
        while (true) {
            Phase current = phase.get();
            if (current instanceof ClosedPhase closed) {
                return closed;
            }
            long nowNanos = nowNanos();
            if (current instanceof OpenPhase open && !open.isOver(nowNanos)) {
                return null;
            }
            HalfOpenPhase halfOpen = current instanceof OpenPhase open
                    ? new HalfOpenPhase(open.sequence() + 1, open.openings(), config.probes())
                    : (HalfOpenPhase) current;
            int place = halfOpen.findPlace(nowNanos, config.probeExpiryNanos());
            if (place < 0) {
                return null;
            }
            var probe = new Probe(this, halfOpen.sequence(), place, nowNanos);
            // From open to half-open in the same step: whoever half-opens a breaker is sure to get through.
            if (phase.compareAndSet(current, halfOpen.take(probe))) {
                if (!halfOpen.isFree(place)) {
                    expiredProbes.increment();
                }
                if (current instanceof OpenPhase) {
                    announce(BreakerState.OPEN, halfOpen, TransitionCause.OPEN_TIME_OVER, nowNanos, 0);
                }
                return probe;
            }
        }
    }

    /**
     * Whether a call would get a permit now, without taking one: for choosing among endpoints. True for an open breaker
     * whose time is over, so a chooser that goes by this sends the probe that closes it again.
     *
     * @return what {@link #tryAcquire()} would very likely answer
     */
    public boolean wouldAdmit() {
        return switch (mode) {
            case FORCED_OPEN -> false;
            case FORCED_CLOSED, METRICS_ONLY -> true;
            case AUTOMATIC -> wouldAdmit(phase.get());
        };
    }

    private boolean wouldAdmit(Phase current) {
        if (current instanceof OpenPhase open) {
            return open.isOver(nowNanos());
        }
        return !(current instanceof HalfOpenPhase halfOpen)
                || halfOpen.findPlace(nowNanos(), config.probeExpiryNanos()) >= 0;
    }

    /**
     * How long to wait before a new try makes sense, for a {@code Retry-After}.
     *
     * @return the rest of the open time in nanoseconds; 0 when calls or probes may get through; -1 when forced open
     */
    public long retryAfterNanos() {
        return switch (mode) {
            case FORCED_OPEN -> -1;
            case FORCED_CLOSED, METRICS_ONLY -> 0;
            case AUTOMATIC -> remainingNanos(phase.get());
        };
    }

    private long remainingNanos(Phase current) {
        return current instanceof OpenPhase open ? Math.max(0, open.untilNanos() - nowNanos()) : 0;
    }

    /**
     * Counts a failure seen outside of a permitted call: in the closed state as any other, in the half-open state as a
     * failed probe, in the open state not at all.
     */
    public void recordFailure() {
        if (phase.get() instanceof ClosedPhase closed) {
            closed.failed(0);
        } else {
            reopen(TransitionCause.PROBE_FAILED);
        }
    }

    /**
     * Opens a closed or half-open breaker at once, because a check from outside found the endpoint down. Does nothing
     * while the mode is forced.
     */
    public void reportDown() {
        if (phase.get() instanceof ClosedPhase closed) {
            trip(closed, TransitionCause.REPORTED_DOWN, nowNanos());
        } else {
            reopen(TransitionCause.REPORTED_DOWN);
        }
    }

    private void reopen(TransitionCause cause) {
        while (phase.get() instanceof HalfOpenPhase halfOpen) {
            if (open(halfOpen, cause)) {
                return;
            }
        }
    }

    /**
     * Closes an open or half-open breaker at once, because a check from outside found the endpoint well. A breaker that
     * trips again soon still counts this opening towards the growth of its open time. Does nothing while the mode is
     * forced.
     */
    public void reportHealthy() {
        while (true) {
            Phase current = phase.get();
            if (current instanceof ClosedPhase || close(current, TransitionCause.REPORTED_HEALTHY)) {
                return;
            }
        }
    }

    /**
     * Changes the mode. Into or out of a forced mode the breaker starts anew, closed and with empty counters; between
     * {@code AUTOMATIC} and {@code METRICS_ONLY} it keeps its state.
     *
     * @param next not null
     */
    public void mode(BreakerMode next) {
        Objects.requireNonNull(next, "next");
        BreakerState from;
        Phase current;
        synchronized (modeLock) {
            BreakerMode previous = mode;
            if (previous == next) {
                return;
            }
            from = state();
            mode = next;
            if (previous.isForced() || next.isForced()) {
                current = phase.updateAndGet(old -> new ClosedPhase(this, old.sequence() + 1, nowNanos(), 0));
            } else {
                current = phase.get();
            }
        }
        tell(new Transition(
                this, current.sequence(), from, state(), next, TransitionCause.MODE_CHANGED, nowNanos(), 0));
    }

    /**
     * The figures of this moment.
     *
     * @return a new snapshot
     */
    public BreakerSnapshot snapshot() {
        Phase current = phase.get();
        long nowNanos = nowNanos();
        ClosedPhase closed = current instanceof ClosedPhase found ? found : null;
        HalfOpenPhase halfOpen = current instanceof HalfOpenPhase found ? found : null;
        return new BreakerSnapshot(
                name,
                state(),
                mode,
                closed == null ? 0 : closed.window().calls(nowNanos),
                closed == null ? 0 : closed.window().failures(nowNanos),
                closed == null ? 0 : closed.window().slowCalls(nowNanos),
                closed == null ? 0 : closed.consecutiveFailures(),
                openingsOf(current),
                halfOpen == null ? 0 : halfOpen.probesUnderWay(),
                retryAfterNanos(),
                rejected.sum(),
                opened.sum(),
                vetoed.sum(),
                lateOutcomes.sum(),
                expiredProbes.sum());
    }

    /**
     * The time on the clock that was handed in.
     *
     * @return nanoseconds from an arbitrary origin
     */
    public long nowNanos() {
        return nanoClock.getAsLong();
    }

    boolean isIn(Phase candidate) {
        return phase.get() == candidate;
    }

    void trip(ClosedPhase closed, TransitionCause cause, long nowNanos) {
        if (mode.isForced()) {
            return;
        }
        var opening = new Opening(closed, cause, nowNanos);
        if (openingGuard.tryOpen(opening)) {
            opening.announceIfDone();
        } else if (phase.compareAndSet(closed, new ClosedPhase(this, closed.sequence(), nowNanos, 0))) {
            vetoed.increment();
        }
    }

    void answer(Probe probe, boolean success) {
        while (phase.get() instanceof HalfOpenPhase halfOpen && halfOpen.holds(probe)) {
            if (success ? succeed(halfOpen, probe) : open(halfOpen, TransitionCause.PROBE_FAILED)) {
                return;
            }
        }
        countLateOutcome();
    }

    private boolean succeed(HalfOpenPhase halfOpen, Probe probe) {
        HalfOpenPhase next = halfOpen.useUp(probe);
        return next.isUsedUp()
                ? close(halfOpen, TransitionCause.PROBES_SUCCEEDED)
                : phase.compareAndSet(halfOpen, next);
    }

    void giveBack(Probe probe) {
        while (phase.get() instanceof HalfOpenPhase halfOpen && halfOpen.holds(probe)) {
            if (phase.compareAndSet(halfOpen, halfOpen.giveBack(probe))) {
                return;
            }
        }
    }

    void countLateOutcome() {
        lateOutcomes.increment();
    }

    private boolean open(HalfOpenPhase from, TransitionCause cause) {
        int openings = from.openings() + 1;
        long nowNanos = nowNanos();
        long openForNanos = config.openNanos(openings, random);
        var next = new OpenPhase(from.sequence() + 1, nowNanos + openForNanos, openings);
        if (!phase.compareAndSet(from, next)) {
            return false;
        }
        opened.increment();
        announce(from.state(), next, cause, nowNanos, openForNanos);
        return true;
    }

    private boolean close(Phase from, TransitionCause cause) {
        long nowNanos = nowNanos();
        var next = new ClosedPhase(this, from.sequence() + 1, nowNanos, openingsOf(from));
        if (!phase.compareAndSet(from, next)) {
            return false;
        }
        announce(from.state(), next, cause, nowNanos, 0);
        return true;
    }

    private static int openingsOf(Phase phase) {
        if (phase instanceof OpenPhase open) {
            return open.openings();
        }
        return phase instanceof HalfOpenPhase halfOpen ? halfOpen.openings() : 0;
    }

    private void announce(BreakerState from, Phase to, TransitionCause cause, long atNanos, long openForNanos) {
        tell(new Transition(this, to.sequence(), from, to.state(), mode, cause, atNanos, openForNanos));
    }

    private void tell(Transition transition) {
        for (BreakerListener listener : listeners) {
            try {
                listener.onTransition(transition);
            } catch (RuntimeException e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
        }
    }

    @Override
    public String toString() {
        return "CircuitBreaker[" + name + ", " + state() + ", " + mode + "]";
    }

    /** The step from closed to open, apart from its announcement: a guard may run it under its lock, listeners may not. */
    private final class Opening implements Runnable {
        private final ClosedPhase from;
        private final TransitionCause cause;
        private final long atNanos;
        private final long openForNanos;
        private final OpenPhase to;
        private boolean done;

        Opening(ClosedPhase from, TransitionCause cause, long atNanos) {
            this.from = from;
            this.cause = cause;
            this.atNanos = atNanos;
            int openings = from.nextOpenings(atNanos);
            this.openForNanos = config.openNanos(openings, random);
            this.to = new OpenPhase(from.sequence() + 1, atNanos + openForNanos, openings);
        }

        @Override
        public void run() {
            done = phase.compareAndSet(from, to);
        }

        void announceIfDone() {
            if (done) {
                opened.increment();
                announce(from.state(), to, cause, atNanos, openForNanos);
            }
        }
    }
}
