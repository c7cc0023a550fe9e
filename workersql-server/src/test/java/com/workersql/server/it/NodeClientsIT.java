// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.workersql.server.config.LocalInfile;
import com.workersql.server.embedded.ShardFixture;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Clients from the npm registry, as they are published, before real shards. Needs Node.js and npm, which the system property
 * {@code workersql.node} says are there: {@code -Dworkersql.node=true}.
 */
@EnabledIfSystemProperty(named = "workersql.node", matches = "true")
class NodeClientsIT {
    private static final Path SOURCES = Path.of("src/test/node");
    private static final Path FOLDER = Path.of("target/node");

    private static Fleet fleet;

    @BeforeAll
    static void start() throws Exception {
        install();
        fleet = Fleet.start(
                config -> config.toBuilder().localInfile(LocalInfile.ON).build());
    }

    /** Lays the tests and the clients that they use where {@link #test(Fleet, String, Map)} runs them. */
    static void install() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        try (var files = Files.list(SOURCES)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                Files.copy(file, FOLDER.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        run(Map.of(), "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
    }

    @AfterAll
    static void stop() {
        if (fleet != null) {
            fleet.close();
        }
    }

    private static void run(Map<String, String> environment, String... command)
            throws IOException, InterruptedException {
        var output = Files.createTempFile(FOLDER, "output", ".txt");
        var builder = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        var process = builder.start();
        boolean ended = process.waitFor(4, TimeUnit.MINUTES);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        assertThat(ended && process.exitValue() == 0)
                .as(() -> String.join(" ", command) + "\n" + read(output))
                .isTrue();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void test(String file) throws IOException, InterruptedException {
        test(fleet, file, Map.of());
    }

    /** Runs a file of tests as the tenant acme of a fleet. */
    static void test(Fleet fleet, String file, Map<String, String> more) throws IOException, InterruptedException {
        var environment = new HashMap<>(more);
        environment.put(
                "GATEWAY_HTTP", "127.0.0.1:" + fleet.gateway().httpAddress().getPort());
        environment.put(
                "GATEWAY_MYSQL_PORT",
                Integer.toString(fleet.gateway().mysqlAddress().getPort()));
        environment.put("GATEWAY_USER", "acme");
        environment.put("GATEWAY_PASSWORD", fleet.password("acme"));
        run(environment, "node", "--test", file);
    }

    @Test
    void planetScalesClientAndWhatStandsOnIt() throws IOException, InterruptedException {
        test("planetscale.test.mjs");
    }

    @Test
    void filesOfAClientByMysql2() throws Exception {
        onMySql("SET GLOBAL local_infile = ON");
        try {
            test("infile.test.mjs");
        } finally {
            onMySql("SET GLOBAL local_infile = OFF");
        }
    }

    /** MariaDB takes files as it is; the MySQL servers beside the build are set up to take none. */
    private static void onMySql(String sql) throws SQLException {
        for (int shard = 0; Fleet.isMySql() && shard < 2; shard++) {
            try (var root = Driver.MYSQL_TEXT.connect(fleet.port(shard), "root", "", "mysql")) {
                ShardFixture.run(root, sql);
            }
        }
    }

    @Test
    void streamsOfOneWebSocket() throws IOException, InterruptedException {
        test("streams.test.mjs");
    }

    @Test
    void driversOverWebSocketsAndTcp() throws IOException, InterruptedException {
        test("tunnel.test.mjs");
    }
}
