// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.session;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Why a session keeps its connection, with the names of what each reason is about: when the last of them is gone, so is the
 * reason; and what else of the connection has to be known to give it back or to go on without it. Confined to the session's event loop.
 */
public final class Pins {
    /** Stands for a name that the statement's text did not tell; only a reset takes it away. */
    private static final String UNKNOWN = "";

    private static final Set<HoldReason> OF_TRANSACTIONS =
            EnumSet.of(HoldReason.TRANSACTION, HoldReason.TRANSACTION_STATE_UNKNOWN, HoldReason.UNREAD_WARNINGS);
    private static final Set<HoldReason> TOLD_WHEN_LOST = EnumSet.of(
            HoldReason.TRANSACTION,
            HoldReason.TRANSACTION_STATE_UNKNOWN,
            HoldReason.UNREAD_WARNINGS,
            HoldReason.OPEN_CURSOR);

    private final EnumSet<HoldReason> reasons = EnumSet.noneOf(HoldReason.class);
    private final Map<HoldReason, Pin> pins = new EnumMap<>(HoldReason.class);
    private final Map<HoldReason, Set<String>> names = new EnumMap<>(HoldReason.class);
    private boolean locksMayBeGone;
    private boolean spoiled;

    Pins() {}

    /**
     * A reason with its origin.
     *
     * @param reason why the connection is kept
     * @param fingerprint the statement that was the cause, without its values
     * @param sinceNanos when, by the gateway's monotonic clock
     */
    public record Pin(HoldReason reason, String fingerprint, long sinceNanos) {}

    /**
     * Whether nothing keeps the connection.
     *
     * @return true without any reason
     */
    public boolean isEmpty() {
        return reasons.isEmpty();
    }

    /**
     * Whether a reason keeps it.
     *
     * @param reason the reason
     * @return true when it does
     */
    public boolean has(HoldReason reason) {
        return reasons.contains(reason);
    }

    /**
     * Whether one reason, and no other, keeps it.
     *
     * @param reason the reason
     * @return true when it is the only one
     */
    public boolean isOnly(HoldReason reason) {
        return reasons.size() == 1 && reasons.contains(reason);
    }

    /**
     * Whether a lock was released, so that perhaps none is held any more.
     *
     * @return true until the connection was asked
     */
    public boolean locksMayBeGone() {
        return locksMayBeGone;
    }

    /**
     * Notes that a lock was released, or that the connection was asked.
     *
     * @param may the new state
     */
    public void locksMayBeGone(boolean may) {
        locksMayBeGone = may;
    }

    /**
     * Whether the connection has state that no other one can be given.
     *
     * @return true when a reason other than a transaction or unread warnings keeps it
     */
    public boolean holdUnreplayableState() {
        return isAnyOtherThan(OF_TRANSACTIONS);
    }

    /**
     * Whether losing the connection loses what the client would miss without being told: a transaction's loss is told by error, and
     * that of a cursor by the next fetch.
     *
     * @return true when any other state is on it
     */
    public boolean holdStateMissedInSilence() {
        return isAnyOtherThan(TOLD_WHEN_LOST);
    }

    private boolean isAnyOtherThan(Set<HoldReason> known) {
        for (var reason : reasons) {
            if (!known.contains(reason)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the connection must not serve anybody else, since nobody knows what a statement has left there.
     *
     * @return true from {@link #spoil} until the connection is given back
     */
    public boolean isSpoiled() {
        return spoiled;
    }

    /** Has the connection closed when the session gives it back. */
    public void spoil() {
        spoiled = true;
    }

    /**
     * All reasons.
     *
     * @return a view that must not be changed
     */
    public Set<HoldReason> reasons() {
        return reasons;
    }

    /**
     * The connection is kept from now on.
     *
     * @param reason why; nothing but a reset or {@link #remove} takes it away
     */
    public void add(HoldReason reason) {
        reasons.add(reason);
    }

    /**
     * The connection is kept from now on, for something with a name.
     *
     * @param reason why
     * @param name of what; null when it is not known
     */
    public void add(HoldReason reason, String name) {
        reasons.add(reason);
        names.computeIfAbsent(reason, r -> new HashSet<>(4)).add(name == null ? UNKNOWN : name);
    }

    /**
     * A reason is gone.
     *
     * @param reason the reason; harmless when it was none
     */
    public void remove(HoldReason reason) {
        reasons.remove(reason);
        names.remove(reason);
    }

    /**
     * One thing that a reason is about is gone; the reason goes with the last of them.
     *
     * @param reason the reason
     * @param name of what is gone; null takes nothing away
     */
    public void remove(HoldReason reason, String name) {
        var known = names.get(reason);
        if (known != null && name != null && known.remove(name) && known.isEmpty()) {
            remove(reason);
        }
    }

    /**
     * What a reason is about.
     *
     * @param reason the reason
     * @return the names; an empty text among them stands for one that is not known
     */
    public Set<String> names(HoldReason reason) {
        return names.getOrDefault(reason, Set.of());
    }

    /**
     * Whether every thing that a reason is about is known by name.
     *
     * @param reason the reason
     * @return false where a name is missing
     */
    public boolean areNamesKnown(HoldReason reason) {
        return !names(reason).contains(UNKNOWN);
    }

    /**
     * Notes for the reasons that are new which statement they come from.
     *
     * @param fingerprint the latest statement
     * @param nowNanos the gateway's monotonic clock
     * @return those that are new
     */
    public Set<HoldReason> stamp(String fingerprint, long nowNanos) {
        pins.keySet().retainAll(reasons);
        if (pins.size() == reasons.size()) {
            return Set.of();
        }
        var fresh = EnumSet.copyOf(reasons);
        fresh.removeAll(pins.keySet());
        fresh.forEach(reason -> pins.put(reason, new Pin(reason, fingerprint, nowNanos)));
        return fresh;
    }

    /**
     * The reasons with their origins.
     *
     * @return a copy
     */
    public Set<Pin> pins() {
        pins.keySet().retainAll(reasons);
        return Set.copyOf(pins.values());
    }

    void clear() {
        reasons.clear();
        pins.clear();
        names.clear();
        locksMayBeGone = false;
        spoiled = false;
    }

    @Override
    public String toString() {
        return reasons.toString();
    }
}
