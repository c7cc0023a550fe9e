// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.config.PoolConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Statements that wait for a connection longer than any test takes, while others hold all that there are: whatever ends their wait ends
 * it at once, and what was not begun is never done.
 */
class WaitingStatementsIT {
    private static final int CONNECTIONS = 2;
    private static final String WRITE = "UPDATE waited SET v = v + 1 WHERE id = 1";

    private static Fleet fleet;
    private final List<RawClient> holders = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> Fleet.withConnections(config, CONNECTIONS).toBuilder()
                .pool(PoolConfig.of(
                        Map.of(PoolConfig.PINNED_PERCENT_PER_TENANT, 100L, PoolConfig.WAIT_MILLIS, 600_000L)))
                .build());
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    @BeforeEach
    void holdAllConnections() throws IOException {
        try (var acme = client()) {
            acme.query("CREATE TABLE IF NOT EXISTS waited (id INT PRIMARY KEY, v INT)");
            acme.query("DELETE FROM waited");
            assertThat(acme.query("INSERT INTO waited VALUES (1, 0)").isError()).isFalse();
        }
        for (int i = 0; i < CONNECTIONS; i++) {
            var holder = client();
            holder.query("BEGIN");
            assertThat(holder.query("SELECT COUNT(*) FROM waited").isError()).isFalse();
            holders.add(holder);
        }
    }

    /** Nobody is left in the queue, so that those who come later are served, and see what was not done. */
    @AfterEach
    void nothingWasDone() throws Exception {
        await(0);
        for (var holder : holders) {
            holder.close();
        }
        try (var acme = client()) {
            assertThat(acme.query("SELECT v FROM waited WHERE id = 1").value()).isEqualTo("0");
        }
    }

    private static RawClient client() throws IOException {
        return fleet.raw("acme");
    }

    private static RawClient waiting() throws Exception {
        var client = client();
        client.send(Command.COM_QUERY, WRITE.getBytes(StandardCharsets.UTF_8));
        await(1);
        return client;
    }

    private static void await(int statements) throws Exception {
        var http = new Http(fleet, "acme");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        double waiting;
        do {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            waiting = http.metric("workersql_pool_connections", "shard=\"shard_0\"", "state=\"waiting\"");
        } while (waiting != statements && System.nanoTime() < end);
        assertThat(waiting).as("statements that wait").isEqualTo(statements);
    }

    @Test
    void killQueryEndsTheWaitAndLeavesTheSession() throws Exception {
        try (var client = waiting();
                var killer = client()) {
            assertThat(killer.query("KILL QUERY " + client.connectionId()).isError())
                    .isFalse();

            assertThat(client.results().errno()).isEqualTo(1317);
            assertThat(client.query("SELECT CONNECTION_ID()").value())
                    .isEqualTo(Integer.toString(client.connectionId()));
        }
    }

    @Test
    void killEndsTheWaitAndTheSession() throws Exception {
        try (var client = waiting();
                var killer = client()) {
            killer.query("KILL " + client.connectionId());

            client.toTheEnd();
            await(0);
        }
    }

    @Test
    void aClientThatGoesAwayWaitsNoLonger() throws Exception {
        waiting().abort();
    }

    @Test
    void aCallerOverHttpThatGoesAwayWaitsNoLonger() throws Exception {
        String body = "{\"sql\":\"" + WRITE + "\"}";
        try (var socket = new Socket(
                InetAddress.getLoopbackAddress(), fleet.gateway().httpAddress().getPort())) {
            socket.getOutputStream()
                    .write(
                            ("POST /v1/query HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAuthorization: "
                                            + new Http(fleet, "acme").authorization() + "\r\nContent-Length: "
                                            + body.length()
                                            + "\r\n\r\n" + body)
                                    .getBytes(StandardCharsets.UTF_8));
            await(1);
        }
    }

    @Test
    void aTimeLimitEndsTheWaitAndSaysWhereTheTimeWent() throws Exception {
        var answer = new Http(fleet, "acme").post("{\"sql\":\"" + WRITE + "\",\"timeout\":200}");

        assertThat(answer.body().toString())
                .contains("3024")
                .contains("for a connection and did not run")
                .contains("not_executed");
    }
}
