// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.config.AuthConfig;
import com.workersql.server.config.GatewayConfig;
import com.workersql.server.config.Secret;
import com.workersql.server.users.ApiKey;
import com.workersql.server.users.Permission;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens, keys and what they allow; writes that run once; what can be asked about the schema and what runs. Before real shards. */
class HttpCallersIT {
    private static final String SECRET = "an HS256 secret of 32 bytes or so";
    private static final String API_KEY = ApiKey.generate("reader", new SecureRandom());
    private static Fleet fleet;
    private static Http acme;
    private static Http globex;

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(HttpCallersIT::configure);
        acme = new Http(fleet, "acme");
        globex = new Http(fleet, "globex");
    }

    private static GatewayConfig configure(GatewayConfig config) {
        return configure(config, SECRET, API_KEY);
    }

    private static GatewayConfig configure(GatewayConfig config, String secret, String apiKey) {
        var jwt = new AuthConfig.Jwt(Secret.of(secret), null, null, "me", "gateway", 30, 300);
        var key = new ApiKey("reader", ApiKey.hash(apiKey), "acme", Set.of(Permission.READ), null);
        return config.toBuilder().auth(new AuthConfig(jwt, List.of(key))).build();
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    @BeforeEach
    void emptyTable() throws Exception {
        acme.query("DROP TABLE IF EXISTS once");
        acme.query("CREATE TABLE once (id INT PRIMARY KEY AUTO_INCREMENT, v VARCHAR(20) COMMENT 'what it says')");
    }

    private static Http bearer(String token) {
        return new Http(fleet.gateway().httpAddress().getPort(), "Bearer " + token);
    }

    private static String token(String tenant, String permissions) throws Exception {
        var encoder = Base64.getUrlEncoder().withoutPadding();
        var claims = "{\"iss\":\"me\",\"aud\":\"gateway\",\"sub\":\"ann\",\"tenant_id\":\"" + tenant + "\",\"exp\":"
                + (Instant.now().getEpochSecond() + 600) + ",\"permissions\":" + permissions + "}";
        var head = encoder.encodeToString("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8)) + "."
                + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        return head + "." + encoder.encodeToString(mac.doFinal(head.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void aTokenDoesWhatItsClaimsSayAndInItsTenantOnly() throws Exception {
        var writer = bearer(token("acme", "[\"read\",\"write\"]"));

        assertThat(writer.query("SELECT DATABASE(), SUBSTRING_INDEX(USER(), '@', 1)")
                        .data())
                .hasToString("[[acme, ann]]");
        assertThat(writer.query("INSERT INTO once (v) VALUES ('a')").status()).isEqualTo(200);
        assertThat(writer.query("DROP TABLE once").status()).isEqualTo(403);
        assertThat(writer.query("SELECT * FROM globex.t").status()).isEqualTo(403);
        assertThat(bearer(token("acme", "[]")).query("SELECT 1").status()).isEqualTo(403);
        assertThat(bearer(token("acme", "[\"read\"]") + "x").query("SELECT 1").status())
                .isEqualTo(401);
    }

    @Test
    void anApiKeyReadsAndNothingElse() throws Exception {
        var reader = bearer(API_KEY);

        assertThat(reader.query("SELECT COUNT(*) FROM once").data()).hasToString("[[0]]");
        assertThat(reader.query("INSERT INTO once (v) VALUES ('a')").status()).isEqualTo(403);
    }

    @Test
    void aSocketEndsWhenAnotherKeyTakesThePlaceOfItsOwn() throws Exception {
        var replaced = ApiKey.generate("reader", new SecureRandom());
        try (var messages = bearer(API_KEY).connect();
                var streams = bearer(API_KEY).connectStreams();
                var signed = bearer(token("acme", "[\"read\"]")).connect()) {
            fleet.gateway().reload(configure(fleet.config(), SECRET, replaced));

            assertThat(messages.closeCode()).isEqualTo(1008);
            assertThat(streams.closeCode()).isEqualTo(4403);
            assertThat(signed.call("{\"type\":\"query\",\"id\":1,\"sql\":\"SELECT 1\"}"))
                    .as("its key is still there")
                    .containsEntry("type", "response");
            try (var anew = bearer(replaced).connect()) {
                fleet.gateway().reload(configure(fleet.config(), "another secret of 32 bytes or so", replaced));

                assertThat(signed.closeCode()).isEqualTo(1008);
                assertThat(anew.call("{\"type\":\"query\",\"id\":1,\"sql\":\"SELECT 1\"}"))
                        .containsEntry("type", "response");
            }
        } finally {
            fleet.gateway().reload(fleet.config());
        }
    }

    @Test
    void aTransactionBelongsToTheRightsThatOpenedIt() throws Exception {
        var ann = bearer(token("acme", "[\"read\",\"write\"]"));
        var id = (String) ann.post("/v1/transactions", "{}").body().get("transactionId");

        for (var other :
                List.of(acme, bearer(token("globex", "[\"read\",\"write\"]")), bearer(token("acme", "[\"read\"]")))) {
            assertThat(other.post("/v1/transactions/" + id + "/query", "{\"sql\":\"SELECT 1\"}")
                            .status())
                    .isEqualTo(404);
        }
        assertThat(ann.post("/v1/transactions/" + id + "/commit", "{}").status())
                .isEqualTo(200);
    }

    private static HttpRequest keyed(Http http, String path, String key, String json) {
        return http.request(path)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build();
    }

    private static HttpResponse<String> send(Http http, String path, String key, String json) throws Exception {
        var answer = http.send(keyed(http, path, key, json), HttpResponse.BodyHandlers.ofString());
        Http.check("POST", path, answer);
        return answer;
    }

    private static Object count() throws Exception {
        return acme.query("SELECT COUNT(*) FROM once").data();
    }

    @Test
    void aWriteWithAKeyRunsOnceAndIsAnsweredAlike() throws Exception {
        var insert = "{\"sql\":\"INSERT INTO once (v) VALUES (?)\",\"params\":[\"a\"]}";
        acme.query("DROP TABLE IF EXISTS workersql_idempotency");

        var first = send(acme, "/v1/query", "\"k1\"", insert);
        var second = send(acme, "/v1/query", "k1", insert);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.headers().firstValue("idempotency-replayed")).isEmpty();
        assertThat(second.headers().firstValue("idempotency-replayed")).hasValue("true");
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(count()).hasToString("[[1]]");

        assertThat(send(acme, "/v1/query", "k1", insert.replace("\"a\"", "\"b\""))
                        .statusCode())
                .isEqualTo(422);
        assertThat(send(acme, "/v1/query", "k2", insert).statusCode()).isEqualTo(200);
        assertThat(count()).hasToString("[[2]]");
        try (var other = fleet.startAnotherGateway()) {
            var there = new Http(other.httpAddress().getPort(), acme.authorization());
            assertThat(send(there, "/v1/query", "k1", insert).body()).isEqualTo(first.body());
        }
        assertThat(count()).hasToString("[[2]]");
    }

    @Test
    void manyAtOnceWithOneKeyWriteOneRow() throws Exception {
        send(acme, "/v1/query", "warm", "{\"sql\":\"INSERT INTO once (v) VALUES ('w')\"}");
        var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        try (var other = fleet.startAnotherGateway()) {
            var there = new Http(other.httpAddress().getPort(), acme.authorization());
            for (int i = 0; i < 20; i++) {
                var http = i % 2 == 0 ? acme : there;
                answers.add(http.sendAsync(
                        keyed(http, "/v1/query", "race", "{\"sql\":\"INSERT INTO once (v) VALUES ('r')\"}")));
            }
            for (var answer : answers) {
                assertThat(answer.join().statusCode()).isIn(200, 409);
            }
        }
        assertThat(acme.query("SELECT COUNT(*) FROM once WHERE v = 'r'").data()).hasToString("[[1]]");
    }

    @Test
    void aWriteThatFailsLeavesItsKeyFree() throws Exception {
        acme.query("INSERT INTO once VALUES (7, 'there')");
        var insert = "{\"sql\":\"INSERT INTO once VALUES (7, 'again')\"}";

        assertThat(send(acme, "/v1/query", "f1", insert).statusCode()).isEqualTo(409);
        acme.query("DELETE FROM once");
        assertThat(send(acme, "/v1/query", "f1", insert).statusCode()).isEqualTo(200);
        assertThat(count()).hasToString("[[1]]");
    }

    @Test
    void aBatchWithAKeyRunsOnceAsAWhole() throws Exception {
        var batch = "{\"transaction\":true,\"queries\":[{\"id\":\"x\",\"sql\":\"INSERT INTO once (v) VALUES ('a')\"},"
                + "{\"sql\":\"SELECT v FROM once\"}]}";

        var first = send(acme, "/v1/batch", "b1", batch);
        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body())
                .contains("{\"results\":[{\"id\":\"x\",\"rowsAffected\":1")
                .contains("[{\"v\":\"a\"}]");
        assertThat(send(acme, "/v1/batch", "b1", batch).body()).isEqualTo(first.body());
        assertThat(count()).hasToString("[[1]]");
        assertThat(send(acme, "/v1/batch", "b2", batch.replace("true", "false")).statusCode())
                .isEqualTo(400);
    }

    @Test
    void aKeyIsRefusedWhereItPromisesTooMuchAndIgnoredForReads() throws Exception {
        assertThat(send(acme, "/v1/query", "d1", "{\"sql\":\"CREATE TABLE x (a INT)\"}")
                        .statusCode())
                .isEqualTo(422);
        assertThat(send(acme, "/v1/query", "d1", "{\"sql\":\"/*!50000 DROP*/ TABLE once\"}")
                        .statusCode())
                .isEqualTo(422);
        assertThat(send(acme, "/v1/query", "d 1", "{\"sql\":\"DELETE FROM once\"}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(send(acme, "/v1/query", "d1", "{\"sql\":\"SELECT 1\"}")
                        .headers()
                        .firstValue("idempotency-replayed"))
                .isEmpty();
        var id = acme.post("/v1/transactions", "{}").body().get("transactionId");
        assertThat(send(acme, "/v1/transactions/" + id + "/query", "d1", "{\"sql\":\"DELETE FROM once\"}")
                        .statusCode())
                .isEqualTo(400);
        acme.post("/v1/transactions/" + id + "/rollback", "{}");
    }

    @Test
    void explainsARouteWithoutRunningIt() throws Exception {
        var answer = acme.post("/v1/route", "{\"sql\":\"DELETE FROM once WHERE id = ?\",\"params\":[5]}");

        assertThat(answer.status()).isEqualTo(200);
        var route = (Map<?, ?>) answer.body().get("route");
        assertThat(route.get("shards")).hasToString("[shard_0]");
        assertThat(acme.post("/v1/route", "{\"sql\":\"SELECT * FROM globex.t\"}")
                        .status())
                .isIn(200, 403);
        assertThat(acme.post("/v1/route", "{}").status()).isEqualTo(400);
    }

    @Test
    void showsTheTablesAndColumnsOfItsOwnTenant() throws Exception {
        globex.query("CREATE TABLE IF NOT EXISTS secret_of_globex (a INT)");

        assertThat(acme.get("/v1/schema").body())
                .contains("{\"name\":\"once\",\"type\":\"BASE TABLE\"}")
                .doesNotContain("secret_of_globex");
        assertThat(acme.get("/v1/schema/once").body())
                .contains("\"name\":\"v\",\"type\":\"varchar(20)\"")
                .contains("\"comment\":\"what it says\"");
        assertThat(acme.get("/v1/schema/none").statusCode()).isEqualTo(422);
        for (var hostile : List.of("globex.secret_of_globex", "secret_of_globex", "%60%20FROM%20globex%60", "a%00b")) {
            assertThat(acme.get("/v1/schema/" + hostile).statusCode()).isIn(400, 403, 422);
        }
    }

    @Test
    void listsAndEndsTheCallersStatements() throws Exception {
        var slow = acme.sendAsync(acme.request("/v1/query")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"SELECT SLEEP(30) AS slept\"}"))
                .build());
        String id = null;
        for (int i = 0; i < 1_000 && id == null; i++) {
            var found = Pattern.compile("\\{\"id\":\"(\\d+)\"[^}]*SLEEP")
                    .matcher(acme.get("/v1/queries").body());
            id = found.find() ? found.group(1) : null;
        }
        assertThat(id).isNotNull();
        assertThat(globex.get("/v1/queries").body()).contains("\"queries\":[]");
        assertThat(delete(globex, id)).isEqualTo(404);
        assertThat(delete(bearer(API_KEY), id)).as("another user of the tenant").isEqualTo(404);
        assertThat(delete(acme, id)).isEqualTo(200);

        assertThat(slow.join().body()).containsAnyOf("1317", "\"slept\":1");
        assertThat(delete(acme, id)).isEqualTo(404);
    }

    private static int delete(Http http, String id) throws Exception {
        var path = "/v1/queries/" + id;
        var answer = http.send(http.request(path).DELETE().build(), HttpResponse.BodyHandlers.ofString());
        Http.check("DELETE", path, answer);
        return answer.statusCode();
    }

    @Test
    void aClientThatLeavesTakesItsStatementAlong() throws Exception {
        var request = acme.request("/v1/query")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\":\"SELECT SLEEP(31) AS left_alone\"}"))
                .build();
        var exchange = acme.sendAsync(request);
        await(() ->
                direct("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '%SLEEP(31) AS%'") == 2);
        exchange.cancel(true);
        await(() ->
                direct("SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE '%SLEEP(31) AS%'") == 1);
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long end = System.nanoTime() + 20_000_000_000L;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as("within 20 s").isLessThan(end);
        }
    }

    private static int direct(String sql) throws Exception {
        try (var connection = fleet.direct(Driver.MARIADB_TEXT, "acme");
                var rows = connection.createStatement().executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
