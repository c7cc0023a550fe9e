// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A request that was not served at once. Exactly one of {@link #acquired} and {@link #failed} is called, once, on any thread,
 * unless it is cancelled.
 *
 * @param <C> the connection
 */
abstract class Waiter<C> {
    private static final int WAITING = 0;
    private static final int CHECKING = 1;
    private static final int DONE = 2;

    final PoolKey key;
    /** The borrower's event loop; compared by identity only. */
    final Object loop;

    final long startNanos;
    final long deadlineNanos;

    private final AtomicInteger state = new AtomicInteger(WAITING);

    /** A connection is being opened for it, or room is being made. Confined to the matcher. */
    boolean opening;

    /** It had its turn before and goes back to the front. Published by the queue through which it comes back. */
    boolean again;

    Waiter(PoolKey key, Object loop, long startNanos, long deadlineNanos) {
        this.key = key;
        this.loop = loop;
        this.startNanos = startNanos;
        this.deadlineNanos = deadlineNanos;
    }

    /** Takes a connection, which is lent from here on. */
    abstract void acquired(Entry<C> entry, AcquireSource source);

    /** Takes the reason why there is none. */
    abstract void failed(PoolException cause);

    boolean isWaiting() {
        return state.get() == WAITING;
    }

    boolean tryCheck() {
        return state.compareAndSet(WAITING, CHECKING);
    }

    boolean tryWaitAgain() {
        return state.compareAndSet(CHECKING, WAITING);
    }

    boolean tryServe() {
        return state.compareAndSet(WAITING, DONE);
    }

    boolean tryServeChecked() {
        return state.compareAndSet(CHECKING, DONE);
    }

    /** Ends it from outside: deadline or cancellation. */
    boolean tryAbandon() {
        return state.getAndSet(DONE) != DONE;
    }
}
