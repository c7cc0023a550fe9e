// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.protocol.auth.PasswordVerifier;
import com.workersql.server.Gateway;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.Secret;
import com.workersql.server.embedded.ShardFixture;
import com.workersql.server.users.GatewayUser;
import com.workersql.server.users.Permission;
import com.workersql.server.users.UserStore;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What whoever operates the gateway sees over HTTP, and turns. */
class OperatorRoutesIT {
    private static final String TOKEN = "a-token-of-the-test";
    private static final List<String> VIEWS =
            List.of("/v1/admin/shards", "/v1/admin/pools", "/v1/admin/breakers", "/admin/pins");

    private static Fleet fleet;
    private static Http operator;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(OperatorRoutesIT::withAdministration);
        operator = way("Bearer " + TOKEN);
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static GatewayConfig withAdministration(GatewayConfig config) {
        var users = new ArrayList<>(config.users().all());
        users.add(user("ada", null, EnumSet.of(Permission.READ, Permission.ADMIN)));
        users.add(user("bob", null, EnumSet.of(Permission.READ)));
        users.add(user("cyd", "acme", EnumSet.of(Permission.READ, Permission.ADMIN)));
        return config.toBuilder()
                .adminToken(Secret.of(TOKEN))
                .users(UserStore.of(users))
                .build();
    }

    private static GatewayUser user(String name, String tenant, EnumSet<Permission> permissions) {
        var hash = PasswordVerifier.hashCachingSha2(name.getBytes(StandardCharsets.UTF_8), new SecureRandom());
        return new GatewayUser(name, PasswordVerifier.parse(hash), tenant, permissions, 10);
    }

    private static Http way(String authorization) {
        return new Http(fleet.gateway().httpAddress().getPort(), authorization);
    }

    private static Http basic(String name) {
        return way("Basic " + Base64.getEncoder().encodeToString((name + ":" + name).getBytes(StandardCharsets.UTF_8)));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> list(String what) throws Exception {
        var answer = operator.get("/v1/admin/" + what);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return (List<Map<String, Object>>) Http.object(answer.body()).get(what);
    }

    private static Http.Answer mode(String json) throws Exception {
        return operator.post("/v1/admin/breakers", json);
    }

    @Test
    void areForTheTokenAndForAdministratorsWithoutATenant() throws Exception {
        for (var path : VIEWS) {
            assertThat(operator.get(path).statusCode()).as(path).isEqualTo(200);
            assertThat(basic("ada").get(path).statusCode()).as(path).isEqualTo(200);
            assertThat(basic("bob").get(path).statusCode()).as(path).isEqualTo(403);
            assertThat(basic("cyd").get(path).statusCode()).as(path).isEqualTo(403);
            assertThat(way("Bearer other").get(path).statusCode()).as(path).isEqualTo(401);
        }
        for (var path : List.of("/v1/admin/drain", "/v1/admin/disconnect")) {
            assertThat(basic("bob").post(path, "{\"user\":\"acme\"}").status()).isEqualTo(403);
            assertThat(basic("cyd").post(path, "{\"user\":\"acme\"}").status()).isEqualTo(403);
            assertThat(way("Bearer other").post(path, "{\"user\":\"acme\"}").status())
                    .isEqualTo(401);
        }
        assertThat(fleet.gateway().whenStopped().toCompletableFuture()).isNotDone();
    }

    @Test
    void showTheShardsAndTheirConnections() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            ShardFixture.text(acme, "SELECT 1");
            assertThat(list("shards"))
                    .hasSize(2)
                    .allSatisfy(shard ->
                            assertThat(shard).containsEntry("reachable", true).doesNotContainKey("trouble"));
            assertThat(list("shards").get(0).get("servers").toString())
                    .contains("server=127.0.0.1:" + fleet.port(0), "role=primary", "state=up", "version=");
            assertThat(list("pools").get(0).toString())
                    .contains("shard=shard_0", "server=127.0.0.1:" + fleet.port(0), "acquired={");
            assertThat(((Number) list("pools").get(0).get("open")).intValue()).isPositive();
        }
    }

    @Test
    void showWhySessionsOfAllTenantsKeepConnections() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var globex = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            ShardFixture.run(acme, "BEGIN");
            ShardFixture.text(acme, "SELECT 1");
            ShardFixture.run(globex, "BEGIN");
            ShardFixture.text(globex, "SELECT 1");

            assertThat(list("pins")).extracting(pin -> pin.get("user")).contains("acme", "globex");
            assertThat(list("pins")).allSatisfy(pin -> assertThat(pin).containsKeys("shard", "reason", "ageMillis"));
        }
        assertThat(list("pins")).isEmpty();
    }

    @Test
    void shutAShardAndOpenItAgain() throws Exception {
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var globex = fleet.connect(Driver.MARIADB_TEXT, "globex")) {
            ShardFixture.text(acme, "SELECT 1");
            ShardFixture.text(globex, "SELECT 1");
            assertThat(list("breakers"))
                    .hasSize(4)
                    .allSatisfy(breaker ->
                            assertThat(breaker).containsEntry("state", "closed").containsEntry("mode", "automatic"));

            var shut = mode("{\"shard\":\"shard_0\",\"gate\":\"calls\",\"mode\":\"forced_open\"}");
            assertThat(shut.status()).isEqualTo(200);
            assertThat((List<?>) shut.body().get("breakers")).hasSize(1);
            assertThatThrownBy(() -> ShardFixture.text(acme, "SELECT 1")).isInstanceOf(SQLException.class);
            assertThat(new Http(fleet, "acme").query("SELECT 1").status()).isEqualTo(503);
            ShardFixture.text(globex, "SELECT 1");
            assertThat(list("breakers").toString()).contains("state=open, mode=forced_open");

            assertThat(mode("{\"shard\":\"shard_0\",\"mode\":\"automatic\"}").status())
                    .isEqualTo(200);
            assertThat(new Http(fleet, "acme").query("SELECT 1").status()).isEqualTo(200);
        }
        assertThat(mode("{\"shard\":\"shard_9\",\"mode\":\"automatic\"}").status())
                .isEqualTo(422);
        assertThat(mode("{\"shard\":\"shard_0\",\"mode\":\"open\"}").status()).isEqualTo(400);
        assertThat(mode("{\"mode\":\"automatic\"}").status()).isEqualTo(400);
    }

    private static Map<String, Object> disconnect(String json) throws Exception {
        var answer = operator.post("/v1/admin/disconnect", json);
        assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
        return answer.body();
    }

    @Test
    void endWhatAUserHasOpen() throws Exception {
        var http = new Http(fleet, "acme");
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme");
                var globex = fleet.connect(Driver.MARIADB_TEXT, "globex");
                var messages = http.connect();
                var streams = http.connectStreams()) {
            ShardFixture.run(acme, "CREATE TABLE sent_away (id INT) ENGINE=InnoDB");
            ShardFixture.run(acme, "BEGIN");
            ShardFixture.run(acme, "INSERT INTO sent_away VALUES (1)");
            messages.begin();
            ShardFixture.run(globex, "BEGIN");
            ShardFixture.text(globex, "SELECT 1");

            assertThat(disconnect("{\"user\":\"acme\",\"tenant\":\"globex\"}"))
                    .containsEntry("sockets", 0)
                    .containsEntry("sessions", 0);
            assertThat(disconnect("{\"user\":\"acme\"}"))
                    .containsEntry("user", "acme")
                    .containsEntry("sockets", 2)
                    .containsEntry("sessions", 2);

            assertThat(messages.closeCode()).isEqualTo(1008);
            assertThat(streams.closeCode()).isEqualTo(4403);
            assertThatThrownBy(() -> ShardFixture.text(acme, "SELECT 1")).isInstanceOf(SQLException.class);
            assertThat(ShardFixture.text(globex, "SELECT 1")).isEqualTo("1");
        }
        // The user may come again, and what was not committed is gone.
        try (var acme = fleet.connect(Driver.MARIADB_TEXT, "acme")) {
            assertThat(ShardFixture.text(acme, "SELECT COUNT(*) FROM sent_away FOR UPDATE"))
                    .isEqualTo("0");
        }
        assertThat(operator.post("/v1/admin/disconnect", "{}").status()).isEqualTo(400);
        assertThat(operator.post("/v1/admin/disconnect", "{\"user\":\"x\",\"id\":\"1\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void stopTheGatewayInOrder() throws Exception {
        try (var other = Gateway.start(fleet.config());
                var globex = fleet.connect(Driver.MARIADB_TEXT, "globex", other)) {
            ShardFixture.run(globex, "BEGIN");
            ShardFixture.text(globex, "SELECT 1");

            other.reload(fleet.config().toBuilder().drainMillis(20_011).build());

            var answer = new Http(other.httpAddress().getPort(), "Bearer " + TOKEN).post("/v1/admin/drain", "{}");

            assertThat(answer.status()).isEqualTo(202);
            assertThat(answer.body()).containsEntry("draining", true);
            assertThat(answer.body().get("drainMillis"))
                    .as("as the configuration in force has it")
                    .hasToString("20011");
            var stopped = other.whenStopped().toCompletableFuture();
            assertThat(stopped).isNotDone();
            ShardFixture.run(globex, "COMMIT");
            stopped.get(20, TimeUnit.SECONDS);
            assertThatThrownBy(() -> fleet.connect(Driver.MARIADB_TEXT, "globex", other))
                    .isInstanceOf(SQLException.class);
        }
    }
}
