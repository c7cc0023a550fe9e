// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

/** The permit of one probe. */
final class Probe implements Permit {
    private final CircuitBreaker breaker;
    private final HalfOpenPhase phase;
    private final int place;
    private final long takenAtNanos;

    Probe(CircuitBreaker breaker, HalfOpenPhase phase, int place, long takenAtNanos) {
        this.breaker = breaker;
        this.phase = phase;
        this.place = place;
        this.takenAtNanos = takenAtNanos;
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
        answer(!breaker.config().countsAsSlow(durationNanos));
    }

    @Override
    public void failed(long durationNanos) {
        answer(false);
    }

    @Override
    public void timedOut() {
        answer(!breaker.config().hasSlowCallRule());
    }

    private void answer(boolean success) {
        if (phase.useUp(this)) {
            breaker.probeAnswered(phase, success);
        } else {
            breaker.countLateOutcome();
        }
    }

    @Override
    public void released() {
        phase.giveBack(this);
    }

    @Override
    public boolean isProbe() {
        return true;
    }
}
