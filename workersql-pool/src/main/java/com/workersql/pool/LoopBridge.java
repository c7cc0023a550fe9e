// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * The way between the event loop of a borrower and that of its connection's channel, which often are the same. What one read brings for
 * the borrower goes to its loop together.
 */
final class LoopBridge {
    private final BackendConnection connection;
    private final EventLoop borrower;
    private final boolean hops;

    /** What the borrower's loop has to do; confined to the channel's event loop, null where that is the borrower's. */
    private List<Runnable> waiting;

    LoopBridge(BackendConnection connection, EventLoop borrower) {
        this.connection = connection;
        this.borrower = borrower;
        this.hops = connection.loop() != borrower;
        this.waiting = hops ? new ArrayList<>() : null;
    }

    /** Whether the borrower has another event loop than the channel. */
    boolean hops() {
        return hops;
    }

    // ---- on the channel's event loop

    /** Has the borrower's loop do something behind what is being read; only where it is another one. */
    void hop(Runnable action) {
        waiting.add(action);
        connection.hopsWaiting(this);
    }

    /** Hands over what waits. */
    void flush() {
        if (waiting.isEmpty()) {
            return;
        }
        var batch = waiting;
        waiting = new ArrayList<>();
        onBorrower(() -> batch.forEach(Runnable::run));
    }

    void onBorrower(Runnable action) {
        if (hops) {
            borrower.execute(action);
        } else {
            action.run();
        }
    }

    // ---- on the borrower's event loop

    /** False when the channel's event loop takes no more work; {@code owned} is released then. */
    boolean onChannel(ByteBuf owned, Runnable action) {
        assert borrower.inEventLoop();
        if (!hops) {
            action.run();
            return true;
        }
        try {
            connection.loop().execute(action);
            return true;
        } catch (RejectedExecutionException e) {
            if (owned != null) {
                owned.release();
            }
            return false;
        }
    }
}
