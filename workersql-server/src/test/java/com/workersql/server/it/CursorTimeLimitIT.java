// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.it.CursorTwin.READ_ONLY;
import static com.workersql.server.it.CursorTwin.isOpen;
import static com.workersql.server.it.CursorTwin.status;
import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.PoolConfig;
import com.workersql.server.config.StatementsConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A fetch that is not answered has as much time as any statement. */
class CursorTimeLimitIT {
    /** COM_STMT_FETCH with its header. */
    private static final String FETCH = "\11\0\0\0\34";

    private static ProxiedFleet<FaultProxy> proxied;
    private static FaultProxy proxy;
    private static Fleet fleet;

    private RawClient client;
    private int statement;

    @BeforeAll
    static void start() throws Exception {
        proxied = ProxiedFleet.start(FaultProxy::new, FaultProxy::port, CursorTimeLimitIT::withALimit);
        proxy = proxied.proxy();
        fleet = proxied.fleet();
    }

    private static GatewayConfig withALimit(GatewayConfig config) {
        return Fleet.withConnections(config, 3).toBuilder()
                .pool(PoolConfig.of(Map.of(PoolConfig.PINNED_PERCENT_PER_TENANT, 100L)))
                .statements(StatementsConfig.of(Map.of(StatementsConfig.TIMEOUT_MILLIS, 2_000L)))
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
        statement = client.command(
                        Command.COM_STMT_PREPARE,
                        "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3".getBytes(StandardCharsets.UTF_8))
                .statementId();
        assertThat(isOpen(status(CursorTwin.execute(client, statement, READ_ONLY))))
                .isTrue();
        assertThat(CursorTwin.fetch(client, statement, 1).payloads()).hasSize(2);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        proxy.release();
    }

    private static RawClient client() throws IOException {
        return RawClient.connect(
                fleet.gateway().mysqlAddress().getPort(),
                "acme",
                fleet.password("acme"),
                "acme",
                CursorTwin.CAPABILITIES);
    }

    @Test
    void theTimeLimitOfStatementsIsThatOfEachFetch() throws Exception {
        proxy.aim(FETCH, FaultProxy.Cut.STALL, 0);

        var late = CursorTwin.fetch(client, statement, 1);

        assertThat(late.errno()).isEqualTo(3024);
        assertThat(CursorTwin.fetch(client, statement, 1).errno())
                .as("it went with its connection")
                .isEqualTo(1421);
        assertThat(client.query("SELECT 5").value()).isEqualTo("5");
        assertThat(isOpen(status(CursorTwin.execute(client, statement, READ_ONLY))))
                .isTrue();
        assertThat(CursorTwin.fetch(client, statement, 9).payloads()).hasSize(4);
    }
}
