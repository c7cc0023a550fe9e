// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static com.workersql.server.embedded.ShardFixture.run;
import static com.workersql.server.it.InThread.inThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.Gateway;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.ListenAddress;
import com.workersql.server.config.PeersConfig;
import com.workersql.server.config.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two gateways before the same shards: a client that reaches one has its sessions on the other all the same. */
class PeersIT {
    private static final Secret KEY = Secret.of("a key that all gateways have in common");
    /** Gateways 1, 2 and 3, of which the last one is away but where a test starts it. */
    private static final int[] PORTS = new int[3];

    private static Fleet fleet;
    private static Gateway second;

    @BeforeAll
    static void start() throws Exception {
        for (int i = 0; i < PORTS.length; i++) {
            try (var socket = new ServerSocket(0)) {
                PORTS[i] = socket.getLocalPort();
            }
        }
        fleet = Fleet.start(config -> numbered(config, 1, KEY));
        second = startGateway(2, KEY);
        var acme = new Http(fleet, "acme");
        acme.query("DROP TABLE IF EXISTS peers");
        acme.query("CREATE TABLE peers (id INT PRIMARY KEY)");
    }

    private static Gateway startGateway(int number, Secret key) {
        return Gateway.start(numbered(fleet.config(), number, key));
    }

    private static GatewayConfig numbered(GatewayConfig config, int number, Secret key) {
        var all = Map.of(1, address(1), 2, address(2), 3, address(3));
        var others = new TreeMap<>(all);
        others.remove(number);
        return config.toBuilder()
                .http(new ListenAddress("127.0.0.1", PORTS[number - 1]))
                .peers(new PeersConfig(number, others, key, 5_000))
                .drainMillis(0)
                .build();
    }

    private static URI address(int number) {
        return URI.create("http://127.0.0.1:" + PORTS[number - 1]);
    }

    @AfterAll
    static void stop() {
        if (second != null) {
            second.close();
        }
        fleet.close();
    }

    private static long id(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT CONNECTION_ID()")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static void refused(int errno, String message, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SQLException.class, e -> {
            assertThat(e.getErrorCode()).isEqualTo(errno);
            assertThat(e.getMessage()).contains(message);
        });
    }

    /** Waits until a session runs a statement, as its own gateway sees it. */
    private static void awaitRunning(Gateway gateway, String what) throws Exception {
        var http = new Http(fleet, "acme", gateway);
        while (!http.get("/v1/queries").body().contains(what)) {
            Thread.onSpinWait();
        }
    }

    @Test
    void idsOfAllDoorsCarryTheGatewaysNumber() throws Exception {
        try (var one = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var two = fleet.connect(Driver.MYSQL_TEXT, "acme", second);
                var socket = new Http(fleet, "acme", second).connect()) {
            assertThat(id(one) >>> 24).isEqualTo(1);
            assertThat(id(two) >>> 24).isEqualTo(2);
            var greeted = two.unwrap(com.mysql.cj.jdbc.JdbcConnection.class).getSession();
            assertThat(greeted.getThreadId()).as("in the handshake").isEqualTo(id(two));
            var overHttp = new Http(fleet, "acme", second).query("SELECT CONNECTION_ID() >> 24");
            assertThat(overHttp.data()).hasToString("[[2]]");
            assertThat(socket.call("{\"type\":\"query\",\"id\":\"q\",\"sql\":\"SELECT CONNECTION_ID() >> 24 AS n\"}")
                            .toString())
                    .contains("n=2");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"MARIADB_TEXT", "MARIADB_PREPARED"})
    void aStatementIsKilledThroughAnotherGatewayAndItsSessionStays(Driver driver) throws Exception {
        try (var victim = fleet.connect(driver, "acme", second);
                var killer = fleet.connect(driver, "acme")) {
            long id = id(victim);
            var sleep = inThread(() -> {
                run(victim, "SELECT id, SLEEP(30) FROM (SELECT 1 AS id UNION SELECT 2) AS victim");
                return null;
            });
            awaitRunning(second, "victim");
            run(killer, "KILL QUERY " + id);

            assertThatThrownBy(() -> sleep.get(20, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            e -> assertThat(e.getErrorCode()).isEqualTo(1317));
            assertThat(id(victim)).isEqualTo(id);
        }
    }

    @Test
    void aSessionIsKilledThroughAnotherGateway() throws Exception {
        try (var victim = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var killer = fleet.connect(Driver.MARIADB_TEXT, "acme", second)) {
            run(victim, "BEGIN");
            run(victim, "INSERT INTO peers VALUES (-1)");
            run(killer, "KILL " + id(victim));

            assertThatThrownBy(() -> {
                        while (true) {
                            run(victim, "SELECT 1");
                        }
                    })
                    .isInstanceOf(SQLException.class);
            refused(1094, "Unknown thread id", () -> run(killer, "KILL " + ((2 << 24) - 1)));
            assertThat(victim.isValid(1)).isFalse();
            assertThat(killer.isValid(1)).isTrue();
        }
    }

    @Test
    void aStatementOverHttpIsKilledThroughAnotherGateway() throws Exception {
        var http = new Http(fleet, "acme", second);
        var sleep = http.sendAsync(http.request("/v1/query")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"SELECT 7, SLEEP(30) AS web_victim\"}"))
                .build());
        awaitRunning(second, "web_victim");
        try (var killer = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var there = fleet.connect(Driver.MARIADB_TEXT, "acme", second);
                var statement = there.createStatement();
                var rows = statement.executeQuery("SHOW PROCESSLIST")) {
            while (rows.next()) {
                if (String.valueOf(rows.getString("Info")).contains("web_victim")) {
                    run(killer, "KILL QUERY " + rows.getLong("Id"));
                }
            }
        }
        assertThat(sleep.get(20, TimeUnit.SECONDS).body()).contains("1317");
    }

    @Test
    void anotherTenantsSessionIsNotThere() throws Exception {
        try (var victim = fleet.connect(Driver.MARIADB_TEXT, "acme", second);
                var stranger = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            long id = id(victim);
            refused(1094, "Unknown thread id: " + id, () -> run(stranger, "KILL " + id));
            refused(1094, "Unknown thread id: " + id, () -> run(stranger, "KILL QUERY " + id));
            assertThat(id(victim)).isEqualTo(id);
        }
    }

    @Test
    void aGatewayThatIsUnknownOrAwayOrNotBelievedIsNamed() throws Exception {
        try (var killer = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            refused(
                    1094,
                    "it would be of gateway 9, which is not among the peers (peers.addresses)",
                    () -> run(killer, "KILL " + (9 << 24 | 1)));
            refused(
                    1429,
                    "Gateway 3 at " + address(3) + " cannot be reached",
                    () -> run(killer, "KILL " + (3 << 24 | 1)));
            try (var other = startGateway(3, Secret.of("another key, of a gateway of another house"));
                    var victim = fleet.connect(Driver.MARIADB_TEXT, "acme", other)) {
                long id = id(victim);
                refused(1429, "its peers.key or its clock is another", () -> run(killer, "KILL " + id));
                assertThat(id(victim)).isEqualTo(id);
            }
            run(killer, "DO 1");
        }
        for (var gateway : new Gateway[] {fleet.gateway(), second}) {
            var http = new Http(gateway.httpAddress().getPort(), "Basic bm9ib2R5Og==");
            var unsealed = http.request("/v1/peers/kill")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"session\":16777217,\"queryOnly\":false}"))
                    .build();
            assertThat(http.send(unsealed, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void aTransactionOverHttpGoesOnThroughAnotherGateway() throws Exception {
        var there = new Http(fleet, "acme", second);
        var here = new Http(fleet, "acme");
        var id = (String) there.post("/v1/transactions", "{}").body().get("transactionId");
        var path = "/v1/transactions/" + id;

        assertThat(here.post(path + "/query", "{\"sql\":\"INSERT INTO peers VALUES (1)\"}")
                        .status())
                .isEqualTo(200);
        var inTransaction =
                here.post("{\"sql\":\"SELECT id FROM peers WHERE id = ?\",\"params\":[1],\"rows\":\"array\","
                        + "\"transactionId\":\"" + id + "\"}");
        assertThat(inTransaction.data()).hasToString("[[1]]");
        assertThat(here.query("SELECT COUNT(*) FROM peers WHERE id = 1").data()).hasToString("[[0]]");
        assertThat(here.post(path + "/query", "{\"sql\":\"SELECT * FROM nothing\"}")
                        .status())
                .isEqualTo(there.post("/v1/query", "{\"sql\":\"SELECT * FROM nothing\"}")
                        .status());
        assertThat(new Http(fleet, "globex").post(path + "/commit", "{}").status())
                .isEqualTo(404);
        assertThat(here.post(path + "/commit", "{}").status()).isEqualTo(200);
        assertThat(there.query("SELECT COUNT(*) FROM peers WHERE id = 1").data())
                .hasToString("[[1]]");
    }

    @Test
    void manyRowsPassThroughAndStopWhenTheClientGoes() throws Exception {
        var there = new Http(fleet, "acme", second);
        var here = new Http(fleet, "acme");
        var path = "/v1/transactions/"
                + there.post("/v1/transactions", "{}").body().get("transactionId") + "/query";
        var rows = "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
                + "SELECT i, REPEAT('x', 100) FROM n";
        here.post(path, "{\"sql\":\"SET cte_max_recursion_depth = 1000000\"}");
        here.post(path, "{\"sql\":\"SET max_recursive_iterations = 1000000\"}");

        assertThat(csv(here, path, rows)).isEqualTo(csv(there, path, rows)).hasSizeGreaterThan(10_000_000);

        var endless = request(here, path, rows.replace("100000)", "1000000)").replace("100)", "1000)"));
        try (InputStream body =
                here.send(endless, HttpResponse.BodyHandlers.ofInputStream()).body()) {
            assertThat(body.readNBytes(100_000)).hasSize(100_000);
        }
        // The statement has ended there with its client, so that the session is free for the next.
        assertThat(there.post(path, "{\"sql\":\"SELECT 1\"}").status()).isIn(200, 502);
    }

    private static HttpRequest request(Http http, String path, String sql) {
        return http.request(path)
                .header("Content-Type", "application/json")
                .header("Accept", "text/csv")
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"" + sql + "\"}"))
                .build();
    }

    private static String csv(Http http, String path, String sql) throws IOException, InterruptedException {
        var answer = http.send(request(http, path, sql), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void aSessionOfPlanetScalesProtocolGoesOnThroughAnotherGateway() throws Exception {
        var execute = "/psdb.v1alpha1.Database/Execute";
        var there = new Http(fleet, "acme", second);
        var here = new Http(fleet, "acme");
        var begun = raw(there, execute, "{\"query\":\"BEGIN\"}");
        var session = begun.substring(begun.indexOf("\"session\":"));

        var inserted = raw(here, execute, "{\"query\":\"INSERT INTO peers VALUES (2)\"," + session);
        assertThat(inserted).contains("\"rowsAffected\":\"1\"");
        raw(here, execute, "{\"query\":\"ROLLBACK\"," + session);
        assertThat(there.query("SELECT COUNT(*) FROM peers WHERE id = 2").data())
                .hasToString("[[0]]");
    }

    private static String raw(Http http, String path, String json) throws IOException, InterruptedException {
        var request = http.request(path)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
        var answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void aSessionWhoseGatewayIsGoneIsRefusedAndNothingIsPassedOnTwice() throws Exception {
        var here = new Http(fleet, "acme");
        String path;
        try (var third = startGateway(3, KEY)) {
            var there = new Http(fleet, "acme", third);
            path = "/v1/transactions/"
                    + there.post("/v1/transactions", "{}").body().get("transactionId") + "/query";
            assertThat(here.post(path, "{\"sql\":\"SELECT 1\"}").status()).isEqualTo(200);

            var passedTwice = here.request(path)
                    .header("Content-Type", "application/json")
                    .header("workersql-passed-by", "2")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"SELECT 1\"}"))
                    .build();
            var answer = here.send(passedTwice, HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(421);
            assertThat(answer.body()).contains("The session lives on gateway 3, at " + address(3));
        }
        var gone = here.post(path, "{\"sql\":\"SELECT 1\"}");
        assertThat(gone.status()).isEqualTo(503);
        assertThat(gone.body().toString()).contains("Gateway 3 at " + address(3) + " cannot be reached");
    }
}
