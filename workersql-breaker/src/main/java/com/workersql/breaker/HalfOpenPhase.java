// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Half-open: a fixed number of places, each of which is free, taken by a probe, or used up.
 *
 * <p>Every change of a place is one compare-and-set on it. So no more probes are under way than there are places, an
 * answer is counted once, and an answer of a probe that lost its place finds another object there and is ignored.
 */
final class HalfOpenPhase implements Phase {
    private static final Probe USED_UP = new Probe(null, null, -1, 0);

    private final long sequence;
    private final int openings;
    private final AtomicReferenceArray<Probe> places;
    private final AtomicInteger successes = new AtomicInteger();

    HalfOpenPhase(long sequence, int openings, int probes) {
        this.sequence = sequence;
        this.openings = openings;
        this.places = new AtomicReferenceArray<>(probes);
    }

    @Override
    public long sequence() {
        return sequence;
    }

    @Override
    public BreakerState state() {
        return BreakerState.HALF_OPEN;
    }

    int openings() {
        return openings;
    }

    /** Takes a free place, or one whose probe has been away for longer than {@code expiryNanos}; null if there is none. */
    Probe tryTake(CircuitBreaker breaker, long nowNanos, long expiryNanos) {
        for (int place = 0; place < places.length(); place++) {
            Probe holder = places.get(place);
            while (holder == null || hasExpired(holder, nowNanos, expiryNanos)) {
                var probe = new Probe(breaker, this, place, nowNanos);
                if (places.compareAndSet(place, holder, probe)) {
                    if (holder != null) {
                        breaker.countExpiredProbe();
                    }
                    return probe;
                }
                holder = places.get(place);
            }
        }
        return null;
    }

    private static boolean hasExpired(Probe holder, long nowNanos, long expiryNanos) {
        return holder != USED_UP && nowNanos - holder.takenAtNanos() >= expiryNanos;
    }

    void giveBack(Probe probe) {
        places.compareAndSet(probe.place(), probe, null);
    }

    /** Uses the probe's place up; false if the probe does not hold it any more. */
    boolean useUp(Probe probe) {
        return places.compareAndSet(probe.place(), probe, USED_UP);
    }

    /** Counts a success; true for the one that was the last to come. */
    boolean succeedsAsLast() {
        return successes.incrementAndGet() == places.length();
    }

    int probesUnderWay() {
        int count = 0;
        for (int place = 0; place < places.length(); place++) {
            Probe holder = places.get(place);
            if (holder != null && holder != USED_UP) {
                count++;
            }
        }
        return count;
    }
}
