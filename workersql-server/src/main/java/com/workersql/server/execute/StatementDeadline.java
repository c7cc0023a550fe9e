// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * The time of one statement, from its arrival on: waiting counts, and what it does in several steps, one behind the other, has this time
 * together. Confined to the session's event loop.
 */
final class StatementDeadline {
    /** How long a shard may take to confirm that it ended a statement. */
    private static final long GRACE_MILLIS = 2_000;

    private final long limitNanos;
    private final String limitName;
    private final LongSupplier nanoClock;
    private final long startNanos;
    private long stepNanos;
    private long waitedNanos;
    private boolean waits;
    private boolean ran;
    private boolean over;
    private Future<?> timer;

    /**
     * @param clientMillis how long the client wants to wait; 0: it does not say
     */
    StatementDeadline(ExecutorSettings settings, int clientMillis, LongSupplier nanoClock) {
        long ofServer = settings.statementTimeoutNanos();
        long ofClient = TimeUnit.MILLISECONDS.toNanos(clientMillis);
        boolean isClients = ofClient > 0 && (ofServer == 0 || ofClient < ofServer);
        this.limitNanos = isClients ? ofClient : ofServer;
        this.limitName =
                isClients ? "the request's \"timeout\", or http.max_statement_millis" : "statements.timeout_millis";
        this.nanoClock = nanoClock;
        this.startNanos = limitNanos > 0 ? nanoClock.getAsLong() : 0;
    }

    /**
     * A step begins, which waits for a connection.
     *
     * @param timeUp run when the time of all is over, unless the step has ended
     */
    void start(EventLoop loop, Runnable timeUp) {
        if (limitNanos == 0) {
            return;
        }
        cancel();
        long now = nanoClock.getAsLong();
        waitedNanos += waits ? now - stepNanos : 0;
        stepNanos = now;
        waits = true;
        timer = loop.schedule(
                () -> {
                    over = true;
                    timeUp.run();
                },
                limitNanos - (now - startNanos),
                TimeUnit.NANOSECONDS);
    }

    /** Waiting is over, the shard has the statement. */
    void connected() {
        if (waits) {
            waitedNanos += nanoClock.getAsLong() - stepNanos;
            waits = false;
            ran = true;
        }
    }

    /** Waits a little longer for the shard to end the statement. */
    void grace(EventLoop loop, Runnable notConfirmed) {
        timer = loop.schedule(notConfirmed, GRACE_MILLIS, TimeUnit.MILLISECONDS);
    }

    boolean isOver() {
        return over;
    }

    void cancel() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** The error that says where the time went. */
    GatewayError error(String shard, Outcome outcome) {
        long now = nanoClock.getAsLong();
        long waited = waitedNanos + (waits ? now - stepNanos : 0);
        String spent = "it waited " + millis(waited) + " ms for a connection and "
                + (ran ? "ran for " + millis(now - startNanos - waited) + " ms" : "did not run");
        return new GatewayError(
                3024,
                "HY000",
                (outcome == Outcome.UNKNOWN ? GatewayError.UNKNOWN_MARK : "")
                        + "Query execution was interrupted, maximum statement execution time exceeded: " + spent
                        + " on shard " + shard + "; the limit is " + millis(limitNanos)
                        + " ms (" + limitName + ")",
                ErrorClass.TIMEOUT,
                outcome);
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }

    /** Whether an error says that a statement was ended before it was done: by KILL QUERY or by the server's own limit. */
    static boolean isInterruption(int errno) {
        return errno == 1317 || errno == 1969 || errno == 3024;
    }
}
