// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.config.GatewayConfig;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A thousand sessions over WebSockets share ten connections to their shard, as MySQL sessions do. */
class WebSocketSessionsIT {
    private static final int SESSIONS = 1_000;
    private static final int CONNECTIONS = 10;

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(WebSocketSessionsIT::withTenConnections);
    }

    private static GatewayConfig withTenConnections(GatewayConfig config) {
        return Fleet.withConnections(config, CONNECTIONS);
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    @Test
    void aThousandSessionsRunOnTenConnections() throws Exception {
        var acme = new Http(fleet, "acme");
        acme.query("DROP TABLE IF EXISTS sockets");
        acme.query("CREATE TABLE sockets (id INT PRIMARY KEY, v INT)");
        var sockets = new ArrayList<Http.Socket>();
        var callers = Executors.newFixedThreadPool(16);
        try {
            for (int i = 0; i < SESSIONS; i++) {
                sockets.add(acme.connect());
            }
            // All are open at once; each runs a transaction of its own and reads what only it has written.
            var done = new ArrayList<CompletableFuture<Void>>();
            for (int i = 0; i < SESSIONS; i++) {
                int number = i;
                done.add(CompletableFuture.runAsync(() -> transaction(sockets.get(number), number), callers));
            }
            CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).join();

            assertThat(acme.query("SELECT COUNT(*), COUNT(DISTINCT v) FROM sockets")
                            .data())
                    .hasToString("[[" + SESSIONS + ", " + SESSIONS + "]]");
            assertThat(connections(acme)).as("connections to the shard").isBetween(1.0, (double) CONNECTIONS);
        } finally {
            callers.shutdown();
            sockets.forEach(Http.Socket::close);
        }
        assertThat(new HashSet<>(sockets)).hasSize(SESSIONS);
    }

    private static void transaction(Http.Socket socket, int number) {
        try {
            String transaction = socket.begin();
            socket.call(message("INSERT INTO sockets VALUES (?, ?)", number + "," + (number * 7), transaction));
            var read = socket.call(message("SELECT v FROM sockets WHERE id = ?", "" + number, transaction));
            assertThat(Http.data(read).get("data")).hasToString("[[" + number * 7 + "]]");
            assertThat(socket.call("{\"type\":\"commit\",\"id\":\"e\",\"transactionId\":\"" + transaction + "\"}"))
                    .containsEntry("type", "response");
            var outside = socket.call(message("SELECT ? AS mine", "" + number, null));
            assertThat(Http.data(outside).get("data")).hasToString("[[" + number + "]]");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String message(String sql, String parameters, String transaction) {
        return "{\"type\":\"query\",\"id\":1,\"sql\":\"" + sql + "\",\"params\":[" + parameters
                + "],\"rows\":\"array\"" + (transaction == null ? "" : ",\"transactionId\":\"" + transaction + "\"")
                + "}";
    }

    private static double connections(Http acme) throws Exception {
        return acme.metric("workersql_pool_connections", "shard=\"shard_0\"", "state=\"open\"");
    }
}
