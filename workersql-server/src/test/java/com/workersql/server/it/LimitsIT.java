// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.protocol.CapabilityFlags;
import com.workersql.protocol.Command;
import com.workersql.protocol.testing.RawClient;
import com.workersql.server.Gateway;
import com.workersql.server.config.ClientTls;
import com.workersql.server.config.Limits;
import com.workersql.server.config.StatementsConfig;
import com.workersql.server.config.yaml.Setting;
import com.workersql.server.embedded.ShardFixture;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Gateways of narrow limits before real shards: who asks for too much is told which limit that is, on the MySQL wire and over HTTP, and
 * those who do not are served.
 */
class LimitsIT {
    private static final long CAPABILITIES = CapabilityFlags.CLIENT_PROTOCOL_41
            | CapabilityFlags.CLIENT_TRANSACTIONS
            | CapabilityFlags.CLIENT_SECURE_CONNECTION
            | CapabilityFlags.CLIENT_PLUGIN_AUTH
            | CapabilityFlags.CLIENT_CONNECT_WITH_DB
            | CapabilityFlags.CLIENT_DEPRECATE_EOF;
    private static final byte[] SLEEP = "SELECT SLEEP(30)".getBytes(StandardCharsets.UTF_8);

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start();
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    private static Gateway gateway(Map<Setting, Long> statements) {
        return Gateway.start(fleet.config().toBuilder()
                .statements(StatementsConfig.of(statements))
                .build());
    }

    private static RawClient connect(Gateway gateway, String tenant) throws IOException {
        int port = gateway.mysqlAddress().getPort();
        return RawClient.connect(port, tenant, fleet.password(tenant), tenant, CAPABILITIES);
    }

    /** Asks for a row until that is refused. */
    private static String refusal(RawClient client) throws IOException {
        for (int i = 0; i < 10_000; i++) {
            var reply = client.query("SELECT 5");
            if (reply.isError()) {
                assertThat(reply.errno()).isEqualTo(1203);
                return new String(reply.payloads().get(0), StandardCharsets.UTF_8);
            }
        }
        throw new AssertionError("nothing was refused");
    }

    private static HttpResponse<String> post(Gateway gateway, String tenant) throws Exception {
        var http = new Http(fleet, tenant, gateway);
        return http.send(
                http.request("/v1/query")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"SELECT 5\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void isRefused(HttpResponse<String> answer, int status, String setting) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
        assertThat(answer.body()).contains(setting).contains("1203").contains("not_executed");
    }

    private static void isServed(Gateway gateway, RawClient client, String tenant) throws Exception {
        assertThat(client.query("SELECT 5").value()).isEqualTo("5");
        assertThat(post(gateway, tenant).statusCode()).isEqualTo(200);
    }

    /** Has statements take places, and waits until the shard runs them all: before, another one may be where the last of them goes. */
    private static List<RawClient> hold(Gateway gateway, String tenant, int statements) throws Exception {
        var holders = new ArrayList<RawClient>();
        for (int i = 0; i < statements; i++) {
            var holder = connect(gateway, tenant);
            holder.send(Command.COM_QUERY, SLEEP);
            holders.add(holder);
        }
        try (var shard = fleet.direct(Driver.MARIADB_TEXT, tenant)) {
            long running = 0;
            for (int i = 0; i < 10_000 && running < statements; i++) {
                running = Long.parseLong(ShardFixture.text(
                        shard,
                        "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP(30)%'"));
            }
            assertThat(running).isEqualTo(statements);
        }
        return holders;
    }

    /** Ends what holds the places, each of which gets its answer: the newest are refused, not they. */
    private static void letGo(List<RawClient> holders, RawClient killer) throws IOException {
        for (var holder : holders) {
            assertThat(killer.query("KILL QUERY " + holder.connectionId()).isError())
                    .isFalse();
            assertThat(holder.results().errno())
                    .as("it ran until it was killed")
                    .isIn(0, 1317);
            holder.close();
        }
    }

    @Test
    void aTenantWithAsManyStatementsAsItMayHaveIsRefusedTheNewestAndNobodyElseIs() throws Exception {
        try (var gateway = gateway(Map.of(StatementsConfig.MAX_CONCURRENT_PER_TENANT, 2L));
                var killer = connect(gateway, "acme");
                var acme = connect(gateway, "acme");
                var globex = connect(gateway, "globex")) {
            // In a transaction a statement is never refused: it could not even be ended then.
            killer.query("BEGIN");
            var holders = hold(gateway, "acme", 2);
            assertThat(refusal(acme)).contains("2 at one time (statements.max_concurrent_per_tenant)");
            isRefused(post(gateway, "acme"), 429, "statements.max_concurrent_per_tenant");
            isServed(gateway, globex, "globex");
            assertThat(killer.query("SELECT 5").value()).isEqualTo("5");

            letGo(holders, killer);
            isServed(gateway, acme, "acme");
            assertThat(new Http(fleet, "acme", gateway).metric("workersql_statements_refused_total"))
                    .isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void whenAllTogetherHaveAsManyAsTheyMayTheNewestOfWhomeverIsRefused() throws Exception {
        try (var gateway = gateway(Map.of(StatementsConfig.MAX_CONCURRENT, 3L));
                var killer = connect(gateway, "acme");
                var globex = connect(gateway, "globex")) {
            killer.query("BEGIN");
            var holders = hold(gateway, "acme", 3);
            assertThat(refusal(globex)).contains("3 at one time (statements.max_concurrent)");
            isRefused(post(gateway, "globex"), 503, "statements.max_concurrent");

            letGo(holders, killer);
            isServed(gateway, globex, "globex");
        }
    }

    @Test
    void aTenantThatIsTooFastIsRefusedAndNobodyElseIs() throws Exception {
        try (var gateway = gateway(Map.of(StatementsConfig.MAX_PER_SECOND_PER_TENANT, 2L));
                var acme = connect(gateway, "acme");
                var globex = connect(gateway, "globex")) {
            assertThat(refusal(acme)).contains("2 in a second (statements.max_per_second_per_tenant)");
            var answer = post(gateway, "acme");
            for (int i = 0; i < 1_000 && answer.statusCode() == 200; i++) {
                answer = post(gateway, "acme");
            }
            isRefused(answer, 429, "statements.max_per_second_per_tenant");
            isServed(gateway, globex, "globex");
        }
    }

    @Test
    void allTogetherMayBeTooFast() throws Exception {
        try (var gateway = gateway(Map.of(StatementsConfig.MAX_PER_SECOND, 3L));
                var acme = connect(gateway, "acme")) {
            assertThat(refusal(acme)).contains("3 in a second (statements.max_per_second)");
            var answer = post(gateway, "globex");
            for (int i = 0; i < 1_000 && answer.statusCode() == 200; i++) {
                answer = post(gateway, "globex");
            }
            isRefused(answer, 503, "statements.max_per_second");
        }
    }

    @Test
    void whoDoesNotComeByTlsWhereThatIsRequiredIsRefusedBeforeAnyPasswordIsAskedFor(@TempDir Path directory)
            throws Exception {
        var certificate = OwnCertificate.make(directory).forGateway();
        var required = new ClientTls(certificate.certificate(), certificate.key(), true);
        try (var gateway =
                        Gateway.start(fleet.config().toBuilder().tls(required).build());
                var socket = new Socket(
                        InetAddress.getLoopbackAddress(), gateway.mysqlAddress().getPort())) {
            socket.setSoTimeout(20_000);
            var in = new DataInputStream(socket.getInputStream());
            RawClient.readPayload(in);
            // The response names a plugin that the user does not have, so that a switch would ask for a password.
            socket.getOutputStream().write(RawClient.response(CAPABILITIES, "acme", new byte[0]));
            var answer = RawClient.readPayload(in);
            assertThat(answer[0] & 0xFF).isEqualTo(0xFF);
            assertThat((answer[1] & 0xFF) | (answer[2] & 0xFF) << 8).isEqualTo(3159);
            assertThat(new String(answer, 3, 6, StandardCharsets.US_ASCII)).isEqualTo("#HY000");
            assertThat(in.read()).as("closed").isEqualTo(-1);
        }
    }

    @Test
    void aClientThatIsSilentForTooLongIsToldAndClosed() throws Exception {
        try (var gateway = Gateway.start(fleet.config().toBuilder()
                        .limits(Limits.of(Map.of(Limits.IDLE_TIMEOUT_MILLIS, 300L)))
                        .build());
                var client = connect(gateway, "acme")) {
            byte[] told = client.next();
            assertThat((told[1] & 0xFF) | (told[2] & 0xFF) << 8).isEqualTo(4031);
            assertThat(new String(told, StandardCharsets.UTF_8)).contains("limits.idle_timeout_millis");
            assertThat(client.isAtEnd()).isTrue();
        }
    }
}
