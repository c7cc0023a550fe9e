// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.config.PolicyFiles;
import com.workersql.server.config.PolicySource;
import com.workersql.server.config.Secret;
import com.workersql.server.embedded.ShardFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A policy is tried out, put in force and taken back while statements run. */
class PolicyAdministrationIT {
    private static final String TOKEN = "a-token-of-the-test";
    private static final String POLICY = """
            version: 1
            shards: [shard_0, shard_1]
            tenants: { acme: shard_0, globex: shard_1 }
            """;
    private static final String MOVED = POLICY.replace("globex: shard_1", "globex: shard_0");

    @TempDir
    Path dir;

    private Fleet fleet;

    private Map<String, Object> call(String method, String path, String body) throws IOException, InterruptedException {
        int port = fleet.gateway().httpAddress().getPort();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + TOKEN)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build();
        var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        var answer = Http.object(response.body());
        answer.put("status", response.statusCode());
        return answer;
    }

    private PolicySource source(String text) throws IOException {
        var files = new PolicyFiles(dir.resolve("policy.yaml"), dir.resolve("tables"));
        Files.createDirectories(files.tables());
        Files.writeString(files.document(), text);
        return new PolicySource(
                files.document().toString(),
                text,
                Map.of("notes.yaml", "primary_key: id\ncache: { mode: strong }\n"),
                List.of(),
                files);
    }

    @Test
    void aPolicyIsTriedOutAndTakenBackWhileAStatementRuns() throws Exception {
        var first = source(POLICY);
        try (var running = Fleet.start(config -> config.toBuilder()
                        .adminToken(Secret.of(TOKEN))
                        .policy(first)
                        .build());
                var globex = running.connect(Driver.MARIADB_TEXT, "globex")) {
            fleet = running;
            ShardFixture.run(globex, "CREATE TABLE notes (id INT PRIMARY KEY)");
            ShardFixture.run(globex, "INSERT INTO notes VALUES (1)");
            assertThat(ShardFixture.text(globex, "SELECT id FROM notes WHERE id = 1"))
                    .isEqualTo("1");

            var report = call("POST", "/v1/admin/policy/canary", MOVED);
            assertThat(report).containsEntry("status", 200);
            assertThat(((Number) report.get("moves")).intValue()).isPositive();
            assertThat(report.get("movedTenants").toString()).isEqualTo("[globex: shard_1 -> shard_0]");
            assertThat(report.get("statements").toString()).contains("SELECT id FROM notes WHERE id=?");
            assertThat(call("POST", "/v1/admin/policy/canary", "shards: [shard_0]\nversoin: 1\n"))
                    .containsEntry("status", 422)
                    .satisfies(answer -> assertThat(answer.toString()).contains("the policy:2:1", "versoin"));
            // Trying out has changed nothing.
            assertThat(ShardFixture.text(globex, "SELECT id FROM notes WHERE id = 1"))
                    .isEqualTo("1");

            // What runs while the policy changes ends where it began.
            var slow = CompletableFuture.supplyAsync(() -> {
                try {
                    return ShardFixture.text(globex, "SELECT id FROM notes WHERE id = 1 AND SLEEP(2) = 0");
                } catch (java.sql.SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            try (var other = running.direct(Driver.MARIADB_TEXT, "globex")) {
                while (!ShardFixture.text(
                                other,
                                "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(2) = 0%' AND INFO NOT LIKE '%COUNT%'")
                        .equals("1")) {
                    Thread.onSpinWait();
                }
            }
            running.gateway()
                    .reload(running.config().toBuilder().policy(source(MOVED)).build());
            try (var after = running.connect(Driver.MARIADB_TEXT, "globex")) {
                assertThat(ShardFixture.text(
                                after, "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_NAME = 'notes'"))
                        .isEqualTo("0");
            }
            assertThat(slow.join()).isEqualTo("1");

            var versions = call("GET", "/v1/admin/policy", "").get("versions");
            assertThat((List<?>) versions).hasSize(2);
            String earlier = (String) ((Map<?, ?>) ((List<?>) versions).get(0)).get("version");
            assertThat(call("POST", "/v1/admin/policy/rollback", "{\"version\": \"000000000000\"}"))
                    .containsEntry("status", 422);
            assertThat(call("POST", "/v1/admin/policy/rollback", "{\"version\": \"" + earlier + "\"}"))
                    .containsEntry("status", 200)
                    .containsEntry("version", earlier);
            try (var back = running.connect(Driver.MARIADB_TEXT, "globex")) {
                assertThat(ShardFixture.text(back, "SELECT id FROM notes WHERE id = 1"))
                        .isEqualTo("1");
            }
            // The files say the same, so that it stays so.
            assertThat(dir.resolve("policy.yaml")).hasContent(POLICY);
            assertThat(dir.resolve("tables/notes.yaml")).hasContent("primary_key: id\ncache: { mode: strong }\n");
            assertThat((List<?>) call("GET", "/v1/admin/policy", "").get("versions"))
                    .hasSize(3);
        }
    }
}
