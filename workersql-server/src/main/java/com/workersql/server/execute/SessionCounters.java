// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.server.session.HoldReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts how sessions use connections. Safe for all threads. */
public final class SessionCounters {
    private static final Logger LOG = LoggerFactory.getLogger(SessionCounters.class);

    /** Beyond, a disagreement is counted and no longer logged: fingerprints are the clients' to invent. */
    private static final int MAX_LOGGED_FINGERPRINTS = 1_000;

    private final LongAdder free = new LongAdder();
    private final LongAdder bound = new LongAdder();
    private final LongAdder moved = new LongAdder();
    private final LongAdder onlyTracked = new LongAdder();
    private final LongAdder onlyRead = new LongAdder();
    private final LongAdder setupsAhead = new LongAdder();
    private final LongAdder setupsAwaited = new LongAdder();
    private final LongAdder setupsRefused = new LongAdder();
    private final Map<HoldReason, LongAdder> pins = new EnumMap<>(HoldReason.class);
    private final Set<String> logged = ConcurrentHashMap.newKeySet();

    /** Counters at zero. */
    public SessionCounters() {
        for (var reason : HoldReason.values()) {
            pins.put(reason, new LongAdder());
        }
    }

    void ran(boolean isBound, boolean hasMoved) {
        (isBound ? bound : free).increment();
        if (hasMoved) {
            moved.increment();
        }
    }

    /** A connection is given the state of its session. */
    void setUp(boolean ahead) {
        (ahead ? setupsAhead : setupsAwaited).increment();
    }

    /** A server refused a state that was sent ahead of a statement. */
    void setupRefused() {
        setupsRefused.increment();
    }

    void pinned(Set<HoldReason> reasons) {
        reasons.forEach(reason -> pins.get(reason).increment());
    }

    /** The server's tracking and the statement's text say different things about what it left behind. */
    void disagreed(String fingerprint, boolean trackedOnly) {
        (trackedOnly ? onlyTracked : onlyRead).increment();
        if (logged.size() < MAX_LOGGED_FINGERPRINTS && logged.add(fingerprint)) {
            LOG.warn(
                    trackedOnly
                            ? "The server reports changed session state, which the text does not explain: {}"
                            : "The text changes session state, which the server does not report: {}",
                    fingerprint);
        }
    }

    /**
     * Statements that ran on a connection of the pool.
     *
     * @return those of sessions that were not bound to it
     */
    public long free() {
        return free.sum();
    }

    /**
     * Statements that ran on a connection that their session keeps.
     *
     * @return how many
     */
    public long bound() {
        return bound.sum();
    }

    /**
     * Statements that ran on another connection than the statement before of the same session.
     *
     * @return how many
     */
    public long moved() {
        return moved.sum();
    }

    /**
     * Statements after which the server reported changed state that the text does not explain.
     *
     * @return how many
     */
    public long onlyTracked() {
        return onlyTracked.sum();
    }

    /**
     * Statements whose text changes state that the server should have reported and did not.
     *
     * @return how many
     */
    public long onlyRead() {
        return onlyRead.sum();
    }

    /**
     * How often a reason began to keep a connection.
     *
     * @param reason the reason
     * @return how often
     */
    public long pins(HoldReason reason) {
        return pins.get(reason).sum();
    }

    /**
     * Connections that were given their session's state in the same write as its statement.
     *
     * @return how often
     */
    public long setupsAhead() {
        return setupsAhead.sum();
    }

    /**
     * Connections that were given their session's state before its statement, since their server had not accepted that before.
     *
     * @return how often
     */
    public long setupsAwaited() {
        return setupsAwaited.sum();
    }

    /**
     * States that a server refused although it had accepted them before, with a statement sent behind.
     *
     * @return how often
     */
    public long setupsRefused() {
        return setupsRefused.sum();
    }
}
