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

    /** Nobody waits: it stands for the borrower of a connection that is opened to be idle. */
    final boolean isNobody;

    /** Whose request it is. Set before it is queued. */
    TenantShare share;

    /** A connection is being opened for it, or room is being made. Confined to the matcher. */
    boolean opening;

    /** It had its turn before and goes back to the front. Published by the queue through which it comes back. */
    boolean again;

    Waiter(PoolKey key, Object loop, long startNanos, long deadlineNanos) {
        this(key, loop, startNanos, deadlineNanos, false);
    }

    private Waiter(PoolKey key, Object loop, long startNanos, long deadlineNanos, boolean isNobody) {
        this.isNobody = isNobody;
        this.key = key;
        this.loop = loop;
        this.startNanos = startNanos;
        this.deadlineNanos = deadlineNanos;
    }

    /** Stands for the borrower of a connection that is opened before anybody asks for it: it never waits. */
    static <C> Waiter<C> nobody(PoolKey key, Object loop, TenantShare share) {
        var nobody = new Waiter<C>(key, loop, 0, 0, true) {
            @Override
            void acquired(Entry<C> entry, AcquireSource source) {
                throw new AssertionError("nobody waits");
            }

            @Override
            void failed(Throwable cause) {
                throw new AssertionError("nobody waits");
            }
        };
        nobody.share = share;
        ((Waiter<C>) nobody).state.set(DONE);
        return nobody;
    }

    /** Takes a connection, which is lent from here on, whatever is thrown. */
    abstract void acquired(Entry<C> entry, AcquireSource source);

    /** Takes the reason why there is none: a {@link PoolException}, or a fault on the way. */
    abstract void failed(Throwable cause);

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
