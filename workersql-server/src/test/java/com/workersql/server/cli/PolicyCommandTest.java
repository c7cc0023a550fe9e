// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.workersql.server.config.PolicyFiles;
import com.workersql.server.config.PolicySource;
import com.workersql.server.policies.PolicyVersions;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyCommandTest {
    private static final String ONE = "version: 1\nshards: [a, b]\ntenants: { acme: a }\n";
    private static final String TWO = "version: 1\nshards: [a, b]\ntenants: { acme: b }\n";
    private static final String TABLE = "primary_key: id\nrouting: { strategy: table_hash }\n";

    @TempDir
    Path dir;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private PolicyFiles files;

    @BeforeEach
    void write() throws IOException {
        files = new PolicyFiles(dir.resolve("policy.yaml"), dir.resolve("tables"));
        Files.createDirectory(files.tables());
        Files.writeString(files.document(), ONE);
        Files.writeString(files.tables().resolve("orders.yaml"), TABLE);
        Files.writeString(dir.resolve("gateway.yaml"), "policy_file: policy.yaml\ntables_dir: tables\n");
    }

    private PolicySource source(String text, Map<String, String> tables) {
        return new PolicySource(files.document().toString(), text, tables, List.of(), files);
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        var main = new Main(
                (config, listener) -> {
                    throw new AssertionError("nothing is to be started");
                },
                Map.of("ADMIN_TOKEN", "t", "OTHER", "o")::get,
                stopped -> {});
        return Main.commandLine(main, new PasswordInput(InputStream.nullInputStream(), null))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    @Test
    void saysWhetherAPolicyCanBeUsed() throws IOException {
        assertThat(run(
                        "policy",
                        "validate",
                        files.document().toString(),
                        "--tables",
                        files.tables().toString()))
                .isZero();
        assertThat(out.toString()).contains("policy.yaml: ok, version ");

        Files.writeString(files.document(), "version: 1\nshards: [a]\ntenants: { acme: c }\n");
        assertThat(run("policy", "validate", files.document().toString())).isEqualTo(2);
        assertThat(err.toString()).contains("policy.yaml:3:");
        assertThat(run("policy", "validate", dir.resolve("none.yaml").toString()))
                .isEqualTo(2);
    }

    @Test
    void tellsWhatChangesFromOnePolicyToAnother() throws IOException {
        var after = Files.writeString(dir.resolve("after.yaml"), TWO);

        assertThat(run("policy", "diff", files.document().toString(), after.toString()))
                .isZero();

        assertThat(out.toString()).contains("tenant acme: a, ", " -> b, ", "0 slots move");
    }

    @Test
    void bringsAnEarlierPolicyBackWithTheDocumentsOfItsTables() throws IOException {
        var versions = new PolicyVersions(files);
        versions.keep(source(ONE, Map.of("orders.yaml", TABLE)));
        versions.keep(source(ONE, Map.of("orders.yaml", TABLE)));
        versions.keep(source(TWO, Map.of("lines.yaml", TABLE)));
        Files.writeString(files.document(), TWO);
        Files.delete(files.tables().resolve("orders.yaml"));
        Files.writeString(files.tables().resolve("lines.yaml"), TABLE);

        assertThat(run(
                        "policy",
                        "versions",
                        "--config",
                        dir.resolve("gateway.yaml").toString()))
                .isZero();
        var lines = out.toString().lines().toList();
        assertThat(lines).hasSize(2);
        String first = lines.get(0).split("\t", -1)[1];

        assertThat(run(
                        "policy",
                        "rollback",
                        first,
                        "--config",
                        dir.resolve("gateway.yaml").toString()))
                .isZero();
        assertThat(files.document()).hasContent(ONE);
        assertThat(files.tables().resolve("orders.yaml")).hasContent(TABLE);
        assertThat(files.tables().resolve("lines.yaml")).doesNotExist();
        assertThat(files.marker()).doesNotExist();
        assertThat(run(
                        "policy",
                        "rollback",
                        "0123456789ab",
                        "--config",
                        dir.resolve("gateway.yaml").toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("no policy of version 0123456789ab is kept");
    }

    @Test
    void keepsTheLastFiftyPolicies() throws IOException {
        var versions = new PolicyVersions(files);
        for (int i = 0; i < 60; i++) {
            versions.keep(source(ONE + "# " + i + "\n", Map.of()));
        }

        assertThat(versions.list()).hasSize(50);
        assertThat(versions.list().get(49).number()).isEqualTo(60);
    }

    @Test
    void asksAGatewayWhatAPolicyWouldDo() throws IOException {
        var seen = new ArrayList<String>();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            seen.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                    + exchange.getRequestHeaders().getFirst("Authorization") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            var answer = "{\"moves\":0}".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(seen.size() == 1 ? 200 : 401, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            var gateway = "http://127.0.0.1:" + server.getAddress().getPort();
            var policy = files.document().toString();

            assertThat(run("policy", "canary", policy, "--gateway", gateway)).isZero();
            assertThat(out.toString().strip()).isEqualTo("{\"moves\":0}");
            assertThat(run("policy", "canary", policy, "--gateway", gateway, "--token-env", "OTHER"))
                    .isEqualTo(1);
            assertThat(err.toString().strip()).isEqualTo("{\"moves\":0}");
            assertThat(seen)
                    .containsExactly(
                            "POST /v1/admin/policy/canary Bearer t " + ONE,
                            "POST /v1/admin/policy/canary Bearer o " + ONE);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void tellsInOneLineThatThereIsNoGatewayToAsk() throws IOException {
        int port;
        try (var closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        var policy = files.document().toString();

        assertThat(run("policy", "canary", policy, "--gateway", "http://127.0.0.1:" + port))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .satisfies(line ->
                        assertThat(line).startsWith("the gateway at http://127.0.0.1:" + port + " did not answer"));

        assertThat(run("policy", "canary", policy, "--gateway", "localhost:8080"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--gateway localhost:8080 is no address such as http://127.0.0.1:8080");
        assertThat(run("policy", "canary", "none.yaml")).isEqualTo(2);
        assertThat(err.toString()).contains("none.yaml does not exist");
        assertThat(run("policy", "canary", policy, "--token-env", "NONE")).isEqualTo(2);
        assertThat(err.toString()).contains("the environment variable NONE with the admin token is not set");
    }
}
