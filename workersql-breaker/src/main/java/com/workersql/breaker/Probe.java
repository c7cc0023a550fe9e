// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/** The permit of one probe. */
final class Probe implements Permit {
    private final CircuitBreaker breaker;
    private final long sequence;
    private final int place;
    private final long takenAtNanos;

    /**
     * @param sequence of the half-open phase to which it belongs
     * @param place that it holds there until it is answered, given back or expired
     */
    Probe(CircuitBreaker breaker, long sequence, int place, long takenAtNanos) {
        this.breaker = breaker;
        this.sequence = sequence;
        this.place = place;
        this.takenAtNanos = takenAtNanos;
    }

    long sequence() {
        return sequence;
    }

    int place() {
        return place;
    }

    long takenAtNanos() {
        return takenAtNanos;
    }

    @Override
    public void succeeded(long durationNanos) {
        // A breaker that opened because calls were slow must not close on a slow one.
        breaker.answer(this, !breaker.config().countsAsSlow(durationNanos));
    }

    @Override
    public void failed(long durationNanos) {
        breaker.answer(this, false);
    }

    @Override
    public void timedOut() {
        breaker.answer(this, !breaker.config().hasSlowCallRule());
    }

    @Override
    public void released() {
        breaker.giveBack(this);
    }

    @Override
    public boolean isProbe() {
        return true;
    }
}
