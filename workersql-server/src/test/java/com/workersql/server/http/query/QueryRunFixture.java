// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.http.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.message.server.ColumnDefinition;
import com.workersql.protocol.message.server.ColumnType;
import com.workersql.router.ParameterValue;
import com.workersql.router.PermissionClass;
import com.workersql.server.error.GatewayError;
import com.workersql.server.session.ClientSession;
import com.workersql.server.session.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;

/** A statement whose shard a test plays, and the answer that is written of it. */
abstract class QueryRunFixture {
    static final int MAX_ROW_BYTES = 64 * 1024;

    final EmbeddedChannel channel = new EmbeddedChannel();
    final FakeSessions sessions = new FakeSessions();
    final Output output = new Output();
    final ClientSession session =
            sessions.open(new Principal("u", "t", "t", Set.of(PermissionClass.READ)), channel.eventLoop(), "localhost");
    QueryRun run;

    /** Gathers an answer. */
    static final class Output implements QueryOutput {
        final StringBuilder json = new StringBuilder();
        boolean writable = true;
        int parts;
        GatewayError error;
        String end;

        @Override
        public boolean isWritable() {
            return writable;
        }

        @Override
        public void write(ByteBuf part) {
            parts++;
            take(part);
        }

        private void take(ByteBuf part) {
            assertThat(end).isNull();
            json.append(part.toString(StandardCharsets.UTF_8));
            part.release();
        }

        @Override
        public void complete(ByteBuf last) {
            take(last);
            end = "complete";
        }

        @Override
        public void fail(GatewayError failure, ByteBuf tail) {
            take(tail);
            error = failure;
            end = "failed";
        }

        @Override
        public void abandoned() {
            assertThat(end).isNull();
            end = "abandoned";
        }
    }

    FakeSessions.Statement start(QueryRequest request) {
        run = new QueryRun(
                sessions,
                session,
                request,
                AnswerDocument.Format.json(request.rowsAsArrays()),
                output,
                new QueryRun.Limits(10_000, MAX_ROW_BYTES),
                "r1");
        run.start();
        return sessions.latest();
    }

    FakeSessions.Statement start(boolean asArrays) {
        return start(new QueryRequest("SELECT", QueryRequest.Positional.NONE, 0, asArrays, null));
    }

    FakeSessions.Statement startBinary() {
        var values = List.<ParameterValue>of(new ParameterValue.SignedInteger(1));
        return start(new QueryRequest("SELECT ?", new QueryRequest.Positional(values), 0, true, null));
    }

    @AfterEach
    void leavesNoTimer() {
        channel.runPendingTasks();
        assertThat(output.end).isNotNull();
        channel.finishAndReleaseAll();
    }

    static ColumnDefinition column(String name, ColumnType type) {
        return ColumnDefinition.of(name, type);
    }

    static ColumnDefinition column(ColumnType type, int collation, int flags) {
        return ShardReply.with(ColumnDefinition.of("c", type), collation, flags, 0);
    }

    String answer() {
        return output.json.toString().replaceAll("\"executionTime\":[0-9.]+", "\"executionTime\":0");
    }
}
