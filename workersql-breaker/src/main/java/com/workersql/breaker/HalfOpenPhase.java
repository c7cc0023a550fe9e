// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/**
 * Half-open: a fixed number of places, each of which is free, taken by a probe, or used up by one that succeeded.
 *
 * <p>Immutable. Taking a place, giving it back and using it up are each one compare-and-set of the breaker's phase, so
 * that no moment exists in which a place is taken in a phase that is already over.
 */
final class HalfOpenPhase implements Phase {
    private static final Probe USED_UP = new Probe(null, -1, -1, 0);

    private final long sequence;
    private final int openings;
    private final Probe[] places;

    private HalfOpenPhase(long sequence, int openings, Probe[] places) {
        this.sequence = sequence;
        this.openings = openings;
        this.places = places;
    }

    /** All places free. */
    HalfOpenPhase(long sequence, int openings, int probes) {
        this(sequence, openings, new Probe[probes]);
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
     * A free place, or if there is none the one whose probe has been away longest, provided that is at least
     * {@code expiryNanos}; -1 if there is none of either.
     */
    int findPlace(long nowNanos, long expiryNanos) {
        int oldest = -1;
        long longestAwayNanos = expiryNanos - 1;
        for (int place = 0; place < places.length; place++) {
            Probe holder = places[place];
            if (holder == null) {
                return place;
            }
            long awayNanos = nowNanos - holder.takenAtNanos();
            if (holder != USED_UP && awayNanos > longestAwayNanos) {
                oldest = place;
                longestAwayNanos = awayNanos;
            }
        }
        return oldest;
    }

    boolean isFree(int place) {
        return places[place] == null;
    }

    boolean holds(Probe probe) {
        return sequence == probe.sequence() && places[probe.place()] == probe;
    }

    HalfOpenPhase take(Probe probe) {
        return with(probe.place(), probe);
    }

    HalfOpenPhase giveBack(Probe probe) {
        return with(probe.place(), null);
    }

    HalfOpenPhase useUp(Probe probe) {
        return with(probe.place(), USED_UP);
    }

    private HalfOpenPhase with(int place, Probe holder) {
        Probe[] next = places.clone();
        next[place] = holder;
        return new HalfOpenPhase(sequence, openings, next);
    }

    boolean isUsedUp() {
        for (Probe holder : places) {
            if (holder != USED_UP) {
                return false;
            }
        }
        return true;
    }

    int probesUnderWay() {
        int count = 0;
        for (Probe holder : places) {
            if (holder != null && holder != USED_UP) {
                count++;
            }
        }
        return count;
    }
}
