// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.it.CursorTwin.READ_ONLY;
import static com.workersql.server.it.CursorTwin.isOpen;
import static com.workersql.server.it.CursorTwin.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.protocol.testing.RawReply;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of an open cursor when its shard, its statement or its client is lost. There is one connection for all. */
class CursorFaultsIT {
    /** COM_STMT_FETCH with its header. */
    private static final String FETCH = "\11\0\0\0\34";

    private static ProxiedFleet<FaultProxy> proxied;
    private static FaultProxy proxy;
    private static Fleet fleet;

    private RawClient client;
    private int statement;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(FaultProxy::new, FaultProxy::port, CursorFaultsIT::withOneConnection);
        proxy = proxied.proxy();
        fleet = proxied.fleet();
    }

    private static GatewayConfig withOneConnection(GatewayConfig config) {
        return Fleet.withConnections(config, 1).toBuilder()
                .pool(PoolConfig.of(
                        Map.of(PoolConfig.PINNED_PERCENT_PER_TENANT, 100L, PoolConfig.WAIT_MILLIS, 60_000L)))
                .build();
    }

    @AfterAll
    static void stop() throws Exception {
        if (proxied != null) {
            proxied.close();
        }
    }

    @BeforeEach
    void open() throws IOException {
        client = client();
        statement = prepare("SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3");
        assertThat(isOpen(status(CursorTwin.execute(client, statement, READ_ONLY))))
                .isTrue();
        assertThat(CursorTwin.fetch(client, statement, 1).payloads()).hasSize(2);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
    }

    private static RawClient client() throws IOException {
        return RawClient.connect(
                fleet.gateway().mysqlAddress().getPort(),
                "acme",
                fleet.password("acme"),
                "acme",
                CapabilityFlags.CLIENT_LONG_PASSWORD
                        | CapabilityFlags.CLIENT_TRANSACTIONS
                        | CapabilityFlags.CLIENT_DEPRECATE_EOF);
    }

    private int prepare(String sql) throws IOException {
        return client.command(Command.COM_STMT_PREPARE, sql.getBytes(StandardCharsets.UTF_8))
                .statementId();
    }

    @Test
    void aCursorIsLostWithItsConnectionAndTheSessionGoesOn() throws Exception {
        proxy.aim(FETCH, FaultProxy.Cut.RESET, 0);

        var lost = CursorTwin.fetch(client, statement, 1);
        assertThat(message(lost)).contains("shard_0").contains("lost");
        var gone = CursorTwin.fetch(client, statement, 1);
        assertThat(gone.errno()).isEqualTo(1421);
        assertThat(message(gone)).contains("lost");
        assertThat(message(CursorTwin.fetch(client, statement, 1)))
                .as("told once")
                .doesNotContain("lost");

        assertThat(client.query("SELECT 5").value()).isEqualTo("5");
        assertThat(isOpen(status(CursorTwin.execute(client, statement, READ_ONLY))))
                .isTrue();
        assertThat(CursorTwin.fetch(client, statement, 9).payloads()).hasSize(4);
    }

    @Test
    void aFetchIsToldThatTheCursorWasLostWithAnotherStatement() throws Exception {
        proxy.aim("a marked text", FaultProxy.Cut.RESET, 0);
        assertThat(client.query("SELECT 'a marked text'").isError()).isTrue();

        var lost = CursorTwin.fetch(client, statement, 1);
        assertThat(lost.errno()).isEqualTo(1421);
        assertThat(message(lost)).contains("it was lost");
        assertThat(client.query("SELECT 5").value()).isEqualTo("5");
    }

    @Test
    void whatIsLostInATransactionIsTheTransaction() throws Exception {
        client.query("BEGIN");
        proxy.aim(FETCH, FaultProxy.Cut.RESET, 0);

        assertThat(CursorTwin.fetch(client, statement, 1).errno()).isEqualTo(3101);
        assertThat(client.query("ROLLBACK").isError()).isFalse();
        assertThat(client.query("SELECT 5").value()).isEqualTo("5");
    }

    @Test
    void amongRowsTheLossIsToldByAnErrorInTheirPlace() throws Exception {
        proxy.aim(FETCH, FaultProxy.Cut.RESET, 6);

        // The row that was begun cannot be finished, nor anything be said behind it.
        client.send(Command.COM_STMT_FETCH, new byte[] {(byte) statement, 0, 0, 0, 9, 0, 0, 0});
        client.toTheEnd();
    }

    @Test
    void aClientThatGoesAwayLeavesItsConnectionToTheNext() throws Exception {
        client.abort();

        try (var next = client()) {
            assertThat(next.query("SELECT 5").value()).isEqualTo("5");
        }
    }

    @Test
    void killQueryEndsAnExecutionThatWouldOpenOneAndLeavesNone() throws Exception {
        CursorTwin.fetch(client, statement, 9);
        int slow = prepare("SELECT SLEEP(60) UNION ALL SELECT 2");
        client.send(Command.COM_STMT_EXECUTE, new byte[] {(byte) slow, 0, 0, 0, READ_ONLY, 1, 0, 0, 0});
        try (var killer = client()) {
            while (!killer.query("SHOW PROCESSLIST").rows().toString().contains("SLEEP")) {
                Thread.onSpinWait();
            }
            killer.query("KILL QUERY " + client.connectionId());
        }

        var answer = client.results();
        // MySQL has SLEEP return early, and goes on with the rest.
        assertThat(answer.errno() == 1317 || isOpen(status(answer))).isTrue();
        if (answer.isError()) {
            assertThat(CursorTwin.fetch(client, slow, 1).errno()).isEqualTo(1421);
        }
        client.command(Command.COM_STMT_CLOSE, CursorTwin.id(slow));
        try (var next = client()) {
            assertThat(next.query("SELECT 5").value()).isEqualTo("5");
        }
    }

    private static String message(RawReply error) {
        assertThat(error.isError()).isTrue();
        var payload = error.payloads().get(error.payloads().size() - 1);
        return new String(payload, 9, payload.length - 9, StandardCharsets.UTF_8);
    }
}
