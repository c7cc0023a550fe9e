// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.session;

import com.workersql.server.http.query.AnswerDocument;
import com.workersql.server.http.query.BatchRequest;
import com.workersql.server.http.query.QueryRequest;
import io.netty.channel.EventLoop;

/** The statements of a batch, within BEGIN and COMMIT, or ROLLBACK, where they are to take effect together. */
final class BatchScript implements Script {
    private final BatchRequest batch;
    private final BatchAnswer answer;
    private final EventLoop answerLoop;
    private Phase phase;
    private int index;

    private enum Phase {
        BEGIN,
        STATEMENTS,
        DONE
    }

    /**
     * @param answer is called on its own event loop
     * @param answerLoop that loop
     */
    BatchScript(BatchRequest batch, BatchAnswer answer, EventLoop answerLoop) {
        this.batch = batch;
        this.answer = answer;
        this.answerLoop = answerLoop;
        this.phase = batch.transaction() ? Phase.BEGIN : Phase.STATEMENTS;
    }

    @Override
    public Step next(boolean lastFailed) {
        return switch (phase) {
            case BEGIN -> {
                phase = Phase.STATEMENTS;
                yield control("BEGIN");
            }
            case STATEMENTS -> {
                boolean stopped = lastFailed && batch.stopOnError();
                if (!stopped && index < batch.queries().size()) {
                    yield statement(batch.queries().get(index++));
                }
                phase = Phase.DONE;
                yield batch.transaction() ? control(stopped ? "ROLLBACK" : "COMMIT") : null;
            }
            case DONE -> null;
        };
    }

    private Step statement(BatchRequest.Item item) {
        return new Step(
                item.request(),
                AnswerDocument.Format.json(item.request().rowsAsArrays()),
                answer.next(item.id(), true));
    }

    private Step control(String sql) {
        return new Step(
                new QueryRequest(sql, QueryRequest.Positional.NONE, 0, false, null),
                AnswerDocument.Format.json(false),
                answer.next(null, false));
    }

    @Override
    public void finished() {
        if (answerLoop.inEventLoop()) {
            answer.finish(batch.transaction());
        } else {
            answerLoop.execute(() -> answer.finish(batch.transaction()));
        }
    }

    @Override
    public boolean endsSession() {
        return true;
    }
}
