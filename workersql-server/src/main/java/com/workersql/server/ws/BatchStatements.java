// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.ws;

import com.workersql.server.error.GatewayError;
import com.workersql.server.ws.StepCondition.Outcome;
import java.util.ArrayList;
import java.util.List;

/**
 * The statements of a {@code batch}: each step that its condition lets run answers for itself, and behind the last one comes the
 * answer of the whole. In a transaction of its own nothing runs behind a step that has failed, whatever its condition says, and
 * the transaction is rolled back.
 */
final class BatchStatements extends StreamCall.Statements {
    private static final int TRANSACTION_OPEN = 1568;

    private final List<BatchStep> steps;
    private final boolean transaction;
    private final long fetch;
    private final List<Outcome> outcomes = new ArrayList<>();
    private Phase phase;
    private int running = -1;
    private GatewayError failure;

    private enum Phase {
        BEGIN,
        STEPS,
        OVER
    }

    /** @param fetch how many rows of each step may be sent at first */
    BatchStatements(List<BatchStep> steps, boolean transaction, long fetch) {
        this.steps = steps;
        this.transaction = transaction;
        this.fetch = fetch;
        this.phase = transaction ? Phase.BEGIN : Phase.STEPS;
    }

    @Override
    public Step next(boolean lastFailed) {
        if (running >= 0) {
            outcomes.add(lastFailed ? Outcome.FAILED : Outcome.SUCCEEDED);
            running = -1;
        }
        if (phase == Phase.BEGIN) {
            if (call().isInTransaction()) {
                failure = GatewayError.refused(
                        TRANSACTION_OPEN,
                        "25001",
                        "This stream has an open transaction; a batch with \"tx\" begins its own");
                phase = Phase.OVER;
                return null;
            }
            phase = Phase.STEPS;
            return call().step("BEGIN", this::failed);
        }
        if (phase == Phase.STEPS && failure == null) {
            var step = nextStep();
            if (step != null) {
                return step;
            }
            if (transaction) {
                phase = Phase.OVER;
                return call().step(hasFailed() || isCancelled() ? "ROLLBACK" : "COMMIT", this::failed);
            }
        }
        phase = Phase.OVER;
        return null;
    }

    private Step nextStep() {
        while (outcomes.size() < steps.size()) {
            int number = outcomes.size();
            var step = steps.get(number);
            boolean stopped = isCancelled() || (transaction && hasFailed());
            if (!stopped && step.condition().holds(outcomes)) {
                running = number;
                return call().step(
                                step.request(),
                                new CursorAnswer.Heading(call().id(), number),
                                fetch,
                                error -> call().sendStepError(number, error));
            }
            outcomes.add(Outcome.SKIPPED);
            call().sendSkipped(number);
        }
        return null;
    }

    private boolean hasFailed() {
        return outcomes.contains(Outcome.FAILED);
    }

    private void failed(GatewayError error) {
        failure = error;
    }

    @Override
    public void finished() {
        if (isCancelled()) {
            call().sendError(GatewayError.interrupted());
        } else if (failure != null) {
            call().sendError(failure);
        } else {
            call().sendBatchEnd(steps.size(), !hasFailed());
        }
    }
}
