// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.mysql;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.session.ClientSession;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * How long a client may send nothing. There is one timer for each client, which is set anew only when it has run off or a transaction
 * brings a shorter time. Confined to the channel's event loop.
 */
final class IdleLimit {
    private final EventLoop loop;
    private final int idleMillis;
    private final int inTransactionMillis;
    private final Consumer<GatewayError> over;
    private long sinceNanos;
    private long firesNanos;
    private Future<?> timer;
    private ClientSession waiting;

    /**
     * @param over takes the error for a client that was silent for too long
     */
    IdleLimit(EventLoop loop, MySqlDoorSettings settings, Consumer<GatewayError> over) {
        this.loop = loop;
        this.idleMillis = settings.idleTimeoutMillis();
        this.inTransactionMillis = settings.transactionIdleTimeoutMillis();
        this.over = over;
    }

    /** The client may send something from now on. */
    void waits(ClientSession session) {
        waiting = session;
        int millis = limitMillis();
        if (millis == 0) {
            return;
        }
        sinceNanos = loop.ticker().nanoTime();
        long due = sinceNanos + TimeUnit.MILLISECONDS.toNanos(millis);
        if (timer == null || due - firesNanos < 0) {
            cancel();
            set(due);
        }
    }

    /** The client has sent something. */
    void busy() {
        waiting = null;
    }

    void cancel() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private void set(long dueNanos) {
        firesNanos = dueNanos;
        timer = loop.schedule(this::fired, dueNanos - loop.ticker().nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void fired() {
        timer = null;
        int millis = waiting == null ? 0 : limitMillis();
        if (millis == 0) {
            return;
        }
        long due = sinceNanos + TimeUnit.MILLISECONDS.toNanos(millis);
        if (due - loop.ticker().nanoTime() > 0) {
            set(due);
            return;
        }
        boolean inTransaction =
                millis == inTransactionMillis && waiting.transaction().isOpen();
        over.accept(new GatewayError(
                4031,
                "HY000",
                "The client was disconnected by the server because of inactivity: the limit is " + millis + " ms ("
                        + (inTransaction ? "limits.transaction_idle_timeout_millis" : "limits.idle_timeout_millis")
                        + ")",
                ErrorClass.TIMEOUT,
                Outcome.NOT_EXECUTED));
    }

    private int limitMillis() {
        boolean isShorter = inTransactionMillis > 0 && (idleMillis == 0 || inTransactionMillis < idleMillis);
        return isShorter && waiting.transaction().isOpen() ? inTransactionMillis : idleMillis;
    }
}
