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

    /**
     * Takes a free place, or if there is none the one whose probe has been away longest, provided that is at least
     * {@code expiryNanos}; null if there is none of either.
     */
    Probe tryTake(CircuitBreaker breaker, long nowNanos, long expiryNanos) {
        while (true) {
            int candidate = -1;
            Probe holder = null;
            long longestAwayNanos = expiryNanos;
            for (int place = 0; place < places.length(); place++) {
                Probe found = places.get(place);
                if (found == null) {
                    candidate = place;
                    holder = null;
                    break;
                }
                long awayNanos = nowNanos - found.takenAtNanos();
                boolean awayLonger = candidate < 0 ? awayNanos >= longestAwayNanos : awayNanos > longestAwayNanos;
                if (found != USED_UP && awayLonger) {
                    candidate = place;
                    holder = found;
                    longestAwayNanos = awayNanos;
                }
            }
            if (candidate < 0) {
                return null;
            }
            var probe = new Probe(breaker, this, candidate, nowNanos);
            if (places.compareAndSet(candidate, holder, probe)) {
                if (holder != null) {
                    breaker.countExpiredProbe();
                }
                return probe;
            }
        }
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

    /** Whether {@link #tryTake} would find a place. */
    boolean hasRoom(long nowNanos, long expiryNanos) {
        for (int place = 0; place < places.length(); place++) {
            Probe holder = places.get(place);
            if (holder == null || (holder != USED_UP && nowNanos - holder.takenAtNanos() >= expiryNanos)) {
                return true;
            }
        }
        return false;
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
