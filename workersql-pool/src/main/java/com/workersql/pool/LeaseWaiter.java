// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** A request that waits, with its deadline. */
final class LeaseWaiter extends Waiter<BackendConnection> {
    final Promise<PooledConnection> promise;
    private final NettyBackendPool pool;
    private final EndpointCore<BackendConnection> core;

    LeaseWaiter(
            NettyBackendPool pool,
            EndpointCore<BackendConnection> core,
            PoolKey key,
            EventLoop borrower,
            long startNanos,
            long deadlineNanos) {
        super(key, borrower, startNanos, deadlineNanos);
        this.pool = pool;
        this.core = core;
        this.promise = borrower.newPromise();
    }

    @Override
    void acquired(Entry<BackendConnection> entry, AcquireSource source) {
        Lease lease;
        try {
            lease = new Lease(pool, entry, (EventLoop) loop);
        } catch (RuntimeException | Error e) {
            core.discard(entry, CloseReason.DISCARDED);
            promise.tryFailure(e);
            return;
        }
        if (!promise.trySuccess(lease)) {
            // Cancelled at this very moment.
            entry.connection.lease(null);
            NettyBackendPool.onLoop(
                    (EventLoop) entry.loop, () -> core.release(entry), () -> core.discard(entry, CloseReason.BROKEN));
        }
    }

    @Override
    void failed(Throwable cause) {
        promise.tryFailure(cause);
    }

    /** Begins to watch deadline and cancellation, unless it was answered already. */
    void watch() {
        if (promise.isDone()) {
            return;
        }
        ScheduledFuture<?> deadline = ((EventLoop) loop)
                .schedule(() -> core.expire(this), Math.max(0, deadlineNanos - pool.now()), TimeUnit.NANOSECONDS);
        promise.addListener(f -> {
            deadline.cancel(false);
            if (f.isCancelled()) {
                core.cancel(this);
            }
        });
    }
}
