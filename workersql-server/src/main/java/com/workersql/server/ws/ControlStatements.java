// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.GatewayError;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;

/** Statements that all have to go well, and whose results nobody sees: they open a stream, or begin or end a transaction. */
final class ControlStatements extends StreamCall.Statements {
    private final Queue<String> statements;
    private final Runnable succeeded;
    private final Consumer<GatewayError> failed;
    private boolean stopped;

    /**
     * @param succeeded called behind the last one
     * @param failed called in its place
     */
    ControlStatements(List<String> statements, Runnable succeeded, Consumer<GatewayError> failed) {
        this.statements = new ArrayDeque<>(statements);
        this.succeeded = succeeded;
        this.failed = failed;
    }

    @Override
    public Step next(boolean lastFailed) {
        stopped = lastFailed;
        var sql = lastFailed ? null : statements.poll();
        return sql == null ? null : call().step(sql, failed);
    }

    @Override
    public void finished() {
        if (!stopped) {
            succeeded.run();
        }
    }
}
