// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnType;
import com.workersql.server.error.ErrorClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.error.Outcome;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How an answer flows, and in what ways its statement ends. */
class QueryRunEndTest extends QueryRunFixture {
    @Test
    void doesNotLetALonelyRowWait() {
        var reply = start(true).reply().columns(column("a", ColumnType.LONG)).row(1);
        channel.runPendingTasks();

        assertThat(output.json.toString()).endsWith("\"data\":[[1]");

        reply.end();
        assertThat(output.end).isEqualTo("complete");
    }

    @Test
    void handsChunksOverAsTheyFill() {
        var reply = start(true).reply().columns(column("a", ColumnType.VAR_STRING));
        for (int i = 0; i < 100; i++) {
            reply.row("x".repeat(1000));
        }

        assertThat(output.parts).isBetween(5, 7);
        reply.end();
    }

    @Test
    void stopsTheShardWhileTheClientDoesNotRead() {
        output.writable = false;
        var reply = start(true).reply();
        assertThat(reply.isReading()).isFalse();

        run.writable(true);
        assertThat(reply.isReading()).isTrue();
        run.writable(false);
        assertThat(reply.isReading()).isFalse();
        reply.columns(column("a", ColumnType.LONG)).end();
    }

    @Test
    void refusesARowBeyondItsLimit() {
        var reply = start(true).reply().columns(column("a", ColumnType.VAR_STRING));
        reply.pieces(reply.textRow("x".repeat(MAX_ROW_BYTES)), 10_000);

        assertThat(sessions.cancelled()).containsExactly(session);
        reply.error(1317, "70100", "interrupted");
        assertThat(output.error.errorClass()).isEqualTo(ErrorClass.TOO_LARGE);
        assertThat(output.error.message()).contains("http.max_row_bytes");
    }

    @Test
    void endsAStatementWhoseTimeIsUp() {
        channel.freezeTime();
        var statement = start(new QueryRequest("SELECT SLEEP(9)", QueryRequest.Positional.NONE, 250, false, null));
        assertThat(session.timeLimitMillis())
                .as("whoever sends it to its shard ends it there")
                .isEqualTo(250);
        channel.advanceTimeBy(349, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(sessions.cancelled()).isEmpty();

        channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        assertThat(sessions.cancelled()).containsExactly(session);
        statement.reply().error(1317, "70100", "interrupted");

        assertThat(output.error.errno()).isEqualTo(3024);
        assertThat(output.error.errorClass()).isEqualTo(ErrorClass.TIMEOUT);
        assertThat(run.hasLostSession()).isFalse();
        assertThat(session.timeLimitMillis()).isZero();
    }

    @Test
    void givesUpAStatementThatDoesNotEnd() {
        channel.freezeTime();
        var statement = start(new QueryRequest("SELECT", QueryRequest.Positional.NONE, 250, false, null));
        channel.advanceTimeBy(350, TimeUnit.MILLISECONDS);
        channel.runScheduledPendingTasks();
        channel.advanceTimeBy(2, TimeUnit.SECONDS);
        channel.runScheduledPendingTasks();

        assertThat(output.error.outcome()).isEqualTo(Outcome.UNKNOWN);
        assertThat(run.hasLostSession()).isTrue();
        statement.reply().columns(column("a", ColumnType.LONG)).row(1).end();
        assertThat(output.end).isEqualTo("failed");
    }

    @Test
    void givesUpAStatementThatWasNotSentYet() {
        start(false);
        session.activity().running(null);
        run.killed();

        assertThat(output.error.errno()).isEqualTo(1317);
        assertThat(output.error.outcome()).isEqualTo(Outcome.NOT_EXECUTED);
        assertThat(run.hasLostSession()).isTrue();
    }

    /** It came too late for it: nobody is told that a write was not done, or not for certain, which was. */
    @Test
    void tellsOfAWriteThatIsDoneAlthoughItsEndWasOrdered() {
        var statement = start(false);
        run.killed();
        statement.reply().ok(1, 7, 0);

        assertThat(output.end).isEqualTo("complete");
        assertThat(answer()).contains("\"rowsAffected\":1").contains("\"success\":true");
    }

    @Test
    void doesNotTakeRowsThatWereThrownAwayForNone() {
        var statement = start(false);
        run.killed();
        statement.reply().columns(column("a", ColumnType.LONG)).row(1).end();

        assertThat(output.end).isEqualTo("failed");
        assertThat(output.error.errno()).isEqualTo(1317);
    }

    @Test
    void saysWhatItsEndWasOrderedFor() {
        var statement = start(false);
        run.killed();
        statement.target().failed(GatewayError.outcomeUnknown("broken"));

        assertThat(output.error.errno()).isEqualTo(1317);
    }

    @Test
    void forgetsAnAnswerThatNobodyWants() {
        var reply = start(true).reply().columns(column("a", ColumnType.LONG)).row(1);
        run.abandon();
        reply.row(2).end();

        assertThat(output.end).isEqualTo("abandoned");
        assertThat(run.hasLostSession()).isTrue();
    }

    @Test
    void refusesParametersThatDoNotMatchBeforeAnythingIsRun() {
        run = new QueryRun(
                sessions,
                session,
                new QueryRequest("SELECT ?", QueryRequest.Positional.NONE, 0, false, null),
                AnswerDocument.Format.json(false),
                output,
                new QueryRun.Limits(10_000, MAX_ROW_BYTES),
                "r1");
        run.start();

        assertThat(sessions.statements()).isEmpty();
        assertThat(output.error.errorClass()).isEqualTo(ErrorClass.SYNTAX);
    }
}
