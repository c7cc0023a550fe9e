// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.concurrent.atomic.AtomicReference;

/**
 * A connection's place in the pool: it holds one permit from {@link State#CONNECTING} to {@link State#GONE}. Whoever moves the
 * state by compare-and-set owns what follows, so that two borrowers, or a borrower and an eviction, never both get it.
 *
 * @param <C> the connection
 */
final class Entry<C> {
    /** Where an entry is in its life. */
    enum State {
        /** Being opened; nobody has it. */
        CONNECTING,
        /** Free to be claimed by any thread. */
        IDLE,
        /** Owned by a borrower, a check or a reset. */
        LENT,
        /** Being closed; still holds its permit, because the server still counts it. */
        CLOSING,
        /** Closed; its permit was given on. */
        GONE
    }

    final PoolKey key;
    /** The event loop on which the connection lives; compared by identity only. */
    final Object loop;
    /** The waiter for which it is opened, which hears when that fails. */
    final Waiter<C> opener;

    /** What the connect gate gave for it, and hears of it by. */
    final ConnectGate.Pass pass;

    /** The tenant that it counts for. */
    final TenantShare share;

    private final AtomicReference<State> state = new AtomicReference<>(State.CONNECTING);

    /** Set before the entry first becomes idle, read by whoever claimed it. */
    C connection;

    volatile int generation;
    volatile long idleSinceNanos;
    long expiresNanos;
    long idleTimeoutNanos;
    /** When opening began. */
    long openingNanos;
    /** The highest connection id known then. */
    long threadIdBefore;
    /** True once a borrower had it. Written by whoever owns the entry. */
    volatile boolean wasLent;
    /** The waiter that gets it when it proves alive. Written by whoever owns the entry. */
    Waiter<C> validatingFor;
    /** The waiter that gets its permit. Written by whoever owns the entry. */
    Waiter<C> successor;
    /** What the connect gate gave for the successor's connection. Set with it. */
    ConnectGate.Pass successorsPass;
    /** True while it is in its loop's list of idle entries; confined to that loop. */
    boolean listed;
    /** The channel closed by itself. */
    volatile boolean broken;

    Entry(PoolKey key, Object loop, Waiter<C> opener, ConnectGate.Pass pass, int generation) {
        this.key = key;
        this.loop = loop;
        this.opener = opener;
        this.pass = pass;
        this.share = opener.share;
        this.generation = generation;
    }

    State state() {
        return state.get();
    }

    boolean isIdle() {
        return state.get() == State.IDLE;
    }

    boolean tryMove(State from, State to) {
        return state.compareAndSet(from, to);
    }

    /** For the owner alone. */
    void move(State to) {
        state.set(to);
    }
}
