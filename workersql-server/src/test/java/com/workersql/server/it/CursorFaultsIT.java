// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.it.CursorTwin.READ_ONLY;
import static com.workersql.server.it.CursorTwin.isOpen;
import static com.workersql.server.it.CursorTwin.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawReply;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of an open cursor when its shard, its statement or its client is lost. There is one connection for all. */
class CursorFaultsIT {
    @RegisterExtension
    static final CutCursor CURSOR = new CutCursor(CursorFaultsIT::withOneConnection);

    private static GatewayConfig withOneConnection(GatewayConfig config) {
        return Fleet.withConnections(config, 1).toBuilder()
                .pool(PoolConfig.of(
                        Map.of(PoolConfig.PINNED_PERCENT_PER_TENANT, 100L, PoolConfig.WAIT_MILLIS, 60_000L)))
                .build();
    }

    @Test
    void aCursorIsLostWithItsConnectionAndTheSessionGoesOn() throws Exception {
        CURSOR.cutFetch(FaultProxy.Cut.RESET, 0);

        var lost = CURSOR.fetch(1);
        assertThat(message(lost)).contains("shard_0").contains("lost");
        var gone = CURSOR.fetch(1);
        assertThat(gone.errno()).isEqualTo(1421);
        assertThat(message(gone)).contains("lost");
        assertThat(message(CURSOR.fetch(1))).as("told once").doesNotContain("lost");

        CURSOR.assertOpensAgain();
    }

    @Test
    void aFetchIsToldThatTheCursorWasLostWithAnotherStatement() throws Exception {
        CURSOR.proxy().aim("a marked text", FaultProxy.Cut.RESET, 0);
        assertThat(CURSOR.client().query("SELECT 'a marked text'").isError()).isTrue();

        var lost = CURSOR.fetch(1);
        assertThat(lost.errno()).isEqualTo(1421);
        assertThat(message(lost)).contains("it was lost");
        assertThat(CURSOR.client().query("SELECT 5").value()).isEqualTo("5");
    }

    @Test
    void whatIsLostInATransactionIsTheTransaction() throws Exception {
        CURSOR.client().query("BEGIN");
        CURSOR.cutFetch(FaultProxy.Cut.RESET, 0);

        assertThat(CURSOR.fetch(1).errno()).isEqualTo(3101);
        assertThat(CURSOR.client().query("ROLLBACK").isError()).isFalse();
        assertThat(CURSOR.client().query("SELECT 5").value()).isEqualTo("5");
    }

    @Test
    void amongRowsTheLossIsToldByAnErrorInTheirPlace() throws Exception {
        CURSOR.cutFetch(FaultProxy.Cut.RESET, 6);

        // The row that was begun cannot be finished, nor anything be said behind it.
        CURSOR.client().send(Command.COM_STMT_FETCH, new byte[] {(byte) CURSOR.statement(), 0, 0, 0, 9, 0, 0, 0});
        CURSOR.client().toTheEnd();
    }

    @Test
    void aClientThatGoesAwayLeavesItsConnectionToTheNext() throws Exception {
        CURSOR.client().abort();

        try (var next = CURSOR.connect()) {
            assertThat(next.query("SELECT 5").value()).isEqualTo("5");
        }
    }

    @Test
    void killQueryEndsAnExecutionThatWouldOpenOneAndLeavesNone() throws Exception {
        CURSOR.fetch(9);
        int slow = CURSOR.prepare("SELECT SLEEP(60) UNION ALL SELECT 2");
        CURSOR.client().send(Command.COM_STMT_EXECUTE, new byte[] {(byte) slow, 0, 0, 0, READ_ONLY, 1, 0, 0, 0});
        try (var killer = CURSOR.connect()) {
            while (!killer.query("SHOW PROCESSLIST").rows().toString().contains("SLEEP")) {
                Thread.onSpinWait();
            }
            killer.query("KILL QUERY " + CURSOR.client().connectionId());
        }

        var answer = CURSOR.client().results();
        // MySQL has SLEEP return early, and goes on with the rest.
        assertThat(answer.errno() == 1317 || isOpen(status(answer))).isTrue();
        if (answer.isError()) {
            assertThat(CursorTwin.fetch(CURSOR.client(), slow, 1).errno()).isEqualTo(1421);
        }
        CURSOR.client().command(Command.COM_STMT_CLOSE, CursorTwin.id(slow));
        try (var next = CURSOR.connect()) {
            assertThat(next.query("SELECT 5").value()).isEqualTo("5");
        }
    }

    @Test
    void aKillQueryThatComesTooLateForAFetchStrikesNoneOfTheNext() throws Exception {
        CURSOR.cutFetch(FaultProxy.Cut.STALL, 0);
        var fetching = CompletableFuture.supplyAsync(CursorFaultsIT::fetchOne);
        while (CURSOR.proxy().isAimed()) {
            Thread.onSpinWait();
        }
        try (var killer = CURSOR.connect()) {
            assertThat(killer.query("KILL QUERY " + CURSOR.client().connectionId())
                            .isError())
                    .isFalse();
        }

        // The shard has fetched the row already, and its answer comes at last.
        CURSOR.proxy().release();

        assertThat(fetching.get(30, TimeUnit.SECONDS).payloads()).hasSize(2);
        assertThat(CURSOR.fetch(9).payloads()).as("the last row").hasSize(2);
        assertThat(CURSOR.client().query("SELECT 5").value()).isEqualTo("5");
    }

    private static RawReply fetchOne() {
        try {
            return CURSOR.fetch(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String message(RawReply error) {
        assertThat(error.isError()).isTrue();
        var payload = error.payloads().get(error.payloads().size() - 1);
        return new String(payload, 9, payload.length - 9, StandardCharsets.UTF_8);
    }
}
