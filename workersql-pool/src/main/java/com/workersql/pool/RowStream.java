// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.Err;
import com.workersql.protocol.message.server.Ok;
import com.workersql.protocol.message.server.StmtPrepareOk;
import com.workersql.protocol.session.ReplyHandler;
import com.workersql.protocol.value.RowReader;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Flow;

/**
 * Rows on their way to a subscriber, who asks for as many as it can take. Nothing is read from the server while more rows wait than
 * were asked for, so that at most what one read brought is held. Confined to its event loop but for what the subscriber calls.
 */
final class RowStream implements StatementRun.Outcome, ReplyHandler, Flow.Subscription {
    private final Endpoint endpoint;
    private final EventLoop loop;
    private final Flow.Subscriber<? super List<Object>> subscriber;
    private final ArrayDeque<List<Object>> waiting = new ArrayDeque<>();
    private PooledConnection connection;
    private StatementRun run;
    private long demand;
    private int resultsWithRows;
    private boolean read;
    private Throwable failure;
    private boolean over;
    private boolean draining;

    RowStream(Endpoint endpoint, EventLoop loop, Flow.Subscriber<? super List<Object>> subscriber) {
        this.endpoint = endpoint;
        this.loop = loop;
        this.subscriber = subscriber;
    }

    // ---- the subscriber, any thread

    @Override
    public void request(long rows) {
        loop.execute(() -> {
            if (rows <= 0) {
                end(new IllegalArgumentException("asked for " + rows + " rows, at least 1 is allowed"));
                cancelled();
                return;
            }
            demand = demand + rows < 0 ? Long.MAX_VALUE : demand + rows;
            drain();
        });
    }

    @Override
    public void cancel() {
        loop.execute(() -> {
            over = true;
            cancelled();
        });
    }

    // ---- the event loop

    boolean isOver() {
        return over;
    }

    void runOn(PooledConnection lent, StatementRun statement) {
        connection = lent;
        run = statement;
    }

    /** No connection was to be had. */
    void refused(Throwable cause) {
        read = true;
        failure = cause;
        drain();
    }

    private void cancelled() {
        waiting.clear();
        if (!read && run != null) {
            run.abort(new CancellationException("the subscriber cancelled"));
        }
    }

    private void drain() {
        if (draining) {
            return;
        }
        draining = true;
        while (!over && demand > 0 && !waiting.isEmpty()) {
            demand--;
            subscriber.onNext(waiting.poll());
        }
        draining = false;
        if (read && waiting.isEmpty()) {
            end(failure);
        } else if (!read && connection != null) {
            connection.setAutoRead(waiting.isEmpty() || demand > 0);
        }
    }

    private void end(Throwable cause) {
        if (!over) {
            over = true;
            if (cause == null) {
                subscriber.onComplete();
            } else {
                subscriber.onError(cause);
            }
        }
    }

    @Override
    public ReplyHandler handler() {
        return this;
    }

    @Override
    public void completed(ReplyStatus status) {
        read = true;
        ReturnedConnection.giveBack(connection);
        failure = status.isError() ? new QueryFailedException(endpoint, status) : null;
        drain();
    }

    @Override
    public void failed(Throwable cause, boolean usable) {
        read = true;
        if (usable) {
            ReturnedConnection.giveBack(connection);
        }
        failure = cause;
        drain();
    }

    @Override
    public void onColumns(ColumnDefinition[] definitions) {
        resultsWithRows++;
    }

    @Override
    public void onRow(RowReader row) {
        if (resultsWithRows == 1 && !over) {
            waiting.add(ResultCollector.values(row));
            drain();
        }
    }

    @Override
    public void onRowsEnd(int statusFlags, int warnings) {}

    @Override
    public void onOk(Ok ok) {}

    @Override
    public void onErr(Err err) {}

    @Override
    public void onPrepared(StmtPrepareOk statement, ColumnDefinition[] parameters, ColumnDefinition[] definitions) {}
}
