// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.idempotency;

import com.workersql.router.ParameterValue;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import com.workersql.server.http.query.AnswerDocument;
import com.workersql.server.http.query.KeptOutput;
import com.workersql.server.http.query.QueryRequest;
import com.workersql.server.http.session.Script;
import java.util.ArrayList;
import java.util.List;

/**
 * A transaction that takes the key, runs the statements, keeps their answer under the key and commits; or takes all of it back.
 * Confined to one event loop.
 */
final class WriteScript implements Script {
    private static final int DUPLICATE_KEY = 1062;
    private static final int NO_SUCH_TABLE = 1146;
    private static final int ANSWER_TOO_LARGE = 1301;

    private final IdempotencyKey key;
    private final List<QueryRequest> queries;
    private final List<String> ids;
    private final boolean batch;
    private final int maxAnswerBytes;
    private final List<String> answers = new ArrayList<>();
    private KeptOutput last;
    private Sent sent = Sent.NOTHING;
    private Sent failed;
    private GatewayError error;
    private String answer;

    /** The statement that was sent last. */
    private enum Sent {
        NOTHING,
        BEGIN,
        KEY,
        STATEMENT,
        ANSWER,
        END
    }

    /**
     * @param ids what the client calls each statement, as JSON text or empty; of a batch only
     * @param batch whether the answer is that of a batch
     */
    WriteScript(IdempotencyKey key, List<QueryRequest> queries, List<String> ids, boolean batch, int maxAnswerBytes) {
        this.key = key;
        this.queries = queries;
        this.ids = ids;
        this.batch = batch;
        this.maxAnswerBytes = maxAnswerBytes;
    }

    @Override
    public Step next(boolean lastFailed) {
        if (lastFailed && error == null) {
            failed = sent;
            error = last.error();
        } else if (sent == Sent.STATEMENT && last.hasOverflowed()) {
            error = new GatewayError(
                    ANSWER_TOO_LARGE,
                    "HY000",
                    "The answer has more than " + maxAnswerBytes
                            + " bytes, the most that is kept under an Idempotency-Key (http.held_answer_bytes)",
                    ErrorClass.TOO_LARGE,
                    Outcome.NOT_EXECUTED);
        }
        if (error != null) {
            return sent == Sent.END ? null : step(Sent.END, IdempotentWrites.request("ROLLBACK"));
        }
        return switch (sent) {
            case NOTHING -> step(Sent.BEGIN, IdempotentWrites.request("BEGIN"));
            case BEGIN ->
                step(Sent.KEY, IdempotentWrites.request(IdempotentWrites.INSERT, text(key.id()), text(key.payload())));
            case KEY -> step(Sent.STATEMENT, queries.get(0));
            case STATEMENT -> {
                answers.add(last.text());
                yield answers.size() < queries.size() ? step(Sent.STATEMENT, queries.get(answers.size())) : keep();
            }
            case ANSWER -> step(Sent.END, IdempotentWrites.request("COMMIT"));
            case END -> null;
        };
    }

    private Step keep() {
        answer = batch ? batchAnswer() : answers.get(0);
        return step(Sent.ANSWER, IdempotentWrites.request(IdempotentWrites.ANSWER, text(answer), text(key.id())));
    }

    private String batchAnswer() {
        var results = new StringBuilder("{\"results\":[");
        for (int i = 0; i < answers.size(); i++) {
            var id = ids.get(i);
            results.append(i == 0 ? "" : ",");
            // An answer is an object: the id goes in behind its brace.
            results.append(id.isEmpty() ? "{" : "{\"id\":" + id + ",");
            results.append(answers.get(i), 1, answers.get(i).length());
        }
        return results.append("],\"success\":true}").toString();
    }

    private static ParameterValue text(String value) {
        return new ParameterValue.Text(value);
    }

    private Step step(Sent what, QueryRequest request) {
        sent = what;
        last = new KeptOutput(maxAnswerBytes);
        return new Step(request, AnswerDocument.Format.json(request.rowsAsArrays()), last);
    }

    @Override
    public boolean endsSession() {
        return true;
    }

    boolean lacksTable() {
        return failed == Sent.KEY && error.errno() == NO_SUCH_TABLE;
    }

    boolean isRepetition() {
        return failed == Sent.KEY && error.errno() == DUPLICATE_KEY;
    }

    GatewayError error() {
        return error;
    }

    String answer() {
        return answer;
    }
}
