// SPDX-License-Identifier: Apache-2.0
package com.workersql.pool;

import com.workersql.protocol.session.ReplyHandler;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/** A statement whose whole result goes into a future. */
final class Collected implements StatementRun.Outcome {
    private final Endpoint endpoint;
    private final ResultCollector collector;
    private final CompletableFuture<QueryResult> result;
    private final Consumer<Boolean> atEnd;

    /**
     * @param atEnd runs before the future hears; takes whether the connection can be used further
     */
    Collected(
            Endpoint endpoint,
            int maxRows,
            int maxResultBytes,
            CompletableFuture<QueryResult> result,
            Consumer<Boolean> atEnd) {
        this.endpoint = endpoint;
        this.collector = new ResultCollector(endpoint, maxRows, maxResultBytes);
        this.result = result;
        this.atEnd = atEnd;
    }

    @Override
    public ReplyHandler handler() {
        return collector;
    }

    @Override
    public void completed(ReplyStatus status) {
        atEnd.accept(true);
        if (status.isError()) {
            result.completeExceptionally(new QueryFailedException(endpoint, status));
        } else {
            result.complete(collector.result(status));
        }
    }

    @Override
    public void failed(Throwable cause, boolean usable) {
        atEnd.accept(usable);
        result.completeExceptionally(cause);
    }
}
