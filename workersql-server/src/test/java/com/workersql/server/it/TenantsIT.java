// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.workersql.server.cli.Main;
import com.workersql.server.config.Secret;
import com.workersql.server.embedded.ShardFixture;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tenants are added to a gateway that runs and dropped again, over HTTP and by the command line. */
class TenantsIT {
    private static final String TOKEN = "a-token-of-the-test";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @TempDir
    static Path dir;

    private static Fleet fleet;

    private record Answer(int status, Map<String, Object> body) {}

    @BeforeAll
    static void start() throws Exception {
        fleet = Fleet.start(config -> config.toBuilder()
                .adminToken(Secret.of(TOKEN))
                .tenantsFile(dir.resolve("tenants.yaml"))
                .build());
    }

    @AfterAll
    static void stop() {
        fleet.close();
    }

    private static Answer call(String method, String path, String body) throws IOException, InterruptedException {
        return call(method, path, body, "Bearer " + TOKEN);
    }

    private static Answer call(String method, String path, String body, String authorization)
            throws IOException, InterruptedException {
        int port = fleet.gateway().httpAddress().getPort();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        var response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), Http.object(response.body()));
    }

    private static Connection connect(String tenant, String password) throws SQLException {
        return Driver.MARIADB_TEXT.connect(fleet.gateway().mysqlAddress().getPort(), tenant, password, tenant);
    }

    private static void refusesLogin(String tenant, String password) {
        assertThatThrownBy(() -> connect(tenant, password).close())
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getErrorCode()).isEqualTo(1045));
    }

    private static void awaitCut(Connection session) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < end) {
            try {
                ShardFixture.run(session, "DO 1");
            } catch (SQLException e) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        throw new AssertionError("the session still runs statements");
    }

    private static Connection admin(int shard) throws SQLException {
        return fleet.embedded() == null
                ? Driver.MYSQL_TEXT.connect(fleet.port(shard), "root", "", "mysql")
                : ShardFixture.admin(fleet.embedded().shards().get(shard));
    }

    private static boolean exists(String shard, String sql) throws SQLException {
        try (var admin = admin(shard.equals("shard_0") ? 0 : 1)) {
            return ShardFixture.text(admin, sql).equals("1");
        }
    }

    private static boolean hasDatabase(String shard, String name) throws SQLException {
        return exists(shard, "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '" + name + "'");
    }

    private static boolean hasAccount(String shard, String name) throws SQLException {
        return exists(shard, "SELECT COUNT(*) FROM mysql.user WHERE User = '" + name + "'");
    }

    @Test
    void aTenantAddedOverHttpLogsInAtOnceAndIsGoneAtOnceWhenDropped() throws Exception {
        var added = call("POST", "/v1/admin/tenants", "{\"name\": \"umbrella\"}");
        assertThat(added.status()).isEqualTo(201);
        String shard = (String) added.body().get("shard");
        String password = (String) added.body().get("password");

        try (var session = connect("umbrella", password)) {
            ShardFixture.run(session, "CREATE TABLE notes (id INT PRIMARY KEY)");
            ShardFixture.run(session, "INSERT INTO notes VALUES (7)");
            assertThat(ShardFixture.text(session, "SELECT DATABASE()")).isEqualTo("umbrella");
            assertThatThrownBy(() -> ShardFixture.run(session, "SELECT * FROM acme.t"))
                    .hasMessageContaining("command denied");
            ShardFixture.run(session, "BEGIN");
            ShardFixture.run(session, "INSERT INTO notes VALUES (8)");

            var dropped = call("DELETE", "/v1/admin/tenants/umbrella", null);
            assertThat(dropped.status()).isEqualTo(200);
            awaitCut(session);
        }
        refusesLogin("umbrella", password);
        assertThat(hasAccount(shard, "umbrella")).isFalse();
        assertThat(hasDatabase(shard, "umbrella")).isTrue();

        assertThat(call("POST", "/v1/admin/tenants", "{\"name\": \"umbrella\"}"))
                .satisfies(answer -> assertThat(answer.status()).isEqualTo(409))
                .satisfies(answer -> assertThat(answer.body().toString()).contains("data of an earlier tenant"));
        var back = call(
                "POST",
                "/admin/tenants",
                "{\"name\": \"umbrella\", \"password\": \"chosen one\", \"existingData\": true}");
        assertThat(back.status()).isEqualTo(201);
        assertThat(back.body()).containsEntry("shard", shard).doesNotContainKey("password");
        try (var session = connect("umbrella", "chosen one")) {
            assertThat(ShardFixture.text(session, "SELECT GROUP_CONCAT(id) FROM notes"))
                    .isEqualTo("7");
        }

        assertThat(call("DELETE", "/v1/admin/tenants/umbrella?dropData=true", null)
                        .status())
                .isEqualTo(200);
        refusesLogin("umbrella", "chosen one");
        assertThat(hasDatabase(shard, "umbrella")).isFalse();
        assertThat(call("DELETE", "/v1/admin/tenants/umbrella", null).status()).isEqualTo(404);
    }

    @Test
    void refusesNamesThatAreTakenOrNoneAndCallersWithoutTheToken() throws Exception {
        assertThat(call("GET", "/v1/admin/tenants", null, null).status()).isEqualTo(401);
        assertThat(call("GET", "/v1/admin/tenants", null, "Bearer wrong").status())
                .isEqualTo(401);
        assertThat(call("POST", "/v1/admin/tenants", "{\"name\": \"x\"}", "Basic YWNtZTphY21l")
                        .status())
                .isEqualTo(401);
        for (var body : List.of(
                "{\"name\": \"no`name\"}",
                "{\"name\": \"mysql\"}",
                "{\"name\": \"ROOT\"}",
                "{\"name\": \"" + "n".repeat(33) + "\"}",
                "{\"name\": \"ok\", \"shard\": \"shard_9\"}",
                "{\"name\": \"ok\", \"password\": \"\"}",
                "{\"name\": \"ok\", \"colour\": \"red\"}",
                "{}",
                "[]")) {
            assertThat(call("POST", "/v1/admin/tenants", body).status())
                    .as(body)
                    .isEqualTo(400);
        }
        assertThat(call("POST", "/v1/admin/tenants", "{\"name\": \"Acme\"}").status())
                .isEqualTo(409);
        assertThat(call("DELETE", "/v1/admin/tenants/acme?dropData=true", null).status())
                .isEqualTo(409);
        try (var admin = admin(0)) {
            ShardFixture.run(admin, "CREATE DATABASE foreign_one");
            assertThat(call("POST", "/v1/admin/tenants", "{\"name\": \"foreign_one\", \"shard\": \"shard_0\"}")
                            .body()
                            .toString())
                    .contains("has a database foreign_one already");
            ShardFixture.run(admin, "DROP DATABASE foreign_one");
        }
        assertThat(call("GET", "/v1/admin/tenants", null).body().toString())
                .contains("acme", "globex")
                .doesNotContain("foreign_one");
    }

    @Test
    void whatACrashLeftHalfDoneIsFinishedByTheSameRequest() throws Exception {
        var begun = call("POST", "/v1/admin/tenants", "{\"name\": \"halfway\", \"shard\": \"shard_1\"}");
        assertThat(begun.status()).isEqualTo(201);
        var file = dir.resolve("tenants.yaml");
        // As if the gateway had died behind its first step.
        var text = Files.readString(file);
        Files.writeString(file, text.replace("state: active", "state: adding"));
        String password = (String) begun.body().get("password");
        awaitRefusal("halfway", password);

        var again = call("POST", "/v1/admin/tenants", "{\"name\": \"halfway\"}");
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.body()).containsEntry("shard", "shard_1");
        connect("halfway", (String) again.body().get("password")).close();

        // As if it had died before the database was dropped.
        Files.writeString(file, "tenants: { halfway: { state: dropping_data, shard: shard_1 } }\n");
        assertThat(call("DELETE", "/v1/admin/tenants/halfway", null).status()).isEqualTo(200);
        assertThat(hasDatabase("shard_1", "halfway")).isFalse();
        assertThat(hasAccount("shard_1", "halfway")).isFalse();
        assertThat(Files.readString(file)).doesNotContain("halfway");
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    private static void awaitRefusal(String tenant, String password) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                connect(tenant, password).close();
            } catch (SQLException e) {
                // A login that is under way while the sessions are cut ends by another error.
                if (e.getErrorCode() == 1045) {
                    return;
                }
            }
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    @Test
    void locksOfTenantsOnOneShardDoNotMeet() throws Exception {
        var passwords = new ArrayList<String>();
        for (var name : List.of("one_of_two", "two_of_two")) {
            var added = call("POST", "/v1/admin/tenants", "{\"name\": \"" + name + "\", \"shard\": \"shard_0\"}");
            passwords.add((String) added.body().get("password"));
        }
        try (var one = connect("one_of_two", passwords.get(0));
                var again = connect("one_of_two", passwords.get(0));
                var two = connect("two_of_two", passwords.get(1))) {
            assertThat(ShardFixture.text(one, "SELECT GET_LOCK('job', 0)")).isEqualTo("1");
            assertThat(ShardFixture.text(again, "SELECT GET_LOCK('job', 0)")).isEqualTo("0");
            assertThat(ShardFixture.text(two, "SELECT IS_FREE_LOCK('job')")).isEqualTo("1");
            assertThat(ShardFixture.text(two, "SELECT GET_LOCK('job', 0)")).isEqualTo("1");
            assertThat(ShardFixture.text(one, "SELECT RELEASE_LOCK('job')")).isEqualTo("1");
            assertThat(ShardFixture.text(again, "SELECT GET_LOCK('job', 0)")).isEqualTo("1");
        }
        for (var name : List.of("one_of_two", "two_of_two")) {
            call("DELETE", "/v1/admin/tenants/" + name + "?dropData=true", null);
        }
    }

    @Test
    void theCommandLineChangesTenantsOfAGatewayThatRuns() throws Exception {
        var config = commandLineConfig();

        var added = tenant("add", "initech", "--config", config.toString());
        assertThat(added).contains("tenant    initech", "database  initech", "(shown this once)");
        var password = added.lines()
                .filter(line -> line.startsWith("password"))
                .findFirst()
                .orElseThrow()
                .substring("password  ".length())
                .replace("  (shown this once)", "");
        try (var session = awaitLogin("initech", password)) {
            assertThat(ShardFixture.text(session, "SELECT DATABASE()")).isEqualTo("initech");
            assertThat(tenant("list", "--config", config.toString()))
                    .contains("initech\t", "acme\tshard_0\tconfigured");
            assertThat(tenant("add", "initech", "--config", config.toString())).contains("initech exists", "exit 2");
            assertThat(tenant("drop", "initech", "--drop-data", "--config", config.toString()))
                    .contains("initech is dropped, with its data");
            awaitCut(session);
        }
        awaitRefusal("initech", password);
    }

    private static Connection awaitLogin(String tenant, String password) throws SQLException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                return connect(tenant, password);
            } catch (SQLException e) {
                if (System.nanoTime() > end) {
                    throw e;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    /** The configuration of the fleet as an operator would have written it. */
    private static Path commandLineConfig() throws IOException {
        var yaml = new StringBuilder("users_file: users.yaml\ntenants_file: tenants.yaml\nshards:\n");
        for (var shard : fleet.config().shards()) {
            var account = shard.account();
            var admin = shard.admin() == null ? account : shard.admin();
            yaml.append("  ").append(shard.name()).append(":\n    endpoints: [ { host: 127.0.0.1, port: ");
            yaml.append(shard.primary().port()).append(" } ]\n    account: { user: ");
            yaml.append(account.user()).append(", password_env: PASSWORD }\n    admin_account: { user: ");
            yaml.append(admin.user()).append(", password_env: PASSWORD }\n");
        }
        yaml.append(
                "policy: { version: 1, shards: [shard_0, shard_1], tenants: { acme: shard_0, globex: shard_1 } }\n");
        secret("users.yaml", "users: { acme: { password: '*" + "0".repeat(40) + "', tenant: acme } }\n");
        return secret("gateway.yaml", yaml.toString());
    }

    private static Path secret(String name, String text) throws IOException {
        var file = Files.writeString(dir.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    private static String tenant(String... arguments) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "tenant"));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        var shard = fleet.config().shards().get(0);
        builder.environment()
                .put(
                        "PASSWORD",
                        (shard.admin() == null ? shard.account() : shard.admin())
                                .secret()
                                .text());
        var process = builder.start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "exit " + process.onExit().join().exitValue();
    }
}
