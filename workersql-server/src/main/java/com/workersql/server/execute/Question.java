// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.execute;

import com.workersql.pool.BrokenConnectionException;
import com.workersql.pool.PooledConnection;
import com.workersql.pool.ReplyStatus;
import com.workersql.server.health.HealthSettings;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A question of the gateway's own on a connection that a session keeps. A server that says nothing is given as much time as one that is
 * down before the statements that run there are given up: one that was only frozen still answers.
 */
abstract class Question extends TextRows {
    /** How long an answer may take. */
    static final int PATIENCE_MILLIS = HealthSettings.DEFAULT.patienceMillis();

    /** Why a connection is closed whose server has not answered. */
    static final String SILENT = "no answer in " + PATIENCE_MILLIS + " ms to a question of the gateway's own";

    private Future<?> deadline;
    private boolean ended;

    /** The server has answered in time. */
    protected abstract void answered(List<String[]> rows, ReplyStatus status);

    /** The connection has ended before the answer. */
    protected abstract void lost(BrokenConnectionException cause);

    /** There is no answer; whatever comes from now on, is not told. The connection is of no use any more. */
    protected abstract void silent();

    /** Asks, once. */
    final void askInTime(PooledConnection connection, String sql) {
        deadline = connection
                .borrower()
                .schedule(
                        () -> {
                            if (end()) {
                                tellSilence(connection);
                            }
                        },
                        PATIENCE_MILLIS,
                        TimeUnit.MILLISECONDS);
        ask(connection, sql);
    }

    private void tellSilence(PooledConnection connection) {
        try {
            silent();
        } catch (RuntimeException | Error e) {
            connection.fault(e);
        }
    }

    private boolean end() {
        boolean first = !ended;
        ended = true;
        deadline.cancel(false);
        return first;
    }

    @Override
    protected final void completed(List<String[]> rows, ReplyStatus status) {
        if (end()) {
            answered(rows, status);
        }
    }

    @Override
    public final void onBroken(BrokenConnectionException e) {
        if (end()) {
            lost(e);
        }
    }
}
