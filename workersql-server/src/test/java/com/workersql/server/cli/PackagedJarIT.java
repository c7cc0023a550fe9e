// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged jar as a newcomer starts it: an empty home directory, no options but free ports. */
final class PackagedJarIT {
    private static final Path JAR = Path.of("target", "workersql-server.jar").toAbsolutePath();

    @TempDir
    static Path home;

    private static Process process;
    private static int mysqlPort;
    private static int httpPort;
    private static String password;

    @BeforeAll
    static void start() throws IOException {
        process = run("-Xmx64m", "-jar", JAR.toString(), "--mysql-port", "0", "--http-port", "0");
        var reader = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        var banner = new ArrayList<String>();
        for (var line = reader.readLine(); line != null && !line.startsWith("Ctrl-C"); line = reader.readLine()) {
            banner.add(line);
        }
        mysqlPort = Integer.parseInt(found(banner, "MySQL +127\\.0\\.0\\.1:([0-9]+)"));
        httpPort = Integer.parseInt(found(banner, "HTTP +http://127\\.0\\.0\\.1:([0-9]+)"));
        password = found(banner, " acme +([^ ]+) +shard_0");
    }

    @AfterAll
    static void stop() {
        if (process != null) {
            // Asked to end, it waits for its shards; their files could not be removed under them.
            process.destroy();
            process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void answersAMySqlClient() throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT 40 + 2")) {
            assertThat(rows.next()).isTrue();
            assertThat(rows.getInt(1)).isEqualTo(42);
        }
    }

    @Test
    void carriesARowOfTwentyMegabytesBothWaysThroughAHeapOf64() throws SQLException {
        var bytes = new byte[20_000_000];
        new Random(20).nextBytes(bytes);
        try (var connection = connect();
                var statement = connection.createStatement()) {
            statement.execute("CREATE OR REPLACE TABLE large (id INT PRIMARY KEY, content LONGBLOB)");
            try (var insert = connection.prepareStatement("INSERT INTO large VALUES (?, ?)")) {
                insert.setInt(1, 1);
                insert.setBytes(2, bytes);
                insert.executeUpdate();
            }
            try (var rows = statement.executeQuery("SELECT content FROM large")) {
                assertThat(rows.next()).isTrue();
                assertThat(Arrays.equals(rows.getBytes(1), bytes)).isTrue();
            }
        }
    }

    @Test
    void streamsAHundredThousandRowsThroughAHeapOf64() throws SQLException {
        try (var connection = connect();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT seq, REPEAT('x', 1000) FROM seq_1_to_100000")) {
            long sum = 0;
            while (rows.next()) {
                sum += rows.getLong(1);
            }
            assertThat(sum).isEqualTo(100_000L * 100_001 / 2);
        }
    }

    /** The long form is {@code -Dworkersql.http.rows=1000000}. */
    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/x-ndjson", "text/csv"})
    void streamsRowsOverHttpThroughAHeapOf64(String form) throws Exception {
        int rows = Integer.getInteger("workersql.http.rows", 100_000);
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/v1/query"))
                .header("Authorization", basic())
                .header("Content-Type", "application/json")
                .header("Accept", form)
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"sql\": \"SELECT seq, REPEAT('x', 40) AS x FROM seq_1_to_" + rows + "\"}"))
                .build();

        var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofInputStream());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type").orElse("")).startsWith(form);
        long found = 0;
        var tail = new StringBuilder();
        try (var body = new InputStreamReader(response.body(), StandardCharsets.UTF_8)) {
            var part = new char[8_192];
            int chars = body.read(part);
            int run = 0;
            while (chars >= 0) {
                for (int i = 0; i < chars; i++) {
                    run = part[i] == 'x' ? run + 1 : 0;
                    found += run == 40 ? 1 : 0;
                }
                tail.append(part, 0, chars);
                tail.delete(0, Math.max(0, tail.length() - 200));
                chars = body.read(part);
            }
        }
        assertThat(found).isEqualTo(rows);
        assertThat(tail.toString()).contains(form.equals("text/csv") ? rows + "," : "\"rowCount\":" + rows);
    }

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(
                "jdbc:mariadb://127.0.0.1:" + mysqlPort + "/acme?sslMode=disable&allowPublicKeyRetrieval=true",
                "acme",
                password);
    }

    @Test
    void answersAnHttpClient() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/v1/query"))
                .header("Authorization", basic())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"sql\": \"SELECT ? + ? AS answer\", \"params\": [40, 2]}"))
                .build();

        var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains("\"answer\":42").contains("\"success\":true");
    }

    @Test
    void answersAWebSocketClient() {
        var answer = new CompletableFuture<String>();
        var socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .header("Authorization", basic())
                .buildAsync(URI.create("ws://127.0.0.1:" + httpPort + "/v1/ws"), new FirstText(answer))
                .join();

        socket.sendText("{\"type\": \"query\", \"id\": \"1\", \"sql\": \"SELECT 42 AS answer\"}", true)
                .join();

        assertThat(answer.orTimeout(10, TimeUnit.SECONDS).join()).contains("\"answer\":42");
        socket.abort();
    }

    @Test
    void namesThePortThatIsInUse() throws IOException {
        var second = run(
                "-jar",
                JAR.toString(),
                "--data-dir",
                home.resolve("other").toString(),
                "--http-port",
                "0",
                "--mysql-port",
                Integer.toString(mysqlPort));

        assertThat(errors(second)).contains("127.0.0.1:" + mysqlPort).contains("--mysql-port");
        assertThat(second.onExit().join().exitValue()).isEqualTo(3);
    }

    @Test
    void namesAnUnknownOption() throws IOException {
        var second = run("-jar", JAR.toString(), "--sharts", "3");

        assertThat(errors(second)).contains("--sharts");
        assertThat(second.onExit().join().exitValue()).isEqualTo(2);
    }

    @Test
    void isSmall() {
        assertThat(JAR.toFile().length()).isLessThan(25_000_000);
    }

    private static Process run(String... arguments) throws IOException {
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Duser.home=" + home));
        command.addAll(List.of(arguments));
        var builder = new ProcessBuilder(command);
        if (process == null) {
            builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        }
        return builder.start();
    }

    private static String errors(Process process) throws IOException {
        return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static String basic() {
        return "Basic " + Base64.getEncoder().encodeToString(("acme:" + password).getBytes(StandardCharsets.UTF_8));
    }

    private static String found(List<String> lines, String expression) {
        var matcher = Pattern.compile(expression).matcher(String.join("\n", lines));
        assertThat(matcher.find()).as("%s in %s", expression, lines).isTrue();
        return matcher.group(1);
    }

    /** Takes the first whole message. */
    private static final class FirstText implements WebSocket.Listener {
        private final CompletableFuture<String> answer;
        private final StringBuilder text = new StringBuilder();

        private FirstText(CompletableFuture<String> answer) {
            this.answer = answer;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                answer.complete(text.toString());
            }
            socket.request(1);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            answer.completeExceptionally(error);
        }
    }
}
