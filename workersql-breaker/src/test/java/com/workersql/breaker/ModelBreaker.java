// SPDX-License-Identifier: Apache-2.0
package com.workersql.breaker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a breaker does, said in the plainest way: one thread, lists of what happened, no counters kept up to date. */
final class ModelBreaker {
    record Call(int stay, boolean isProbe, long sinceNanos, Object identity) {}

    private record Outcome(long slice, boolean failed, boolean slow) {}

    private final CircuitBreakerConfig config;
    private long nowNanos;
    private BreakerState state = BreakerState.CLOSED;
    private int stay;
    private long stayBeganNanos;
    private long openUntilNanos;
    private int openings;
    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<Call> probes = new ArrayList<>();
    private int probesSucceeded;

    ModelBreaker(CircuitBreakerConfig config) {
        this.config = config;
    }

    void advance(Duration duration) {
        nowNanos += duration.toNanos();
    }

    BreakerState state() {
        return state;
    }

    long retryAfterNanos() {
        return state == BreakerState.OPEN ? Math.max(0, openUntilNanos - nowNanos) : 0;
    }

    long callsInWindow() {
        return inWindow().size();
    }

    Call tryAcquire() {
        if (state == BreakerState.OPEN && nowNanos >= openUntilNanos) {
            enter(BreakerState.HALF_OPEN);
        }
        return switch (state) {
            case CLOSED -> new Call(stay, false, nowNanos, new Object());
            case OPEN -> null;
            case HALF_OPEN -> tryProbe();
        };
    }

    private Call tryProbe() {
        if (probes.size() + probesSucceeded == config.probes()) {
            // They are in the order in which they began: the first is the one that is away longest.
            Call expired = probes.stream()
                    .filter(probe -> nowNanos - probe.sinceNanos() >= config.probeExpiryNanos())
                    .findFirst()
                    .orElse(null);
            if (expired == null) {
                return null;
            }
            probes.remove(expired);
        }
        var probe = new Call(stay, true, nowNanos, new Object());
        probes.add(probe);
        return probe;
    }

    void release(Call call) {
        probes.remove(call);
    }

    void answer(Call call, boolean failed, boolean isSlow) {
        boolean slow = isSlow && config.slowCallRate() > 0;
        if (call.stay() != stay) {
            return;
        }
        if (call.isProbe()) {
            if (!probes.remove(call)) {
                return;
            }
            if (failed || slow) {
                open(openings + 1);
            } else if (++probesSucceeded == config.probes()) {
                enter(BreakerState.CLOSED);
            }
            return;
        }
        outcomes.add(new Outcome(slice(), failed, slow));
        if (opensNow(failed, slow)) {
            reportDown();
        }
    }

    private boolean opensNow(boolean failed, boolean slow) {
        int inARow = 0;
        while (inARow < outcomes.size()
                && outcomes.get(outcomes.size() - 1 - inARow).failed()) {
            inARow++;
        }
        if (failed && config.consecutiveFailures() > 0 && inARow >= config.consecutiveFailures()) {
            return true;
        }
        List<Outcome> seen = inWindow();
        if ((!failed && !slow) || seen.size() < config.minimumCalls()) {
            return false;
        }
        double failures = seen.stream().filter(Outcome::failed).count();
        double slowCalls = seen.stream().filter(Outcome::slow).count();
        return (config.failureRate() > 0 && failures >= config.failureRate() * seen.size())
                || (config.slowCallRate() > 0 && slowCalls >= config.slowCallRate() * seen.size());
    }

    void reportDown() {
        if (state == BreakerState.CLOSED) {
            open(nowNanos - stayBeganNanos >= config.windowNanos() ? 1 : openings + 1);
        } else if (state == BreakerState.HALF_OPEN) {
            open(openings + 1);
        }
    }

    void reportHealthy() {
        if (state != BreakerState.CLOSED) {
            enter(BreakerState.CLOSED);
        }
    }

    private void open(int openingsInARow) {
        enter(BreakerState.OPEN);
        openings = openingsInARow;
        double nanos = config.openNanos();
        for (int i = 1; i < openings; i++) {
            nanos *= config.openGrowth();
        }
        openUntilNanos = nowNanos + (long) Math.min(nanos, (double) config.maxOpenNanos());
    }

    private void enter(BreakerState next) {
        state = next;
        stay++;
        stayBeganNanos = nowNanos;
        outcomes.clear();
        probes.clear();
        probesSucceeded = 0;
    }

    private long slice() {
        return (nowNanos - stayBeganNanos) / (config.windowNanos() / 10);
    }

    private List<Outcome> inWindow() {
        return outcomes.stream()
                .filter(outcome -> slice() - outcome.slice() < 10)
                .toList();
    }
}
